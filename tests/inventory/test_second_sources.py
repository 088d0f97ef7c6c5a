"""Two answers that tell of one thing have to agree, and what AWS always gives has to be there, or it is no fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fixtures.aws.found import Found
from fixtures.aws.ledger import Gap
from fixtures.aws.registry import ROWS
from fixtures.inventory.naming import unlisted
from tests.inventory.conftest import AT
from tests.inventory.told import SOURCE, told_of

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
FUNCTION: dict[str, Any] = {
    "FunctionName": "f", "FunctionArn": ARN, "Role": "arn:aws:iam::123456789012:role/r", "MemorySize": 128,
    "Timeout": 3, "PackageType": "Zip", "Architectures": ["arm64"], "TracingConfig": {"Mode": "Active"},
    "LoggingConfig": {"LogFormat": "JSON"}, "EphemeralStorage": {"Size": 512}, "Runtime": "python3.13",
    "Environment": {"Variables": {"A": "1"}}, "VpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"]},
}  # fmt: skip
ROLE: dict[str, Any] = {
    "RoleName": "r", "Path": "/", "Arn": "arn:aws:iam::123456789012:role/r", "AssumeRolePolicyDocument": {},
    "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [],
}  # fmt: skip
ACL, LOGGING = "AWS::WAFv2::WebACL", "AWS::WAFv2::LoggingConfiguration"
API, STAGE, MAPPING = "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::ApiGatewayV2::ApiMapping"


def function(listed: Mapping[str, Any]) -> Found:
    told: dict[str, Any] = {"Configuration": {**FUNCTION, "State": "Active"}, "Tags": {}}
    return told_of("AWS::Lambda::Function", {"ListFunctions": {"Functions": [dict(listed)]}, "GetFunction": told})


def test_what_the_list_leaves_out_the_other_answer_tells() -> None:
    without = {name: value for name, value in FUNCTION.items() if name != "Environment"}
    assert function(without).properties == function(FUNCTION).properties
    assert function(FUNCTION).unread == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("Environment", {}), ("Environment", {"Variables": {}}), ("VpcConfig", {"SubnetIds": ["subnet-1"]})],
    ids=str,
)
def test_what_two_answers_tell_otherwise_is_unread(name: str, value: Any) -> None:
    found = function({**FUNCTION, name: value})
    assert set(found.unread) == {name}
    assert "is told otherwise by another answer" in found.unread[name].detail


@pytest.mark.parametrize(
    ("lacking", "unread"),
    [("", set()), ("RolePolicyList", {"Policies"}), ("AttachedManagedPolicies", {"ManagedPolicyArns"})],
)
def test_a_role_without_a_list_of_policies_may_have_some(lacking: str, unread: set[str]) -> None:
    listed = {name: value for name, value in ROLE.items() if name != lacking}
    answers: dict[str, dict[str, Any]] = {
        "GetAccountAuthorizationDetails": {"RoleDetailList": [listed]},
        "ListRoles": {"Roles": [{"RoleName": "r", "MaxSessionDuration": 3600}]},
    }
    assert told_of("AWS::IAM::Role", answers).unread.keys() == unread


@pytest.mark.parametrize(("key", "is_believed"), [("$connect", True), ("subscribe", True), ("$CONNECT", False)])
def test_a_route_begins_with_no_word_that_api_gateway_does_not_have(key: str, *, is_believed: bool) -> None:
    route = {"RouteId": "r", "RouteKey": key, "AuthorizationType": "NONE", "ApiKeyRequired": False}
    answers: dict[str, dict[str, Any]] = {"GetApis": {"Items": [{"ApiId": "a"}]}, "GetRoutes": {"Items": [route]}}
    assert (told_of("AWS::ApiGatewayV2::Route", answers).broken is None) is is_believed


def item(cfn_type: str, physical_id: str, **properties: str) -> Found:
    made = Found(ROWS[cfn_type], physical_id, SOURCE)
    made.properties, made.attributes = dict(properties), {"Arn": properties.pop("Arn", "")}
    return made


HERE = [
    item(ACL, "one|1|REGIONAL", Arn="acl/1"),
    item(LOGGING, "acl/1"),
    item(API, "a"),
    item(STAGE, "a|prod"),
    item(MAPPING, "m", ApiId="a", Stage="prod"),
    item(MAPPING, "n", ApiId="rest", Stage="prod"),
]


def test_what_is_named_and_listed_is_there_and_a_rest_api_is_listed_elsewhere() -> None:
    assert list(unlisted(HERE)) == []


@pytest.mark.parametrize(("cfn_type", "name"), [(ACL, "acl/1"), (STAGE, "a|prod")])
def test_what_one_list_names_and_its_own_leaves_out_is_missed(cfn_type: str, name: str) -> None:
    [(missed, why)] = unlisted([one for one in HERE if one.type.name != cfn_type])
    assert missed == cfn_type
    assert f" names {name}, " in why


def test_nobody_is_missed_beside_one_that_cannot_be_believed() -> None:
    gap = Gap(service="wafv2", operation="GetWebACL", kind="malformed", detail="", at=AT)
    odd = replace(item(ACL, "two|2|REGIONAL"), broken=gap)
    assert list(unlisted([odd, *(one for one in HERE if one.type.name != ACL)])) == []
