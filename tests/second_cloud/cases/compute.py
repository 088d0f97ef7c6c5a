"""Lambda: functions, what is published of them, who may call them and what calls them."""

from __future__ import annotations

from tests.second_cloud.cases.made import (
    MAP,
    TEAM,
    Case,
    Client,
    Made,
    Properties,
    archive,
    function,
    key,
    queue,
    role,
    subnets,
)

ACCOUNT = "111122223333"


def _function(client: Client) -> Made:
    ec2, inside = client("ec2"), subnets(client)
    runs, encrypts, (_, dead) = role(client), key(client), queue(client, "dead")
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=_vpc_of(client, inside[0]))["GroupId"]
    layer = _layer_version(client)
    settings: Properties = {
        "Description": "d", "Handler": "index.handler", "Runtime": "python3.13", "MemorySize": 512, "Timeout": 45,
        "Architectures": ["arm64"], "KMSKeyArn": encrypts, "TracingConfig": {"Mode": "Active"},
        "EphemeralStorage": {"Size": 1024}, "DeadLetterConfig": {"TargetArn": dead},
        "LoggingConfig": {
            "LogFormat": "JSON", "LogGroup": "/own", "ApplicationLogLevel": "WARN", "SystemLogLevel": "DEBUG",
        },
        "Layers": [layer], "Role": runs,
    }  # fmt: skip
    network = {"SubnetIds": inside, "SecurityGroupIds": [group]}
    client("lambda").create_function(
        FunctionName="tried", Code={"ZipFile": archive()}, VpcConfig=network, Tags=MAP,
        Environment={"Variables": {"KIND": "storm"}}, **settings,
    )  # fmt: skip
    client("lambda").put_function_concurrency(FunctionName="tried", ReservedConcurrentExecutions=7)
    told = {name.replace("KMSKeyArn", "KmsKeyArn"): value for name, value in settings.items()}
    return {"tried": {
        **told, "FunctionName": "tried", "PackageType": "Zip", "VpcConfig": network, "Tags": TEAM,
        "Environment": {"Variables": {"KIND": "storm"}}, "ReservedConcurrentExecutions": 7,
    }}  # fmt: skip


def _vpc_of(client: Client, subnet: str) -> str:
    return str(client("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"])


def _layer_version(client: Client) -> str:
    made = client("lambda").publish_layer_version(
        LayerName="tried", Description="d", Content={"ZipFile": archive()}, CompatibleRuntimes=["python3.13"],
        CompatibleArchitectures=["arm64"], LicenseInfo="MIT",
    )  # fmt: skip
    return str(made["LayerVersionArn"])


def _layer(client: Client) -> Made:
    told = {
        "LayerName": "tried", "Description": "d", "CompatibleRuntimes": ["python3.13"],
        "CompatibleArchitectures": ["arm64"], "LicenseInfo": "MIT",
    }  # fmt: skip
    return {_layer_version(client): told, _layer_version(client): told}


def _published(client: Client, version: str = "d") -> tuple[str, str]:
    """Publish a version of a function; give its ARN, and the digest of its code."""
    made = client("lambda").publish_version(FunctionName="neighbour", Description=version)
    return made["FunctionArn"], made["CodeSha256"]


def _version(client: Client) -> Made:
    function(client, MemorySize=256)
    arn, digest = _published(client)
    client("lambda").put_provisioned_concurrency_config(
        FunctionName="neighbour", Qualifier="1", ProvisionedConcurrentExecutions=3
    )
    return {arn: {
        "FunctionName": "neighbour", "CodeSha256": digest, "Description": "d",
        "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 3},
    }}  # fmt: skip


def _alias(client: Client) -> Made:
    function(client)
    _published(client)
    client("lambda").update_function_configuration(FunctionName="neighbour", Timeout=9)
    _published(client, "second")
    arn = client("lambda").create_alias(
        FunctionName="neighbour", Name="live", FunctionVersion="1", Description="d",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}},
    )["AliasArn"]  # fmt: skip
    weights = [{"FunctionVersion": "2", "FunctionWeight": 0.25}]
    return {arn: {
        "FunctionName": "neighbour", "FunctionVersion": "1", "Name": "live", "Description": "d",
        "RoutingConfig": {"AdditionalVersionWeights": weights},
    }}  # fmt: skip


def _invoke_config(client: Client) -> Made:
    arn, (_, dead) = function(client), queue(client, "dead")
    settings: Properties = {
        "MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 600,
        "DestinationConfig": {"OnFailure": {"Destination": dead}},
    }  # fmt: skip
    client("lambda").put_function_event_invoke_config(FunctionName="neighbour", **settings)
    return {f"{arn}:$LATEST": {"FunctionName": "neighbour", "Qualifier": "$LATEST", **settings}}


def _url(client: Client) -> Made:
    arn = function(client)
    cors = {"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET"], "MaxAge": 60}
    client("lambda").create_function_url_config(
        FunctionName="neighbour", AuthType="AWS_IAM", Cors=cors, InvokeMode="RESPONSE_STREAM"
    )
    return {arn: {"TargetFunctionArn": arn, "AuthType": "AWS_IAM", "Cors": cors, "InvokeMode": "RESPONSE_STREAM"}}


def _mapping(client: Client) -> Made:
    arn, (_, source) = function(client), queue(client)
    settings: Properties = {
        "BatchSize": 20, "MaximumBatchingWindowInSeconds": 5, "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 4},
        "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"kind": ["storm"]}}'}]},
    }  # fmt: skip
    made = client("lambda").create_event_source_mapping(
        FunctionName="neighbour", EventSourceArn=source, Enabled=False, Tags=MAP, **settings
    )
    return {made["UUID"]: {
        "FunctionName": arn, "EventSourceArn": source, "Enabled": False, "Tags": TEAM, **settings,
    }}  # fmt: skip


def _permission(client: Client) -> Made:
    arn, source = function(client), f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"
    _published(client)
    client("lambda").create_alias(FunctionName="neighbour", Name="live", FunctionVersion="1")
    says: Properties = {"Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com", "SourceArn": source}
    add = client("lambda").add_permission
    add(FunctionName="neighbour", StatementId="topic", SourceAccount=ACCOUNT, **says)
    add(FunctionName="neighbour", StatementId="alias", Qualifier="live", **says)
    add(FunctionName="neighbour", StatementId="account", Action="lambda:GetFunction", Principal=ACCOUNT)
    return {
        f"{arn}|topic": {**says, "FunctionName": "neighbour", "SourceAccount": ACCOUNT},
        f"{arn}:live|alias": {**says, "FunctionName": f"{arn}:live"},
        f"{arn}|account": {
            "FunctionName": "neighbour", "Action": "lambda:GetFunction", "Principal": f"arn:aws:iam::{ACCOUNT}:root",
        },
    }  # fmt: skip


CASES: dict[str, Case] = {
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::LayerVersion": _layer,
    "AWS::Lambda::Version": _version,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::Url": _url,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Permission": _permission,
}
