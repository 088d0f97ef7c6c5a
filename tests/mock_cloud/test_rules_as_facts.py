"""A rule is the same fact whoever tells it: the template, or the account to which the template was deployed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from fixtures.aws.registry import ROWS
from fixtures.inventory.folding import Declared, fold_rules
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.ec2 import EVERYTHING_MAY_LEAVE, Egress, Ingress, SecurityGroup
from tests.mock_cloud.account import Account, template
from tests.mock_cloud.written import one, ref

PROTOCOLS = ("-1", -1, "tcp", "TCP", "6", 6, "udp", "17", "icmp", "1", "icmpv6", "58", "50")
PORTS: tuple[dict[str, int], ...] = ({"FromPort": 443, "ToPort": 444}, {"FromPort": 8, "ToPort": -1})
NONE: list[Any] = []


def written(protocol: object, ports: dict[str, int], number: int) -> dict[str, Any]:
    return {"IpProtocol": protocol, **ports, "CidrIp": f"10.0.{number}.0/24"}


RULES = [
    written(protocol, ports, number) for number, (protocol, ports) in enumerate(itertools.product(PROTOCOLS, PORTS))
]
GROUPS: dict[str, dict[str, Any]] = {
    "ingress": {"SecurityGroupIngress": RULES},
    "egress": {"SecurityGroupEgress": RULES},
    "nothing is said of egress": {},
    "egress is empty": {"SecurityGroupEgress": NONE},
}


def declared(said: dict[str, Any]) -> SecurityGroup:
    item = Declared("Tried", "AWS::EC2::SecurityGroup", "s", said, None, {}, {}, {})  # type: ignore[arg-type]  # no file
    (found,) = fold_rules([item])
    return SecurityGroup.build(found.properties, Origin(logical_id="Tried", tier="static"))


def deployed(account: Account, said: dict[str, Any]) -> SecurityGroup:
    vpc = one("EC2::VPC", CidrBlock="10.0.0.0/16")
    group = one("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc"), **said)
    assert account.create(template({"Vpc": vpc, "Tried": group})) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")
    asked = {"GroupIds": [account.physical_ids()["Tried"]]}
    (item,) = account.client("ec2").describe_security_groups(**asked)["SecurityGroups"]
    shape = ROWS["AWS::EC2::SecurityGroup"].shape
    assert shape is not None
    return SecurityGroup.build(shape(item), Origin(physical_id="sg", tier="mocked"))


def facts(rules: tuple[Ingress | Egress, ...]) -> list[str]:
    return sorted(rule.model_dump_json() for rule in rules)


@pytest.mark.parametrize("said", GROUPS.values(), ids=list(GROUPS))
def test_a_rule_is_the_same_fact_at_each_tier(account: Account, said: dict[str, Any]) -> None:
    """`-1` has no ports, a protocol has one name, and of an empty list of ways out AWS's own rule stays."""
    template_says, account_says = declared(said), deployed(account, said)
    assert facts(template_says.security_group_ingress) == facts(account_says.security_group_ingress)
    assert facts(template_says.security_group_egress) == facts(account_says.security_group_egress)


def test_where_no_way_out_is_named_everything_may_leave() -> None:
    for said in (GROUPS["nothing is said of egress"], GROUPS["egress is empty"]):
        assert declared(said).security_group_egress == (EVERYTHING_MAY_LEAVE,)


@pytest.mark.parametrize("protocol", ["-1", -1], ids=["text", "number"])
def test_of_every_protocol_no_port_is_meant(protocol: object) -> None:
    (rule,) = declared({"SecurityGroupIngress": [written(protocol, PORTS[0], 1)]}).security_group_ingress
    assert (rule.ip_protocol, rule.from_port, rule.to_port) == ("-1", None, None)
