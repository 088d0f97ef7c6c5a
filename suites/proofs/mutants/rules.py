"""How the rules of a security group are damaged: wider ports, every protocol, the world, a rule more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from suites.proofs.mutants.mutant import Damage, Steps
from suites.proofs.mutants.values import WORLD

RULES: Final = ("SecurityGroupIngress", "SecurityGroupEgress")
_PEERS: Final = (
    "CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourceSecurityGroupName", "SourcePrefixListId",
    "DestinationSecurityGroupId", "DestinationPrefixListId",
)  # fmt: skip
_OPEN: Final = {"IpProtocol": "-1", "CidrIp": WORLD, "Description": "Anybody"}
_SSH: Final = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": WORLD, "Description": "Anybody"}
AWS_OWN_EGRESS: Final = {"IpProtocol": "-1", "CidrIp": WORLD}
"""The rule that AWS keeps in a group that names none outward."""
_NEIGHBOUR: Final = "10.1.0.0/16"


def of_rules(rules: list[Mapping[str, Any]], steps: Steps) -> Iterator[Damage]:
    """Give the damages of a list of rules beside those that any list has."""
    yield Damage(steps, "open rule added", [*rules, _OPEN])
    yield Damage(steps, "rule for ssh added", [*rules, _SSH])
    for number, rule in enumerate(rules):
        place = (*steps, number)
        bare = {name: value for name, value in rule.items() if name not in _PEERS}
        yield Damage(place, "open to the world", bare | {"CidrIp": WORLD})
        yield Damage(place, "open to the world by IPv6", bare | {"CidrIpv6": "::/0"})
        yield Damage(place, "open to a network beside ours", bare | {"CidrIp": _NEIGHBOUR})
        yield Damage(place, "every protocol", dict(rule) | {"IpProtocol": "-1"})
        if "FromPort" in rule:
            yield Damage(place, "every port", dict(rule) | {"FromPort": 0, "ToPort": 65535})
