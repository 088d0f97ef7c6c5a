"""A small world to try the machinery on: one key, one queue, and controls that pass, fail, or cannot look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fixtures.aws.ledger import Gap, Source
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.sqs import Queue
from fixtures.judging.baseline import Baseline, load_baseline
from fixtures.judging.judge import Context
from infra.environment import load_environment
from reports.models import Outcome, Verdict

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GAP = Gap(service="kms", operation="GetKeyRotationStatus", kind="denied", detail="AccessDenied", at=NOW)
SOURCE = Source(text="infra/templates/x.yaml:7", read_at=NOW)


def key(name: str = "Key", *, rotation: bool = True, unread: Mapping[str, Gap] | None = None) -> Key:
    """Make a key."""
    properties: dict[str, Any] = {} if unread else {"EnableKeyRotation": rotation}
    return Key.build(properties, Origin(logical_id=name, tier="static", source=SOURCE, unread=unread or {}))


def queue(name: str = "Queue") -> Queue:
    """Make a queue."""
    return Queue.build({}, Origin(logical_id=name, tier="static", source=SOURCE))


def context(
    *resources: Resource, baseline: Baseline | None = None, declared: Inventory | None = None, **more: Any
) -> Context:
    """Put resources before the judge."""
    expected: dict[str, tuple[str, ...]] = {}
    for resource in resources:
        expected[resource.cfn_type] = (*expected.get(resource.cfn_type, ()), resource.key)
    facts = {"resources": resources, "expected": expected, **more}
    inventory = Inventory("dev", "static", "111111111111", "us-east-1", NOW, **facts)
    return Context(inventory, baseline or load_baseline("dev"), load_environment("dev"), NOW, declared)


def verdict(
    outcome: Outcome = Outcome.FAIL, resource: str = "Key", message: str = "is never rotated", **more: Any
) -> Verdict:
    """Make a verdict."""
    values = {"control": "ENC-01", "environment": "dev", "tier": "static", "severity": "high", "at": NOW, **more}
    return Verdict(resource=resource, verdict=outcome, message=message, **values)
