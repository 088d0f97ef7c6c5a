"""Roles and policies, as `test_types.py` has it for every type."""

import json
from typing import Any

import pytest

from tests.mock_cloud.account import Account, template
from tests.mock_cloud.test_types import ROLE, differences, is_deleted, lives
from tests.mock_cloud.written import Properties, allowing, one, ref, tags, trust

BOUNDARY = {"Boundary": one("IAM::ManagedPolicy", PolicyDocument=allowing("s3:*"))}
ISSUER = {"Url": "https://token.actions.githubusercontent.com"}

CHANGES: dict[str, tuple[Properties, Properties, Properties]] = {
    "IAM::Role": (
        BOUNDARY,
        {"AssumeRolePolicyDocument": trust("sqs"), "Policies": [{"PolicyName": "p", "PolicyDocument": allowing("a:a")}],
         "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"], "Path": "/touchstone/",
         "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
        {"AssumeRolePolicyDocument": trust("sns"), "Policies": [{"PolicyName": "q", "PolicyDocument": allowing("b:b")}],
         "ManagedPolicyArns": ["arn:aws:iam::aws:policy/SecurityAudit"], "Path": "/touchstone/",
         "PermissionsBoundary": ref("Boundary"), "MaxSessionDuration": 7200, "Description": "d", "Tags": tags("b")},
    ),
    "IAM::ManagedPolicy": (
        {"Role": ROLE}, {"PolicyDocument": allowing("s3:Get*"), "Path": "/touchstone/", "Description": "d"},
        {"PolicyDocument": allowing("s3:List*"), "Path": "/touchstone/", "Description": "d", "Roles": [ref("Role")]},
    ),
    "IAM::Policy": (
        {"Role": ROLE}, {"PolicyName": "p", "PolicyDocument": allowing("s3:Get*"), "Roles": [ref("Role")]},
        {"PolicyName": "p", "PolicyDocument": allowing("s3:List*"), "Roles": [ref("Role")]},
    ),
    "IAM::InstanceProfile": (
        {"Role": ROLE, "Other": one("IAM::Role", AssumeRolePolicyDocument=trust("ec2"))},
        {"Roles": [ref("Role")], "Path": "/touchstone/"}, {"Roles": [ref("Other")], "Path": "/touchstone/"},
    ),
    "IAM::OIDCProvider": (
        {}, {**ISSUER, "ClientIdList": ["sts.amazonaws.com", "a"], "ThumbprintList": ["1" * 40], "Tags": tags("a")},
        {**ISSUER, "ClientIdList": ["sts.amazonaws.com", "b"], "ThumbprintList": ["2" * 40], "Tags": tags("b")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_type_is_changed_in_place_read_back_and_deleted(account: Account, kind: str) -> None:
    lives(account, kind, *CHANGES[kind])


def policy_of(**properties: Any) -> Any:
    return template({"Role": ROLE, "Policy": one("IAM::ManagedPolicy", **properties)})


def test_a_policy_is_changed_more_often_than_it_has_versions(account: Account) -> None:
    account.create(policy_of(PolicyDocument=allowing("s3:Get0"), Roles=[ref("Role")]))
    iam, arn = account.client("iam"), account.physical_ids()["Policy"]
    by_hand = json.dumps(allowing("s3:Get"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=by_hand, SetAsDefault=False)
    for number in range(1, 8):
        changed = policy_of(PolicyDocument=allowing(f"s3:Get{number}"), Roles=[ref("Role")])
        assert account.update(changed) == "UPDATE_COMPLETE", account.reasons("UPDATE_FAILED")
    assert differences(account) == {}
    assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) == 5
    is_deleted(account)
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_what_a_policy_bounds_does_not_carry_it(account: Account) -> None:
    role = one("IAM::Role", AssumeRolePolicyDocument=trust("sqs"), PermissionsBoundary=ref("Boundary"))
    account.create(template(BOUNDARY | {"Role": role}))
    iam, ids = account.client("iam"), account.physical_ids()
    asked = {"PolicyArn": ids["Boundary"]}
    assert [role["RoleName"] for role in iam.list_entities_for_policy(**asked)["PolicyRoles"]] == [ids["Role"]]
    assert iam.list_entities_for_policy(**asked, PolicyUsageFilter="PermissionsPolicy")["PolicyRoles"] == []
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(**asked)


def test_a_boundary_that_is_not_there_is_refused(account: Account) -> None:
    role = one("IAM::Role", AssumeRolePolicyDocument=trust("sqs"), PermissionsBoundary="arn:aws:iam::aws:policy/No")
    assert account.create(template({"Role": role})) == "ROLLBACK_COMPLETE"
    assert "does not exist or is not attachable" in account.reasons("CREATE_FAILED")["Role"]
