"""Whatever the real templates set can be read back: type by type, property by property, in every environment."""

import json
from typing import Any

import pytest

from fixtures.mock_cloud.types.registry import KINDS
from infra.stacks import STACKS
from tests.mock_cloud.account import Account
from tests.mock_cloud.conftest import ENVIRONMENTS
from tests.mock_cloud.platform import Deployed, deploy

Drifts = dict[str, dict[str, dict[str, Any]]]

# No service gives these back, AWS's neither: the provider schema calls each of them write-only.
NEVER_TOLD = {
    "AWS::CertificateManager::Certificate": {"DomainValidationOptions"},
    "AWS::KMS::Key": {"PendingWindowInDays"},
    "AWS::Lambda::LayerVersion": {"Content"},
    "AWS::RDS::DBInstance": {"DeleteAutomatedBackups"},
    "AWS::SecretsManager::ResourcePolicy": {"BlockPublicPolicy"},
    "AWS::SecretsManager::RotationSchedule": {"RotateImmediatelyOnUpdate"},
    "AWS::SecretsManager::Secret": {"GenerateSecretString"},
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_resource_of_the_platform_reads_back_as_declared(platform_drifts: Drifts, environment: str) -> None:
    differing = {
        name: drift["PropertyDifferences"]
        for name, drift in platform_drifts[environment].items()
        if drift["StackResourceDriftStatus"] != "IN_SYNC"
    }
    assert differing == {}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_declared_property_is_left_unread(
    platforms: dict[str, Deployed], platform_drifts: Drifts, environment: str
) -> None:
    unread: dict[str, set[str]] = {}
    for name, declared in declared_properties(platforms[environment]).items():
        drift = platform_drifts[environment][name]
        gone = declared - set(json.loads(drift["ActualProperties"]))
        if gone:
            unread.setdefault(drift["ResourceType"], set()).update(gone)
    unexplained = {kind: names - NEVER_TOLD.get(kind, set()) for kind, names in unread.items()}
    assert not any(unexplained.values()), unexplained


def test_every_type_of_the_platform_was_read(platform_drifts: Drifts) -> None:
    read = {drift["ResourceType"] for drifts in platform_drifts.values() for drift in drifts.values()}
    assert len(read) > 30
    assert read <= set(KINDS)


def test_a_network_is_deleted_without_a_trace(account: Account) -> None:
    *_, stack = deploy(account.endpoint, "prod", account, STACKS[: STACKS.index("security")]).stacks
    stack_id, retained = account.described(stack)["StackId"], ("AWS::KMS::Key", "AWS::Logs::LogGroup")
    account.cfn.delete_stack(StackName=stack)
    assert account.status(stack_id) == "DELETE_COMPLETE", account.reasons("DELETE_FAILED", stack_id)
    events = account.cfn.describe_stack_events(StackName=stack_id)["StackEvents"]
    assert {one["ResourceType"] for one in events if one["ResourceStatus"] == "DELETE_SKIPPED"} <= set(retained)
    ec2 = account.client("ec2")
    assert [vpc["IsDefault"] for vpc in ec2.describe_vpcs()["Vpcs"]] == [True]
    assert ec2.describe_addresses()["Addresses"] == []


def declared_properties(deployed: Deployed) -> dict[str, set[str]]:
    """The top-level properties that were sent for each resource, as its creation events tell."""
    found: dict[str, set[str]] = {}
    for stack in deployed.stacks:
        for page in deployed.account.cfn.get_paginator("describe_stack_events").paginate(StackName=stack):
            for event in page["StackEvents"]:
                if event["ResourceStatus"] == "CREATE_COMPLETE" and "ResourceProperties" in event:
                    found[event["LogicalResourceId"]] = set(json.loads(event["ResourceProperties"]))
    return found
