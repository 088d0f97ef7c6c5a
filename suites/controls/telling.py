"""Whom a service of AWS reaches when it has something to tell: a topic, its policy, its key, and who listens."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.sns import Subscription, Topic, TopicPolicy
from suites.controls.looking import Link, admits_service, leading_to, own_key

FAILED = "FAILED"


def unreached(inventory: Inventory, link: Link, service: str) -> str | None:
    """Say why a service that publishes to a topic reaches nobody; None where somebody is told.

    Raises Unread where a subscription is not confirmed: whether anybody will ever be told is not known then.
    """
    topic = inventory.find(Topic, link)
    if topic is None:
        return f"{link} is no topic of ours"
    policies = leading_to(inventory, topic, TopicPolicy, lambda one: one.topics)
    if not any(admits_service(one.policy_document, service, "sns:publish") for one in policies):
        return f"{topic.key} does not let {service} publish"
    key = own_key(inventory, topic.kms_master_key_id)
    if key is not None and not admits_service(key.key_policy, service, "kms:decrypt"):
        return f"{topic.key} is encrypted under {key.key}, which {service} may not use: its messages are dropped"
    listening = leading_to(inventory, topic, Subscription, lambda one: (one.topic_arn,))
    first = next(listening, None)
    if first is None:
        return f"nobody listens to {topic.key}"
    if not any(_lets_through(one.filter_policy) for one in chain((first,), listening)):
        return f"the filters of {topic.key} let nothing of it through"
    return None


def _lets_through(policy: Mapping[str, Any] | None) -> bool:
    """Say whether a filter lets through what has no attributes, and a state of failure."""
    return all(
        _meets(rules, None) and (key != "State" or _meets(rules, FAILED)) for key, rules in (policy or {}).items()
    )


def _meets(rules: Any, value: str | None) -> bool:
    return any(_is_met(rule, value) for rule in (rules if isinstance(rules, list) else [rules]))


def _is_met(rule: Any, value: str | None) -> bool:
    if not isinstance(rule, Mapping):
        return bool(rule == value)
    if "exists" in rule:
        return (str(rule["exists"]).lower() == "true") == (value is not None)
    others = rule.get("anything-but")
    return value is not None and others is not None and value not in (others if isinstance(others, list) else [others])
