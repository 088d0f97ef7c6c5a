"""Every resource that our templates declare is judged by a control that asks for more than its tags."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fixtures.inventory.inventory import Inventory
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from fixtures.tiers.static import from_platform
from infra.environment import environment_names, load_environment
from infra.stacks import Platform, resolve_platform
from reports.models import Outcome
from suites.catalogue import catalogue

AT = datetime(2026, 11, 29, tzinfo=UTC)
# What asks for tags, and what holds everything against what declares it, asks of a resource nothing that is its own.
OF_EVERYTHING = ("TAG-", "STK-")
# A rule is judged as a part of its group.
RULES = ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")


def judged(environment: str, inventory: Inventory) -> set[str]:
    """The resources of which some verdict speaks, or on whose facts one rests."""
    context = Context(inventory, load_baseline(environment), load_environment(environment), AT)
    found = set()
    for control in catalogue():
        if "static" in control.tiers and not control.id.startswith(OF_EVERYTHING):
            for verdict in judge(control, context):
                if verdict.verdict is not Outcome.NOT_APPLICABLE:
                    found |= {verdict.resource, *(one.resource for one in verdict.evidence)}
    return found


def left(platform: Platform, found: set[str]) -> list[str]:
    """The resources of which nobody speaks."""
    resources = platform.resources()

    def stands_in(key: str) -> str:
        group = resources[key].properties.get("GroupId") if resources[key].type in RULES else None
        return group["Ref"] if group else key

    return [f"{key} ({one.type})" for key, one in resources.items() if stands_in(key) not in found]


@pytest.mark.parametrize("environment", environment_names())
def test_every_declared_resource_is_judged(environment: str) -> None:
    platform = resolve_platform(load_environment(environment))
    found = judged(environment, from_platform(platform, AT))
    assert len(platform.resources()) > 250
    assert not left(platform, found)
    assert left(platform, found - {"EdgeRecord"}) == ["EdgeRecord (AWS::Route53::RecordSet)"]
