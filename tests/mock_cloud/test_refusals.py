"""What AWS would refuse is refused, in one clear message, before anything is created."""

from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.mock_cloud.account import Account, queue, template

TRUST = {"Version": "2012-10-17", "Statement": []}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
PARAMETER = {"Seconds": {"Type": "Number"}}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown type": (template({"X": {"Type": "AWS::SQS::Cue"}}), r"Unrecognized resource types: \[AWS::SQS::Cue\]"),
    "type without handler": (template({"X": {"Type": "AWS::EC2::Host"}}), "the mock cloud has no AWS::EC2::Host"),
    "unknown property": (template({"X": queue(Colour="red")}), "Encountered unsupported property Colour"),
    "unknown nested property": (
        template({"X": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "SSESpecification": {"Enabled": True}}}}),
        "Encountered unsupported property SSESpecification/Enabled",
    ),
    "missing property": (template({"X": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "sqs"}}}),
                         r"required key \[TopicArn\] not found"),
    "read-only property": (template({"X": queue(Arn="arn:aws:sqs:::x")}), "read-only property Arn"),
    "missing parameter": (template({"X": queue()}, Parameters=PARAMETER), "parameter 'Seconds': expected a value"),
    "circle": (
        template({"A": {**queue(), "DependsOn": "B"}, "B": {**queue(), "DependsOn": "A"}}), "circular dependency"),
    "unknown reference": (template({"X": queue(QueueName={"Ref": "Nobody"})}), "Nobody"),
    "unknown import": (template({"X": queue(QueueName={"Fn::ImportValue": "nothing"})}), "no stack exports 'nothing'"),
    "no resources": ({"AWSTemplateFormatVersion": "2010-09-09"}, "at least one resource"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_template_is_a_validation_error_and_leaves_no_stack(account: Account, case: str) -> None:
    body, told = REFUSED[case]
    with pytest.raises(ClientError, match=told) as refused:
        account.create(body)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert account.cfn.describe_stacks()["Stacks"] == []


def test_a_change_set_refuses_the_same(account: Account) -> None:
    with pytest.raises(ClientError, match="unsupported property Colour"):
        account.review(template({"X": queue(Colour="red")}), kind="CREATE")
    assert account.cfn.describe_stacks()["Stacks"] == []


def test_an_unknown_parameter_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match="unknown parameter 'Colour'"):
        account.create(template({"X": queue()}), Parameters=[{"ParameterKey": "Colour", "ParameterValue": "red"}])


def test_a_text_that_is_no_template_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match="Template format error"):
        account.cfn.create_stack(StackName="stack", TemplateBody="{ not: [yaml")


def test_a_template_longer_than_aws_takes_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match="51200"):
        account.create(template({"X": queue()}, Description="x" * 52_000))


def test_a_role_needs_the_capability(account: Account) -> None:
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_IAM\]") as refused:
        account.cfn.create_stack(StackName="stack", TemplateBody=yaml.safe_dump(template({"Role": ROLE})))
    assert refused.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"


def test_a_named_role_needs_the_named_capability(account: Account) -> None:
    named = {**ROLE, "Properties": {**ROLE["Properties"], "RoleName": "owner"}}  # type: ignore[dict-item]
    with pytest.raises(ClientError, match="CAPABILITY_NAMED_IAM"):
        account.cfn.create_stack(
            StackName="stack", TemplateBody=yaml.safe_dump(template({"Role": named})), Capabilities=["CAPABILITY_IAM"]
        )


def test_a_stack_that_exists_is_not_created_again(account: Account) -> None:
    account.create(template({"X": queue()}))
    with pytest.raises(ClientError, match=r"Stack \[stack\] already exists"):
        account.create(template({"X": queue()}))


def test_an_operation_that_is_missing_is_told_by_name(account: Account) -> None:
    with pytest.raises(ClientError, match="CloudFormation has no ContinueUpdateRollback") as refused:
        account.cfn.continue_update_rollback(StackName="stack")
    assert refused.value.response["Error"]["Code"] == "InvalidAction"


def test_a_stack_that_is_not_there_is_told_so(account: Account) -> None:
    with pytest.raises(ClientError, match="Stack with id stack does not exist"):
        account.described()


def test_validation_tells_parameters_and_capabilities(account: Account) -> None:
    body = template({"Role": ROLE}, Parameters={"Days": {"Type": "Number", "Default": 7, "Description": "kept"}})
    told = account.cfn.validate_template(TemplateBody=yaml.safe_dump(body))
    assert told["Capabilities"] == ["CAPABILITY_IAM"]
    [parameter] = told["Parameters"]
    assert (parameter["ParameterKey"], parameter["DefaultValue"]) == ("Days", "7")
