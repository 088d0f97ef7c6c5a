"""Who is a stranger to a group: every kind of peer that a rule can have, in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.ec2 import PEERS, VPC, SecurityGroup
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from infra.environment import load_environment
from reports.models import Outcome
from suites.catalogue import catalogue

NOW = datetime(2026, 11, 29, tzinfo=UTC)
PROD = load_environment("prod")
CONTROLS = {one.id: one for one in catalogue()}
TLS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
ALL = {"IpProtocol": "-1"}
PASS, FAIL, ERROR = Outcome.PASS, Outcome.FAIL, Outcome.ERROR
Rule = dict[str, Any]

# A peer, and what is said of it as a way in, as a way out by TLS, and as a way out for everything.
CASES: tuple[tuple[Rule, Outcome, Outcome, Outcome], ...] = (
    ({"CidrIp": "10.0.3.0/24"}, PASS, PASS, PASS),
    ({"CidrIp": "10.0.0.5"}, PASS, PASS, PASS),
    ({"CidrIp": "${Vpc.CidrBlock}"}, PASS, PASS, PASS),
    ({"CidrIp": "10.0.0.0/15"}, FAIL, PASS, FAIL),
    ({"CidrIp": "10.1.0.0/16"}, FAIL, PASS, FAIL),
    ({"CidrIp": "203.0.113.7"}, FAIL, PASS, FAIL),
    ({"CidrIp": "0.0.0.0/0"}, FAIL, PASS, FAIL),
    ({"CidrIp": "127.0.0.1/32"}, PASS, PASS, PASS),
    ({"CidrIpv6": "2000::/3"}, FAIL, PASS, FAIL),
    ({"CidrIpv6": "::/0"}, FAIL, PASS, FAIL),
    ({"CidrIpv6": "::1/128"}, PASS, PASS, PASS),
    ({"SourceSecurityGroupId": "sg-ours", "DestinationSecurityGroupId": "sg-ours"}, PASS, PASS, PASS),
    ({"SourceSecurityGroupId": "sg-strange", "DestinationSecurityGroupId": "sg-strange"}, FAIL, PASS, FAIL),
    ({"SourceSecurityGroupId": "sg-nowhere", "DestinationSecurityGroupId": "sg-nowhere"}, FAIL, PASS, FAIL),
    ({"SourcePrefixListId": "pl-1", "DestinationPrefixListId": "pl-1"}, ERROR, ERROR, ERROR),
    ({"SourcePrefixListId": "${S3PrefixListId}", "DestinationPrefixListId": "${S3PrefixListId}"}, FAIL, PASS, PASS),
)
INGRESS = tuple(name for name in PEERS if not name.startswith("Destination"))
EGRESS = tuple(name for name in PEERS if not name.startswith("Source"))


def said(control: str, tier: str = "static", **sides: list[Rule]) -> Outcome:
    """What a control says of a group with these rules."""
    sides = {"SecurityGroupEgress": [], **sides} if "SecurityGroupEgress" not in sides else sides
    ours = Origin(logical_id="Ours", physical_id="sg-ours", stack="security", tier=tier)
    resources: list[Resource] = [
        VPC.build({"CidrBlock": "10.0.0.0/16"}, Origin(logical_id="Vpc", stack="network", tier=tier)),
        SecurityGroup.build({}, ours),
        SecurityGroup.build({}, Origin(physical_id="sg-strange", tier=tier)),
        SecurityGroup.build(sides, Origin(logical_id="It", physical_id="sg-it", stack="security", tier=tier)),
    ]
    inventory = Inventory("prod", tier, PROD.account, PROD.region, NOW, tuple(resources))
    context = Context(inventory, load_baseline("prod"), PROD, NOW)
    (found,) = (one.verdict for one in judge(CONTROLS[control], context) if one.resource == "It")
    return found


def side(peer: Rule, names: tuple[str, ...], ports: Rule) -> list[Rule]:
    return [{name: value for name, value in peer.items() if name in names} | ports]


@pytest.mark.parametrize(("peer", "entering", "by_tls", "leaving"), CASES, ids=[str(one[0]) for one in CASES])
def test_every_kind_of_peer(peer: Rule, entering: Outcome, by_tls: Outcome, leaving: Outcome) -> None:
    for ports in (TLS, ALL):
        assert said("SGR-01", SecurityGroupIngress=side(peer, INGRESS, ports)) is entering
    assert said("SGR-02", SecurityGroupEgress=side(peer, EGRESS, TLS)) is by_tls
    assert said("SGR-02", SecurityGroupEgress=side(peer, EGRESS, ALL)) is leaving


def test_the_cases_have_every_kind_of_peer_but_one_by_name() -> None:
    """By name a group is meant in the oldest kind of network alone, which the API does not tell any more."""
    assert {name for peer, *_ in CASES for name in peer} == set(PEERS) - {"SourceSecurityGroupName"}


def test_what_is_wide_in_pieces_is_wide() -> None:
    pieces = [{"CidrIp": f"10.{number}.0.0/16"} | TLS for number in range(256)]
    assert said("SGR-01", SecurityGroupIngress=pieces[:1]) is PASS
    assert said("SGR-01", SecurityGroupIngress=pieces) is FAIL
