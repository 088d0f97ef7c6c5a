"""What scales, what costs are watched by, and what is done at set times, as `test_types.py` has it for every type."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.mock_cloud.account import Account, template
from tests.mock_cloud.test_types import ROLE, VAULT, differences, lives
from tests.mock_cloud.test_types_lambda import ALIASED, PUBLISHED
from tests.mock_cloud.written import Properties, one, ref, tags

UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}  # fmt: skip
INDEX = {"IndexName": "other", "KeySchema": KEYS["KeySchema"], "Projection": {"ProjectionType": "ALL"}}
TABLE = one(
    "DynamoDB::Table", **KEYS, TableName="scaled", BillingMode="PROVISIONED", ProvisionedThroughput=UNITS,
    GlobalSecondaryIndexes=[{**INDEX, "ProvisionedThroughput": UNITS}],
)  # fmt: skip
READS = {
    "ServiceNamespace": "dynamodb", "ResourceId": {"Fn::Sub": "table/${Table}"},
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}  # fmt: skip
TARGET = one("ApplicationAutoScaling::ScalableTarget", **READS, MinCapacity=5, MaxCapacity=50)
METRIC = {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}
POLICY = {
    **READS, "PolicyName": "reads", "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": {**METRIC, "TargetValue": 70},
}  # fmt: skip
FOLLOWS = {**one("ApplicationAutoScaling::ScalingPolicy", **POLICY), "DependsOn": "Target"}
TOPIC = one("SNS::Topic")
TOLD = [{
    "Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80},
    "Subscribers": [{"SubscriptionType": "SNS", "Address": ref("Topic")}],
}]  # fmt: skip
COST = {"BudgetType": "COST", "TimeUnit": "MONTHLY"}
MONITOR = {"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
ABOVE = {
    "Dimensions": {
        "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"], "Values": ["10"],
    },
}  # fmt: skip
SUBSCRIPTION = {
    "SubscriptionName": "costs", "MonitorArnList": [ref("Monitor")], "Frequency": "IMMEDIATE",
    "Subscribers": [{"Type": "SNS", "Address": ref("Topic")}], "ThresholdExpression": json.dumps(ABOVE),
}  # fmt: skip
STOP = {
    "Name": "stop", "ScheduleExpression": "cron(0 16 ? * MON-FRI *)", "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance", "RoleArn": ref("Role", "Arn"),
        "Input": '{"DbInstanceIdentifier": "database"}',
    },
}  # fmt: skip
RESTORED = {
    "RestoreTestingPlanName": "monthly", "ScheduleExpression": "cron(0 6 1 * ? *)",
    "RecoveryPointSelection": {
        "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": [ref("Vault", "BackupVaultArn")],
        "RecoveryPointTypes": ["SNAPSHOT"],
    },
}  # fmt: skip
CHOSEN = {
    "RestoreTestingPlanName": ref("Tests"), "RestoreTestingSelectionName": "tables", "IamRoleArn": ref("Role", "Arn"),
    "ProtectedResourceType": "DynamoDB", "ProtectedResourceArns": ["*"],
}  # fmt: skip

CHANGES: dict[str, tuple[Properties, Properties, Properties]] = {
    "ApplicationAutoScaling::ScalableTarget": (
        {"Table": TABLE}, {**READS, "MinCapacity": 5, "MaxCapacity": 50, "Tags": tags("a")},
        {**READS, "MinCapacity": 5, "MaxCapacity": 90, "SuspendedState": {"DynamicScalingInSuspended": True},
         "Tags": tags("b")},
    ),
    "ApplicationAutoScaling::ScalingPolicy": (
        {"Table": TABLE, "Target": TARGET}, {**POLICY},
        {**POLICY, "TargetTrackingScalingPolicyConfiguration": {**METRIC, "TargetValue": 50, "ScaleInCooldown": 60}},
    ),
    "Budgets::Budget": (
        {"Topic": TOPIC},
        {"Budget": {**COST, "BudgetName": "b", "BudgetLimit": {"Amount": 30, "Unit": "USD"}},
         "NotificationsWithSubscribers": TOLD, "ResourceTags": tags("a")},
        {"Budget": {**COST, "BudgetName": "b", "BudgetLimit": {"Amount": 40, "Unit": "USD"}},
         "NotificationsWithSubscribers": TOLD, "ResourceTags": tags("b")},
    ),
    "CE::AnomalyMonitor": ({}, {**MONITOR}, {**MONITOR, "MonitorName": "other"}),
    "CE::AnomalySubscription": (
        {"Topic": TOPIC, "Monitor": one("CE::AnomalyMonitor", **MONITOR)}, {**SUBSCRIPTION},
        {**SUBSCRIPTION, "SubscriptionName": "other", "ThresholdExpression": json.dumps({"Not": ABOVE})},
    ),
    "Scheduler::Schedule": (
        {"Role": ROLE}, {**STOP},
        {**STOP, "ScheduleExpression": "rate(1 day)", "Description": "d", "State": "DISABLED"},
    ),
    "Backup::RestoreTestingPlan": (
        {"Vault": VAULT}, {**RESTORED, "StartWindowHours": 1, "Tags": tags("a")},
        {**RESTORED, "ScheduleExpression": "cron(0 7 1 * ? *)", "Tags": tags("b")},
    ),
    "Backup::RestoreTestingSelection": (
        {"Role": ROLE, "Vault": VAULT, "Tests": one("Backup::RestoreTestingPlan", **RESTORED)}, {**CHOSEN},
        {**CHOSEN, "ProtectedResourceArns": ["arn:aws:dynamodb:us-east-1:123456789012:table/t"],
         "ValidationWindowHours": 2},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_type_is_changed_in_place_read_back_and_deleted(account: Account, kind: str) -> None:
    lives(account, kind, *CHANGES[kind])


def made(account: Account, **resources: Any) -> None:
    assert account.create(template(resources)) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")


def test_a_subscriber_that_a_hand_took_away_is_found(account: Account) -> None:
    limit = {"Budget": {**COST, "BudgetName": "b", "BudgetLimit": {"Amount": 30, "Unit": "USD"}}}
    made(account, Topic=TOPIC, It=one("Budgets::Budget", **limit, NotificationsWithSubscribers=TOLD))
    budgets = account.client("budgets")
    [told] = budgets.describe_notifications_for_budget(AccountId=account.id, BudgetName="b")["Notifications"]
    notification = {key: told[key] for key in ("NotificationType", "ComparisonOperator", "Threshold")}
    budgets.delete_notification(AccountId=account.id, BudgetName="b", Notification=notification)
    assert set(differences(account)) == {"It"}


def test_a_capacity_below_the_least_is_raised_to_it(account: Account) -> None:
    index = {
        **READS, "ScalableDimension": "dynamodb:index:WriteCapacityUnits",
        "ResourceId": {"Fn::Sub": "table/${Table}/index/other"},
    }  # fmt: skip
    made(
        account, Table=TABLE,
        Target=one("ApplicationAutoScaling::ScalableTarget", **READS, MinCapacity=9, MaxCapacity=50),
        Index=one("ApplicationAutoScaling::ScalableTarget", **index, MinCapacity=7, MaxCapacity=50),
    )  # fmt: skip
    table = account.client("dynamodb").describe_table(TableName="scaled")["Table"]
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
    assert table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 7


def test_units_of_tables_and_indexes_are_changed_in_place(account: Account) -> None:
    made(account, Table=TABLE)
    more = {"ReadCapacityUnits": 8, "WriteCapacityUnits": 6}
    changed = {**TABLE["Properties"], "GlobalSecondaryIndexes": [{**INDEX, "ProvisionedThroughput": more}]}
    assert account.update(template({"Table": one("DynamoDB::Table", **changed)})) == "UPDATE_COMPLETE"
    assert differences(account) == {}
    changed |= {"ProvisionedThroughput": more}
    assert account.update(template({"Table": one("DynamoDB::Table", **changed)})) == "UPDATE_COMPLETE"
    assert differences(account) == {}


def test_a_key_that_signs_reads_back_and_is_not_rotated(account: Account) -> None:
    made(account, Key=one("KMS::Key", KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", Enabled=True))
    assert differences(account) == {}
    told = account.client("kms").describe_key(KeyId=account.physical_ids()["Key"])["KeyMetadata"]
    assert (told["KeyUsage"], told["KeySpec"]) == ("SIGN_VERIFY", "ECC_NIST_P256")


def test_target_tracking_keeps_alarms_and_takes_them_along(account: Account) -> None:
    made(account, Table=TABLE, Target=TARGET, It=FOLLOWS)
    alarms = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) == 4
    assert all(alarm["AlarmName"].startswith("TargetTracking-") for alarm in alarms)
    account.cfn.delete_stack(StackName="stack")
    assert account.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_a_policy_without_a_target_is_refused(account: Account) -> None:
    assert account.create(template({"Table": TABLE, "It": one("ApplicationAutoScaling::ScalingPolicy", **POLICY)})) == (
        "ROLLBACK_COMPLETE"
    )
    assert "No scalable target registered" in str(account.reasons("CREATE_FAILED"))


def concurrency(account: Account) -> Properties:
    name = account.physical_ids()["Function"]
    return {
        "ServiceNamespace": "lambda", "ResourceId": f"function:{name}:live",
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
    }  # fmt: skip


def test_an_alias_has_either_weights_or_provisioned_concurrency(account: Account) -> None:
    made(account, **ALIASED)
    functions, name = account.client("lambda"), account.physical_ids()["Function"]
    named = {"FunctionName": name, "Qualifier": "live"}
    functions.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"$LATEST": 0.1}})
    with pytest.raises(ClientError, match="Alias with weights can not be used with Provisioned Concurrency"):
        functions.put_provisioned_concurrency_config(**named, ProvisionedConcurrentExecutions=1)
    scaling = account.client("application-autoscaling")
    scaling.register_scalable_target(**concurrency(account), MinCapacity=2, MaxCapacity=5)
    [failed] = scaling.describe_scaling_activities(ServiceNamespace="lambda")["ScalingActivities"]
    assert failed["StatusCode"] == "Failed"
    functions.update_alias(FunctionName=name, Name="live", RoutingConfig={})
    scaling.register_scalable_target(**concurrency(account), MinCapacity=2, MaxCapacity=5)
    told = functions.get_provisioned_concurrency_config(**named)
    assert told["RequestedProvisionedConcurrentExecutions"] == 2
    with pytest.raises(ClientError, match="Invalid alias configuration for Provisioned Concurrency"):
        functions.update_alias(
            FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"$LATEST": 0.1}}
        )


def test_an_account_has_one_monitor_of_its_services(account: Account) -> None:
    twice = {name: one("CE::AnomalyMonitor", **{**MONITOR, "MonitorName": name}) for name in ("One", "Two")}
    assert account.create(template(twice)) == "ROLLBACK_COMPLETE"
    assert "Limit exceeded on dimensional spend monitor creation" in str(account.reasons("CREATE_FAILED"))


def test_nobody_is_told_at_once_by_e_mail(account: Account) -> None:
    person = {**SUBSCRIPTION, "Subscribers": [{"Type": "EMAIL", "Address": "a@example.com"}]}
    body = {"Monitor": one("CE::AnomalyMonitor", **MONITOR), "It": one("CE::AnomalySubscription", **person)}
    assert account.create(template(body)) == "ROLLBACK_COMPLETE"


def test_what_is_published_needs_no_alias(account: Account) -> None:
    made(account, **PUBLISHED)
    named = {"FunctionName": account.physical_ids()["Function"], "Qualifier": "1"}
    told = account.client("lambda").put_provisioned_concurrency_config(**named, ProvisionedConcurrentExecutions=1)
    assert told["Status"] == "READY"
