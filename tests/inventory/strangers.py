"""One resource of each type that the platform has none of: what an operation tells is tried where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fixtures.mock_cloud.types.awslambda import zipped
from tests.inventory import edge_strangers

ALARM = {
    "AlarmName": "foreign", "Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Statistic": "Sum",
    "Period": 60, "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "foreign"}
BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
RULE = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
GONE = {"ID": "gone", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
TAGS = [{"Key": "Owner", "Value": "somebody"}]
DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
LOOK = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}


def make(client: Callable[[str], Any]) -> None:
    """Make them; ``client`` gives the client of a service."""
    client("elasticache").create_cache_parameter_group(
        CacheParameterGroupName="foreign", CacheParameterGroupFamily="valkey8", Description="Somebody's"
    )
    client("cloudwatch").put_metric_alarm(**ALARM, Tags=TAGS)
    client("cloudwatch").put_alarm_mute_rule(
        Name="foreign",
        Rule={"Schedule": {"Expression": "cron(0 2 * * SUN)", "Duration": "PT2H"}},
        MuteTargets={"AlarmNames": ["foreign"]},
        ExpireDate="2031-01-01T00:00:00",
        Tags=TAGS,
    )
    client("wafv2").create_web_acl(
        Name="foreign", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=SEEN, Rules=[]
    )
    client("iam").create_policy(PolicyName="foreign", PolicyDocument=_policy(LOOK))
    client("iam").create_instance_profile(InstanceProfileName="foreign")
    client("iam").create_open_id_connect_provider(Url="https://foreign.example.com", ClientIDList=["somebody"])
    _bucket(client("s3"))
    _beside_functions(client)
    edge_strangers.make(client)
    _watched(client)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _bucket(s3: Any) -> None:
    s3.create_bucket(Bucket="foreign")
    s3.put_public_access_block(Bucket="foreign", PublicAccessBlockConfiguration=BLOCK)
    s3.put_bucket_encryption(Bucket="foreign", ServerSideEncryptionConfiguration={"Rules": [RULE]})
    s3.put_bucket_tagging(Bucket="foreign", Tagging={"TagSet": TAGS})
    s3.put_bucket_policy(Bucket="foreign", Policy=_policy(DENY))
    s3.put_bucket_versioning(Bucket="foreign", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket="foreign", LifecycleConfiguration={"Rules": [GONE]})
    s3.put_bucket_ownership_controls(
        Bucket="foreign", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    s3.put_bucket_notification_configuration(
        Bucket="foreign", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_object_lock_configuration(Bucket="foreign", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


def _watched(client: Callable[[str], Any]) -> None:
    """What watches over the account; of some things it has one, which is ours where our stacks are there."""
    trail = client("cloudtrail")
    trail.create_trail(Name="foreign", S3BucketName="foreign", TagsList=TAGS)
    trail.start_logging(Name="foreign")
    rule = {"ruleName": "foreign", "filter": {"isPublic": {"eq": ["false"]}}}
    if not client("accessanalyzer").list_analyzers()["analyzers"]:
        client("accessanalyzer").create_analyzer(analyzerName="foreign", type="ACCOUNT", archiveRules=[rule])
    if not client("guardduty").list_detectors()["DetectorIds"]:
        client("guardduty").create_detector(Enable=True)
    client("securityhub").enable_security_hub(Tags={"Owner": "somebody"})
    role = client("iam").list_roles()["Roles"][0]["Arn"]
    client("config").put_configuration_recorder(ConfigurationRecorder={"name": "foreign", "roleARN": role})
    client("config").put_delivery_channel(DeliveryChannel={"name": "foreign", "s3BucketName": "foreign"})
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance", "RoleArn": role, "Input": "{}"}
    client("scheduler").create_schedule(
        Name="foreign", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )


def _published(functions: Any, name: str) -> None:
    """A version with an alias, and what hangs on the alias; a layer that no function has."""
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="foreign", FunctionVersion="1")
    alias = {"FunctionName": name, "Qualifier": "foreign"}
    functions.add_permission(
        **alias, StatementId="foreign", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
        SourceAccount="333333333333",
    )  # fmt: skip
    functions.put_provisioned_concurrency_config(**alias, ProvisionedConcurrentExecutions=1)
    functions.put_function_event_invoke_config(**alias, MaximumRetryAttempts=1)
    functions.create_function_url_config(**alias, AuthType="AWS_IAM")
    functions.publish_layer_version(LayerName="foreign", Content={"ZipFile": b"nothing"})


def _beside_functions(client: Callable[[str], Any]) -> None:
    functions = client("lambda")
    role = client("iam").list_roles()["Roles"][0]["Arn"]
    name = "foreign"
    functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": zipped("def handler(*_): pass", "python3.13")},
    )
    _published(functions, name)
    url = client("sqs").list_queues()["QueueUrls"][0]
    asked = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    functions.create_event_source_mapping(FunctionName=name, EventSourceArn=asked["Attributes"]["QueueArn"])
    logs = client("logs")
    group = logs.describe_log_groups()["logGroups"][0]["logGroupName"]
    metric = {"metricName": "foreign", "metricNamespace": "foreign", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName=group, filterName="foreign", filterPattern="ERROR", metricTransformations=[metric]
    )
