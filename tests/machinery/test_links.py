"""Links are followed, and settings read, as AWS does it: against oracles that try every form."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from fixtures.inventory.facts import Origin, Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.backup import Selection
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.ec2 import (
    InternetGateway,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    SubnetRouteTableAssociation,
)
from fixtures.inventory.services.kms import Alias, Key
from suites.controls.backed_up import selects
from suites.controls.looking import is_public, own_key
from suites.controls.test_backup_retention import _is_daily
from tests.machinery.small import NOW

ACCOUNT, REGION = "111111111111", "us-east-1"
KEY = "0b3c1e4e-2d5f-4f57-9a3c-0c1d2e3f4a5b"
ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/alerts"


def inventory(*resources: Resource) -> Inventory:
    return Inventory("dev", "mocked", ACCOUNT, REGION, NOW, resources=resources)


def made(cls: type[Resource], properties: Mapping[str, Any], **origin: Any) -> Any:
    return cls.build(properties, Origin(**origin))


# keys


@pytest.mark.parametrize(
    ("maker", "expected"), [(None, True), ("aws", False)], ids=["a key of our own", "a key of AWS's"]
)
@pytest.mark.parametrize("link", [KEY, f"{ARN}:key/{KEY}", "alias/ours", f"{ARN}:alias/ours"])
@pytest.mark.parametrize("named", [KEY, f"{ARN}:key/{KEY}"], ids=["id", "ARN"])
def test_a_key_is_found_by_each_of_its_names(link: str, named: str, maker: str | None, *, expected: bool) -> None:
    key = made(Key, {}, physical_id=KEY, maker=maker, attributes={"Arn": f"{ARN}:key/{KEY}"})
    alias = made(
        Alias, {"AliasName": "alias/ours", "TargetKeyId": named}, physical_id="alias/ours",
        attributes={"Arn": f"{ARN}:alias/ours"},
    )  # fmt: skip
    assert (own_key(inventory(key, alias), link) is key) == expected
    assert own_key(inventory(key, alias), f"{ARN.replace(ACCOUNT, '999999999999')}:key/{KEY}") is None
    assert own_key(inventory(key, alias), "alias/aws/sqs") is None


# roads


@pytest.mark.parametrize(
    "own", [None, "out", "in"], ids=["no table of its own", "its own leads out", "its own does not"]
)
@pytest.mark.parametrize("main", ["out", "in"], ids=["main leads out", "main does not"])
@pytest.mark.parametrize("gateway", ["igw-1", "igw-of-nobody", "vgw-1"])
def test_a_subnet_without_a_table_of_its_own_goes_by_the_main_one(own: str | None, main: str, gateway: str) -> None:
    subnet = made(Subnet, {"VpcId": "vpc-1"}, physical_id="subnet-1")
    there = [
        subnet,
        made(InternetGateway, {}, physical_id="igw-1"),
        made(RouteTable, {"VpcId": "vpc-1"}, physical_id="rtb-main", maker="ec2"),
        made(RouteTable, {"VpcId": "vpc-2"}, physical_id="rtb-other", maker="ec2"),
        made(Route, {"RouteTableId": "rtb-other", "GatewayId": "igw-1"}, physical_id="other"),
    ]
    if own:
        link = {"SubnetId": "subnet-1", "RouteTableId": "rtb-own"}
        there.append(made(SubnetRouteTableAssociation, link, physical_id="rtbassoc-1"))
    for name, leads in (("rtb-own", own), ("rtb-main", main)):
        if leads == "out":
            there.append(made(Route, {"RouteTableId": name, "GatewayId": gateway}, physical_id=name))
    assert is_public(inventory(*there), subnet) == ((own or main) == "out" and gateway.startswith("igw-"))


def test_every_protocol_means_every_port() -> None:
    rule = {"IpProtocol": "-1", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
    group = made(SecurityGroup, {"SecurityGroupIngress": [rule, {**rule, "IpProtocol": "tcp"}]}, physical_id="sg-1")
    assert [(one.from_port, one.to_port) for one in group.security_group_ingress] == [(None, None), (22, 22)]


# selections

SOME = "arn:aws:dynamodb:*:*:table/al*"
BRACKETS = f"{TABLE[:-1]}[{TABLE[-1]}]"  # to AWS a name with brackets, and no pattern
NAMED: tuple[list[str], ...] = (
    [],
    [TABLE],
    [f"{TABLE}x"],
    ["*"],
    [SOME],
    ["arn:aws:rds:*"],
    [BRACKETS],
)
TESTS = (("k", "v"), ("k", "other"), ("missing", "v"), ("k", "v*"), ("k", "[v]"))


def expected(named: Sequence[str], excluded: Sequence[str], tags: Any, conditions: Any) -> bool:
    """Say by hand what is selected: the table is TABLE and bears k = v."""
    covers = {
        TABLE: True,
        f"{TABLE}x": False,
        "*": True,
        SOME: True,
        "arn:aws:rds:*": False,
        BRACKETS: False,
    }
    holds = {
        ("k", "v"): {"StringEquals": True, "StringLike": True, "StringNotEquals": False, "StringNotLike": False},
        ("k", "other"): {"StringEquals": False, "StringLike": False, "StringNotEquals": True, "StringNotLike": True},
        ("missing", "v"): dict.fromkeys(("StringEquals", "StringLike", "StringNotEquals", "StringNotLike"), False),
        ("k", "v*"): {"StringEquals": False, "StringLike": True, "StringNotEquals": True, "StringNotLike": False},
        ("k", "[v]"): {"StringEquals": False, "StringLike": False, "StringNotEquals": True, "StringNotLike": True},
    }
    if not (named or excluded or tags or conditions):
        return False
    return (
        (not named or any(covers[name] for name in named))
        and (not tags or any(holds[test]["StringEquals"] for test in tags))
        and all(holds[test][operator] for operator, test in conditions)
        and not any(covers[name] for name in excluded)
    )


OPERATORS = ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike")
CONDITIONS: tuple[list[tuple[str, tuple[str, str]]], ...] = (
    [], *([(operator, test)] for operator in OPERATORS for test in TESTS),
    *([("StringEquals", TESTS[0]), (operator, test)] for operator in OPERATORS[1:] for test in TESTS),
)  # fmt: skip
TAGS: tuple[list[tuple[str, str]], ...] = ([], *([test] for test in TESTS), [TESTS[1], TESTS[0]])


def test_a_selection_selects_what_aws_backup_would() -> None:
    table = made(Table, {"Tags": [{"Key": "k", "Value": "v"}]}, physical_id="alerts", attributes={"Arn": TABLE})
    there, tried = inventory(table), 0
    for named, excluded, tags, conditions in itertools.product(NAMED, NAMED, TAGS, CONDITIONS):
        asked: dict[str, list[dict[str, str]]] = {}
        for operator, (key, value) in conditions:
            asked.setdefault(operator, []).append({"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value})
        selection = Selection.model_validate({
            "Resources": named, "NotResources": excluded, "Conditions": asked,
            "ListOfTags": [
                {"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value} for key, value in tags
            ],
        })  # fmt: skip
        said = selects(there, selection, table)
        assert said == expected(named, excluded, tags, conditions), (named, excluded, tags, conditions)
        tried += 1
    assert tried > 5000


# schedules


@pytest.mark.parametrize("day", ["*", "?", "1", "L", "1-15", "*/2"])
@pytest.mark.parametrize("month", ["*", "1", "JAN-MAR", "*/2"])
@pytest.mark.parametrize("weekday", ["*", "?", "MON-FRI", "1", "6L"])
@pytest.mark.parametrize("year", ["*", "2020", "2020-2030", "2099"])
def test_a_schedule_is_daily_when_it_leaves_out_no_day(day: str, month: str, weekday: str, year: str) -> None:
    expected = day in ("*", "?") and weekday in ("*", "?") and month == year == "*"
    assert _is_daily(f"cron(0 5 {day} {month} {weekday} {year})") == expected


@pytest.mark.parametrize(
    "schedule", ["", "cron()", "cron(0 5 * * ?)", "rate(7 days)", "rate(25 hours)", "at(2026-01-01)"]
)
def test_what_is_no_daily_schedule_is_none(schedule: str) -> None:
    assert not _is_daily(schedule)
