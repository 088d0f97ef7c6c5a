"""No security group lets the world in, in whatever way the world is written."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckCategories, CheckResult

# The widest private networks are 10.0.0.0/8 and fd00::/8; the widest that a registry gives to one operator in IPv6
# is a /16. Whatever is wider holds strangers, be it the whole world or a half of it.
_NARROWEST_WORLD = {4: 7, 6: 15}


class OpenIngress(BaseResourceCheck):  # type: ignore[misc]  # checkov's classes have no types
    """CKV_AWS_24 and its kind pass ``IpProtocol: -1``, the halves 0.0.0.0/1 and 128.0.0.0/1, and other ports."""

    def __init__(self) -> None:
        super().__init__(
            name="No security group admits the world, on any port, by any protocol, whole or in halves",
            id="CKV_TS_1",
            categories=[CheckCategories.NETWORKING],
            supported_resources=["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
        )

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """Judge the rules inside a group, or the one rule that is a resource of its own."""
        properties = conf.get("Properties") or {}
        inside = properties.get("SecurityGroupIngress", [])
        rules = inside if isinstance(inside, list) else [inside]
        if any(_admits_the_world(rule) for rule in (properties, *rules)):
            return CheckResult.FAILED
        return CheckResult.PASSED


def _admits_the_world(rule: Any) -> bool:
    if not isinstance(rule, Mapping):
        return True  # an unresolved rule could say anything
    return any(_is_the_world(rule[key]) for key in ("CidrIp", "CidrIpv6") if key in rule)


def _is_the_world(value: Any) -> bool:
    """Say whether a range is open; what is not a range that can be read counts as open."""
    if isinstance(value, Mapping) and str(value.get("Fn::GetAtt", ["", ""])[-1]).startswith("CidrBlock"):
        return False  # a VPC's or a subnet's own range
    if not isinstance(value, str):
        return True
    try:
        network: IPv4Network | IPv6Network = ip_network(value, strict=False)
    except ValueError:
        return True
    return network.prefixlen <= _NARROWEST_WORLD[network.version] and not network.is_private


check = OpenIngress()
