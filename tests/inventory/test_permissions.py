"""Who may call a function stands in statements, of which every word counts: none is taken for another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from fixtures.aws.answers import Answer
from fixtures.aws.found import Found, Incomplete
from fixtures.aws.ledger import CouldNotLook, Gap, Source
from fixtures.aws.looking import Look
from fixtures.aws.reading import read
from fixtures.aws.registry import ROWS
from fixtures.inventory.facts import property_name
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.awslambda import Permission
from tests.inventory.conftest import AT

ARN = "arn:aws:lambda:us-east-1:333333333333:function:f"
SOURCE = Source(text="kept", read_at=AT)
ROW = ROWS["AWS::Lambda::Permission"]
LISTS: Mapping[str, Any] = {
    "ListFunctions": {"Functions": [{"FunctionName": "f", "FunctionArn": ARN}]},
    "ListAliases": {"Aliases": [{"Name": "live", "AliasArn": f"{ARN}:live", "FunctionVersion": "1"}]},
    "ListVersionsByFunction": {
        "Versions": [{"Version": number, "FunctionArn": f"{ARN}:{number}"} for number in ("$LATEST", "1")]
    },
}
BOUND = {"StringEquals": {"AWS:SourceAccount": "333333333333"}, "ArnLike": {"AWS:SourceArn": "arn:aws:sns:::t"}}


def statement(qualifier: str = "", **words: Any) -> dict[str, Any]:
    return {
        "Sid": "S", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "lambda:InvokeFunction",
        "Resource": f"{ARN}:{qualifier}" if qualifier else ARN, **words,
    }  # fmt: skip


def reading(*statements: dict[str, Any], refused: str = "none") -> list[Found | Incomplete]:
    """Read the permissions of one function; the policy of a qualifier may be refused."""

    def ask(service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        if operation in LISTS:
            return Answer((LISTS[operation],), SOURCE)
        qualifier = parameters.get("Qualifier", "")
        if qualifier == refused:
            raise CouldNotLook(Gap(service=service, operation=operation, kind="denied", detail="", at=AT))
        its = [one for one in statements if one["Resource"].removeprefix(ARN).removeprefix(":") == qualifier]
        policy = {"Version": "2012-10-17", "Statement": its}
        return Answer(({"Policy": json.dumps(policy)},), SOURCE) if its else Answer((), SOURCE, absent=True)

    return read(Look(ask, lambda: AT), [ROW])


def properties(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    found = [one for one in reading(*statements) if isinstance(one, Found)]
    assert [one.broken for one in found] == [None] * len(found)
    return [one.properties for one in found]


def test_a_function_an_alias_and_a_version_have_policies_of_their_own() -> None:
    told = properties(statement(), statement("live"), statement("1"))
    assert [one["FunctionName"] for one in told] == ["f", f"{ARN}:live", f"{ARN}:1"]


@pytest.mark.parametrize("qualifier", ["", "live", "1"])
def test_a_policy_that_could_not_be_read_is_a_gap(qualifier: str) -> None:
    found = reading(statement(), statement("live"), statement("1"), refused=qualifier)
    assert [one.gap.kind for one in found if isinstance(one, Incomplete)] == ["denied"]


def test_a_statement_fills_every_field() -> None:
    conditions = {
        **BOUND,
        "StringEquals": {
            **BOUND["StringEquals"], "aws:PrincipalOrgID": "o-1234567890", "lambda:FunctionUrlAuthType": "AWS_IAM",
        },
    }  # fmt: skip
    [told] = properties(statement(Condition=conditions))
    assert {property_name(Permission, field) for field in Permission.__pydantic_fields__} <= told.keys()


def test_a_permission_may_be_for_several() -> None:
    principals = {"AWS": ["111111111111", "arn:aws:iam::222222222222:root"], "Service": "sns.amazonaws.com"}
    [told] = properties(statement(Principal=principals))
    made = Permission.build(told, Origin())
    assert made.principal == ("111111111111", "arn:aws:iam::222222222222:root", "sns.amazonaws.com")
    assert Permission.build({**told, "Principal": "*"}, Origin()).principal == ("*",)


def test_what_is_denied_is_no_permission() -> None:
    assert properties(statement(), statement(Effect="Deny", Sid="Other")) == properties(statement())


@pytest.mark.parametrize(
    "words",
    [
        {"Condition": {"StringNotEquals": BOUND["StringEquals"]}},
        {"Condition": {"ArnNotLike": BOUND["ArnLike"]}},
        {"Condition": {"StringEqualsIfExists": BOUND["StringEquals"]}},
        {"Condition": {"StringEquals": {"aws:PrincipalTag/Team": "a"}}},
        {"Condition": {"ArnLike": BOUND["ArnLike"], "ArnEquals": {"aws:sourceArn": "arn:aws:sns:::u"}}},
        {"NotPrincipal": {"AWS": "*"}, "Principal": None},
        {"Effect": "allow"},
        {"Principal": {}},
        {"Principal": {"AWS": []}},
        {"Action": []},
    ],
)
def test_what_no_property_says_is_not_believed(words: dict[str, Any]) -> None:
    said = {name: value for name, value in statement(**words).items() if value is not None}
    [found] = reading(said)
    assert isinstance(found, Found)
    assert found.broken is not None
    assert not found.properties
