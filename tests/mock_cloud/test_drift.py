"""What a hand changed behind the template's back is found."""

import json
from typing import Any

import pytest

from tests.mock_cloud.account import Account, queue, template

TAGS = [{"Key": "Team", "Value": "alerts"}]
STATUS = "StackResourceDriftStatus"


def group(*, egress: bool) -> dict[str, Any]:
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16", "Description": "inside"}
    properties: dict[str, Any] = {"GroupDescription": "tried", "VpcId": {"Ref": "Vpc"}}
    if egress:
        properties["SecurityGroupEgress"] = [rule]
    return template({"Vpc": vpc, "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}})


def test_an_untouched_stack_is_in_sync(account: Account) -> None:
    account.create(template({"Queue": queue(VisibilityTimeout=30, Tags=TAGS)}))
    assert account.drifts()["Queue"][STATUS] == "IN_SYNC"
    assert account.described()["DriftInformation"]["StackDriftStatus"] == "IN_SYNC"


def test_a_changed_property_is_told_with_both_values(account: Account) -> None:
    account.create(template({"Queue": queue(VisibilityTimeout=30)}))
    url = account.physical_ids()["Queue"]
    account.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "99"})
    drift = account.drifts()["Queue"]
    assert drift[STATUS] == "MODIFIED"
    assert drift["PropertyDifferences"] == [
        {
            "PropertyPath": "/VisibilityTimeout",
            "ExpectedValue": "30",
            "ActualValue": "99",
            "DifferenceType": "NOT_EQUAL",
        }
    ]
    assert json.loads(drift["ActualProperties"])["VisibilityTimeout"] == "99"


def test_a_changed_tag_is_found(account: Account) -> None:
    account.create(template({"Queue": queue(Tags=TAGS)}))
    account.client("sqs").tag_queue(QueueUrl=account.physical_ids()["Queue"], Tags={"Team": "nobody"})
    assert account.drifts()["Queue"][STATUS] == "MODIFIED"


def test_a_deleted_resource_is_found(account: Account) -> None:
    account.create(template({"Queue": queue()}))
    account.client("sqs").delete_queue(QueueUrl=account.physical_ids()["Queue"])
    assert account.drifts()["Queue"][STATUS] == "DELETED"
    assert account.described()["DriftInformation"]["StackDriftStatus"] == "DRIFTED"


def test_a_rule_that_a_hand_opened_is_found(account: Account) -> None:
    account.create(group(egress=True))
    everyone = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2, ids = account.client("ec2"), account.physical_ids()
    ec2.authorize_security_group_egress(GroupId=ids["Group"], IpPermissions=[everyone])
    assert account.drifts()["Group"][STATUS] == "MODIFIED"


def test_a_group_with_egress_of_its_own_lets_nothing_else_out(account: Account) -> None:
    account.create(group(egress=True))
    ids = [account.physical_ids()["Group"]]
    [found] = account.client("ec2").describe_security_groups(GroupIds=ids)["SecurityGroups"]
    assert [one["IpRanges"][0]["CidrIp"] for one in found["IpPermissionsEgress"]] == ["10.0.0.0/16"]


def test_a_group_without_egress_keeps_the_default_of_aws(account: Account) -> None:
    account.create(group(egress=False))
    ids = [account.physical_ids()["Group"]]
    [found] = account.client("ec2").describe_security_groups(GroupIds=ids)["SecurityGroups"]
    assert [one["IpProtocol"] for one in found["IpPermissionsEgress"]] == ["-1"]


def test_a_version_that_the_service_completed_is_no_drift_and_another_one_is(account: Account) -> None:
    database = {
        "Engine": "postgres", "EngineVersion": "17", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20",
        "MasterUsername": "owner", "ManageMasterUserPassword": True,
    }  # fmt: skip
    account.create(template({"Database": {"Type": "AWS::RDS::DBInstance", "Properties": database}}))
    drift = account.drifts()["Database"]
    assert drift[STATUS] == "IN_SYNC"
    assert json.loads(drift["ActualProperties"])["EngineVersion"] == "17.6"
    name = account.physical_ids()["Database"]
    account.client("rds").modify_db_instance(DBInstanceIdentifier=name, EngineVersion="18.1", ApplyImmediately=True)
    assert account.drifts()["Database"][STATUS] == "MODIFIED"


def worded(account: Account) -> str:
    """Deploy a queue with a tag whose value is partly a secret's; give its URL."""
    account.client("secretsmanager").create_secret(Name="origin", SecretString='{"word": "sesame"}')
    tags = [{"Key": "Word", "Value": "open-{{resolve:secretsmanager:origin:SecretString:word}}-now"}]
    assert account.create(template({"Queue": queue(VisibilityTimeout=30, Tags=tags)})) == "CREATE_COMPLETE"
    return account.physical_ids()["Queue"]


def test_what_a_dynamic_reference_stands_for_is_no_drift_and_is_shown_nowhere(account: Account) -> None:
    worded(account)
    drift = account.drifts()["Queue"]
    assert (drift[STATUS], drift["PropertyDifferences"]) == ("IN_SYNC", [])
    assert "{{resolve:secretsmanager:origin:SecretString:word}}" in drift["ExpectedProperties"]
    events = account.cfn.describe_stack_events(StackName="stack")["StackEvents"]
    assert "sesame" not in f"{drift['ExpectedProperties']}{events}"


@pytest.mark.parametrize("value", ["open--now", "closed-sesame-now", "open-{{resolve:ssm:origin}}-now", ""])
def test_what_a_dynamic_reference_cannot_have_become_is_drift(account: Account, value: str) -> None:
    account.client("sqs").tag_queue(QueueUrl=worded(account), Tags={"Word": value})
    assert account.drifts()["Queue"][STATUS] == "MODIFIED"


def test_what_stands_beside_a_dynamic_reference_is_compared(account: Account) -> None:
    url = worded(account)
    account.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "99"})
    assert [one["PropertyPath"] for one in account.drifts()["Queue"]["PropertyDifferences"]] == ["/VisibilityTimeout"]
