"""A function with everything around it, from its code in a bucket to the boundary of its role, lives in one stack."""

from typing import Any

import pytest

from tests.mock_cloud.account import Account, Template, template
from tests.mock_cloud.test_types import FUNCTION, differences, is_deleted
from tests.mock_cloud.test_types_lambda import ALIAS, from_s3, store_code
from tests.mock_cloud.written import Properties, allowing, one, ref, tags, trust

ALIAS_NAME = {"Fn::Select": [7, {"Fn::Split": [":", ref("Alias")]}]}


def role() -> Properties:
    receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    statement = {"Effect": "Allow", "Action": receive, "Resource": ref("Queue", "Arn")}
    inline = {"PolicyName": "receive", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    return one(
        "IAM::Role", AssumeRolePolicyDocument=trust("lambda"), Path="/touchstone/", Description="Runs the function",
        PermissionsBoundary=ref("Boundary"), Policies=[inline], Tags=tags("alerts"),
        ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", ref("Traces")],
    )  # fmt: skip


def function(**properties: Any) -> Properties:
    given: Properties = {
        **FUNCTION, "Code": from_s3(), "Role": ref("Role", "Arn"), "Layers": [ref("Layer")], "Architectures": ["arm64"],
        "TracingConfig": {"Mode": "Active"}, "DeadLetterConfig": {"TargetArn": ref("Lost", "Arn")},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": ref("Logs")}, "Tags": tags("alerts"), "MemorySize": 256,
    }  # fmt: skip
    return one("Lambda::Function", **{**given, **properties})


def stack(**properties: Any) -> Template:
    """The stack; ``properties`` of the function that are otherwise."""
    resources = {
        "Boundary": one("IAM::ManagedPolicy", PolicyDocument=allowing("*"), Path="/touchstone/"),
        "Traces": one("IAM::ManagedPolicy", PolicyDocument=allowing("xray:Put*"), Description="Traces may be written"),
        "Role": role(),
        "Queue": one("SQS::Queue", VisibilityTimeout=60),
        "Lost": one("SQS::Queue"),
        "Logs": one("Logs::LogGroup", RetentionInDays=7),
        "Layer": one("Lambda::LayerVersion", Content=from_s3("second.zip"), CompatibleRuntimes=["python3.13"]),
        "Function": function(**properties),
        "Version": one("Lambda::Version", FunctionName=ref("Function"), Description="first"),
        "Alias": one("Lambda::Alias", **ALIAS),
        "Permission": one(
            "Lambda::Permission", FunctionName=ref("Alias"), Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com", SourceAccount=ref("AWS::AccountId"),
        ),
        "Mapping": one(
            "Lambda::EventSourceMapping", FunctionName=ref("Alias"), EventSourceArn=ref("Queue", "Arn"), BatchSize=5,
            FunctionResponseTypes=["ReportBatchItemFailures"], ScalingConfig={"MaximumConcurrency": 5},
        ),
        "Retries": one(
            "Lambda::EventInvokeConfig", FunctionName=ref("Function"), Qualifier=ALIAS_NAME, MaximumRetryAttempts=1,
            DestinationConfig={"OnFailure": {"Destination": ref("Lost", "Arn")}},
        ),
    }  # fmt: skip
    return template(resources, Outputs={"Live": {"Value": ref("Alias")}})


def left(account: Account) -> dict[str, list[Any]]:
    """Everything of the services that the stack is made of."""
    functions, iam = account.client("lambda"), account.client("iam")
    return {
        "functions": functions.list_functions()["Functions"],
        "layers": functions.list_layers()["Layers"],
        "mappings": functions.list_event_source_mappings()["EventSourceMappings"],
        "roles": iam.list_roles()["Roles"],
        "policies": iam.list_policies(Scope="Local")["Policies"],
        "queues": account.client("sqs").list_queues().get("QueueUrls", []),
        "groups": account.client("logs").describe_log_groups()["logGroups"],
    }


def test_a_function_with_everything_around_it_lives_in_one_stack(account: Account) -> None:
    store_code(account)
    assert account.create(stack()) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")
    assert differences(account) == {}
    assert account.outputs()["Live"].endswith(":live")
    changed = stack(MemorySize=512)
    [change] = account.review(changed)["Changes"]
    assert change["ResourceChange"]["LogicalResourceId"] == "Function"
    before = account.physical_ids()
    assert account.update(changed) == "UPDATE_COMPLETE", account.reasons("UPDATE_FAILED")
    assert account.physical_ids() == before
    assert list(account.reasons("UPDATE_COMPLETE")) == ["stack", "Function"]
    assert differences(account) == {}
    is_deleted(account)
    assert left(account) == {name: [] for name in left(account)}


def test_what_hangs_on_the_alias_hangs_on_nothing_else(account: Account) -> None:
    store_code(account)
    assert account.create(stack()) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")
    functions, name = account.client("lambda"), account.physical_ids()["Function"]
    live = account.outputs()["Live"]
    [mapping] = functions.list_event_source_mappings()["EventSourceMappings"]
    [retries] = functions.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]
    assert mapping["FunctionArn"] == retries["FunctionArn"] == live
    assert live in functions.get_policy(FunctionName=name, Qualifier="live")["Policy"]
    for asked in ({}, {"Qualifier": "1"}):
        with pytest.raises(functions.exceptions.ResourceNotFoundException):
            functions.get_policy(FunctionName=name, **asked)
