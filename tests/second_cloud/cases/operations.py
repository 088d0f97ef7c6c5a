"""What runs at set times, what may be spent, and what restores are tried."""

from __future__ import annotations

from tests.second_cloud.cases.made import Case, Client, Made, Properties, account_of, role, topic


def _schedule(client: Client) -> Made:
    settings: Properties = {
        "ScheduleExpression": "cron(0 15 ? * MON-FRI *)", "ScheduleExpressionTimezone": "Europe/Berlin",
        "Description": "d", "State": "DISABLED",
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        "Target": {
            "Arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance", "RoleArn": role(client),
            "Input": '{"DbInstanceIdentifier":"tried"}',
            "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3},
        },
    }  # fmt: skip
    client("scheduler").create_schedule(Name="tried", **settings)
    return {"tried": {"Name": "tried", **settings}}


def _budget(client: Client) -> Made:
    account, hears = account_of(client), topic(client)
    budget: Properties = {"BudgetName": "tried", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    told: Properties = {
        "NotificationType": "FORECASTED", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0,
        "ThresholdType": "PERCENTAGE",
    }  # fmt: skip
    listens = [{"SubscriptionType": "SNS", "Address": hears}]
    client("budgets").create_budget(
        AccountId=account, Budget={**budget, "BudgetLimit": {"Amount": "30", "Unit": "USD"}},
        NotificationsWithSubscribers=[{"Notification": told, "Subscribers": listens}],
    )  # fmt: skip
    return {"tried": {
        "Budget": {**budget, "BudgetLimit": {"Amount": 30, "Unit": "USD"}},
        "NotificationsWithSubscribers": [{"Notification": told, "Subscribers": listens}],
    }}  # fmt: skip


def _none(_: Client) -> Made:
    """The second cloud tells that there are none, and makes none: what it refuses is listed as unmade."""
    return {}


CASES: dict[str, Case] = {
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Budgets::Budget": _budget,
    "AWS::Backup::RestoreTestingPlan": _none,
    "AWS::Backup::RestoreTestingSelection": _none,
}
