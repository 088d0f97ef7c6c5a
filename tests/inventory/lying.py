"""A server that lies about one operation, and a gateway that asks again only about that one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from fixtures.aws.answers import Answer
from fixtures.aws.gateway import Gateway
from fixtures.aws.ledger import CouldNotLook, Gap
from fixtures.aws.registry import ROWS, calls, required_members
from fixtures.aws.tagging import OPERATION, SERVICE
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.types import TYPES
from fixtures.mock_cloud.faults import FAULTS, paginates
from tests.inventory.conftest import Account

Operation = tuple[str, str]
Types = frozenset[type[Resource]]

# Who answers: what that decides is everything, and is tried apart.
NOT_READ = {("sts", "GetCallerIdentity"), ("sts", "AssumeRole")}
# Never answers anything but names for ids, so no fact depends on it.
NAMES_ONLY = ("ec2", "DescribeManagedPrefixLists")
# What it does not tell is asked of each resource by itself, so no fact depends on it (test_tags_together.py).
TAGS = (SERVICE, OPERATION)
EVERY_STACK = ("cloudformation", "ListStackResources")
OPERATIONS = sorted(set(required_members()) - NOT_READ - {NAMES_ONLY, TAGS, EVERY_STACK})
MATRIX = [
    (service, operation, fault)
    for service, operation in OPERATIONS
    for fault in FAULTS
    if fault != "second_page_empty" or paginates(service, operation)
]


def types_behind() -> dict[Operation, Types]:
    """Give the types that each operation feeds, as the rows say it."""
    used: dict[Operation, set[type[Resource]]] = {}
    for name, cls in TYPES.items():
        for call in calls(ROWS[name]):
            used.setdefault((ROWS[name].service, call.operation), set()).add(cls)
    return {operation: frozenset(types) for operation, types in used.items()}


class _Sharing(Gateway):
    """Asks through the clients of another gateway."""

    def __init__(self, other: Gateway) -> None:
        super().__init__(other.region, endpoint=other.endpoint, limits=other.limits, clock=other.clock)
        self._clients = other.clients


class Remembering(_Sharing):
    """Answers again what was answered before, save for the one operation that is lied about: nothing else is disturbed.

    That it is so is what the full collections show, one for each kind of fault, in which everything is asked.
    """

    def __init__(self, other: Gateway) -> None:
        super().__init__(other)
        self._known: dict[str, Answer] = {}
        self.doubted: Operation | None = None
        self.asked: set[Operation] = set()

    def call(self, service: str, operation: str, **parameters: Any) -> Answer:
        self.asked.add((service, operation))
        if (service, operation) == self.doubted:
            return super().call(service, operation, **parameters)
        key = json.dumps([service, operation, parameters], sort_keys=True)
        if key not in self._known:
            self._known[key] = super().call(service, operation, **parameters)
        return self._known[key]


def refuse_tags_of_many(service: str, operation: str, at: datetime) -> None:
    """Refuse to tell the tags of many resources at once: each by itself is asked instead, and nothing is missed."""
    if (service, operation) == TAGS:
        raise CouldNotLook(Gap(service=service, operation=operation, kind="denied", detail="", at=at))


class OneByOne(_Sharing):
    """Refuses to tell the tags of many resources at once, and asks everything else of another gateway's clients."""

    def call(self, service: str, operation: str, **parameters: Any) -> Answer:
        refuse_tags_of_many(service, operation, self.clock())
        return super().call(service, operation, **parameters)


class Alone(Remembering):
    """Asks for the tags of each resource by itself: every call that tells tags is made, and can be lied about."""

    def call(self, service: str, operation: str, **parameters: Any) -> Answer:
        refuse_tags_of_many(service, operation, self.clock())
        return super().call(service, operation, **parameters)


@contextmanager
def lying(account: Account, service: str, operation: str, fault: str) -> Iterator[None]:
    """Let the server lie about an operation; it must be asked at least once."""
    account.fault(service, operation, fault)
    try:
        yield
    finally:
        assert account.fault() > 0, f"{service}:{operation} was never asked"


def collected(account: Account, memory: Remembering, pair: tuple[str, str, str] | None, types: Types) -> Inventory:
    """Collect some types while the server lies about one operation (about none: ``None``)."""
    if pair is None:
        return account.collect(memory, *types)
    memory.doubted = pair[:2]
    try:
        with lying(account, *pair):
            return account.collect(memory, *types)
    finally:
        memory.doubted = None


def joined(some: Inventory, types: Types, whole: Inventory) -> Inventory:
    """Put the types that were collected in the place of theirs in a whole inventory."""
    names = {cls.cfn_type for cls in types}
    others = {name for name, gap in some.gaps.items() if gap.kind == "not_asked"} - names
    return replace(
        whole,
        resources=(
            *(r for r in some.resources if type(r) in types),
            *(r for r in whole.resources if type(r) not in types),
        ),
        expected={**whole.expected, **{name: keys for name, keys in some.expected.items() if name in names}},
        gaps={name: gap for name, gap in some.gaps.items() if name not in others},
        missing={key: gap for key, gap in some.missing.items() if any(key in some.expected.get(n, ()) for n in names)},
    )
