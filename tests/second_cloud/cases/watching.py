"""CloudWatch, its logs, CloudTrail and Config: who sees what happens, and where it is written."""

from __future__ import annotations

from typing import Any

from tests.second_cloud.cases.made import MAP, TEAM, Case, Client, Made, Properties, bucket, key, role, topic


def _alarm(client: Client) -> Made:
    hears = topic(client)
    settings: Properties = {
        "AlarmDescription": "d", "Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": "alerts"}], "Statistic": "Maximum", "Period": 60,
        "EvaluationPeriods": 5, "DatapointsToAlarm": 3, "Threshold": 2.5, "Unit": "Seconds",
        "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "breaching", "ActionsEnabled": False,
        "AlarmActions": [hears], "OKActions": [hears], "InsufficientDataActions": [hears],
    }  # fmt: skip
    client("cloudwatch").put_metric_alarm(AlarmName="tried", Tags=TEAM, **settings)
    return {"tried": {"AlarmName": "tried", "Tags": TEAM, **settings}}


def _composite_alarm(client: Client) -> Made:
    hears, cloudwatch = topic(client), client("cloudwatch")
    for name in ("one", "two"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="AWS/SQS", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
    settings: Properties = {
        "AlarmDescription": "d", "AlarmRule": 'ALARM("one") AND NOT OK("two")', "ActionsEnabled": False,
        "AlarmActions": [hears], "OKActions": [hears], "InsufficientDataActions": [hears],
    }  # fmt: skip
    cloudwatch.put_composite_alarm(AlarmName="tried", Tags=TEAM, **settings)
    return {"tried": {"AlarmName": "tried", "Tags": TEAM, **settings}}


def _dashboard(client: Client) -> Made:
    body = '{"widgets":[{"type":"text","x":0,"y":0,"width":6,"height":3,"properties":{"markdown":"tried"}}]}'
    client("cloudwatch").put_dashboard(DashboardName="tried", DashboardBody=body)
    return {"tried": {"DashboardName": "tried", "DashboardBody": body}}


def _log_group(client: Client) -> Made:
    encrypts = key(client)
    client("logs").create_log_group(
        logGroupName="tried", kmsKeyId=encrypts, tags=MAP, logGroupClass="INFREQUENT_ACCESS"
    )
    client("logs").put_retention_policy(logGroupName="tried", retentionInDays=400)
    return {"tried": {
        "LogGroupName": "tried", "KmsKeyId": encrypts, "RetentionInDays": 400, "LogGroupClass": "INFREQUENT_ACCESS",
        "Tags": TEAM,
    }}  # fmt: skip


def _metric_filter(client: Client) -> Made:
    client("logs").create_log_group(logGroupName="group")
    value: dict[str, Any] = {
        "metricName": "errors", "metricNamespace": "tried", "metricValue": "1", "defaultValue": 0.5, "unit": "Count",
    }  # fmt: skip
    client("logs").put_metric_filter(
        logGroupName="group", filterName="tried", filterPattern='{ $.level = "ERROR" }', metricTransformations=[value]
    )
    told = {name[0].upper() + name[1:]: item for name, item in value.items()}
    return {"group|tried": {
        "LogGroupName": "group", "FilterName": "tried", "FilterPattern": '{ $.level = "ERROR" }',
        "MetricTransformations": [told],
    }}  # fmt: skip


def _trail(client: Client) -> Made:
    encrypts, hears, trails, logs = key(client), topic(client), client("cloudtrail"), bucket(client)
    settings: Properties = {
        "S3BucketName": logs, "S3KeyPrefix": "p", "IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
    }  # fmt: skip
    arn = trails.create_trail(Name="tried", KmsKeyId=encrypts, SnsTopicName=hears, **settings)["TrailARN"]
    trails.add_tags(ResourceId=arn, TagsList=TEAM)
    trails.start_logging(Name=arn)
    selectors = [{
        "ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "ExcludeManagementEventSources": [],
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::logs/"]}],
    }]  # fmt: skip
    trails.put_event_selectors(TrailName=arn, EventSelectors=selectors)
    return {"tried": {
        **settings, "TrailName": "tried", "IsLogging": True, "IsOrganizationTrail": False, "KMSKeyId": encrypts,
        "SnsTopicName": hears, "EventSelectors": selectors, "Tags": TEAM,
    }}  # fmt: skip


def _recorder(client: Client) -> Made:
    carrier, config = role(client, "config"), client("config")
    group: Properties = {
        "allSupported": False,
        "includeGlobalResourceTypes": False,
        "resourceTypes": ["AWS::S3::Bucket"],
    }
    mode: Properties = {"recordingFrequency": "DAILY", "recordingModeOverrides": []}
    config.put_configuration_recorder(ConfigurationRecorder={
        "name": "tried", "roleARN": carrier, "recordingGroup": group, "recordingMode": mode,
    })  # fmt: skip
    config.put_delivery_channel(DeliveryChannel={"name": "tried", "s3BucketName": bucket(client)})
    config.start_configuration_recorder(ConfigurationRecorderName="tried")
    return {"tried": {
        "Name": "tried", "RoleARN": carrier, "StartedOnCreate": True, "RecordingMode": {"RecordingFrequency": "DAILY"},
        "RecordingGroup": {
            "AllSupported": False, "IncludeGlobalResourceTypes": False, "ResourceTypes": ["AWS::S3::Bucket"],
        },
    }}  # fmt: skip


def _channel(client: Client) -> Made:
    _recorder(client)
    hears, logs = topic(client), bucket(client, "more-logs")
    client("config").put_delivery_channel(DeliveryChannel={
        "name": "tried", "s3BucketName": logs, "s3KeyPrefix": "p", "snsTopicARN": hears,
        "configSnapshotDeliveryProperties": {"deliveryFrequency": "Six_Hours"},
    })  # fmt: skip
    return {"tried": {
        "Name": "tried", "S3BucketName": logs, "S3KeyPrefix": "p", "SnsTopicARN": hears,
        "ConfigSnapshotDeliveryProperties": {"DeliveryFrequency": "Six_Hours"},
    }}  # fmt: skip


CASES: dict[str, Case] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _composite_alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::MetricFilter": _metric_filter,
    "AWS::CloudTrail::Trail": _trail,
    "AWS::Config::ConfigurationRecorder": _recorder,
    "AWS::Config::DeliveryChannel": _channel,
}
