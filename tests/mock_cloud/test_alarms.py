"""An alarm looks at what was counted, and says so when it changes its mind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.mock_cloud.account import Account
from tests.mock_cloud.running import ask, make_function, tell

MINUTE = {"pass": 60}


def watch(account: Account, **changes: Any) -> None:
    said: dict[str, Any] = {
        "AlarmName": "a", "Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 3, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }  # fmt: skip
    said |= changes
    account.client("cloudwatch").put_metric_alarm(**{name: value for name, value in said.items() if value is not None})


def state(account: Account) -> str:
    """What the alarm is in after a tick."""
    tell(account.endpoint, tick=True)
    return str(account.client("cloudwatch").describe_alarms(AlarmNames=["a"])["MetricAlarms"][0]["StateValue"])


def counted(account: Account, *values: float | None) -> None:
    """Count one value in each of the minutes that come, or nothing; the clock is put forward for it."""
    make_function(account, COUNTS)
    begin(account)
    for value in values:
        if value is not None:
            assert ask(account, "f", value).error is None
        tell(account.endpoint, **MINUTE)


def begin(account: Account, period: int = 60) -> None:
    """Be at the beginning of a period, so that none ends while this test counts."""
    tell(account.endpoint, **{"pass": period - tell(account.endpoint)["now"] % period})


COUNTS = """
    import json, time
    def handler(event, context):
        print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [
            {"Namespace": "N", "Dimensions": [[]], "Metrics": [{"Name": "M", "Unit": "Count"}]}]}, "M": event}))
"""


@pytest.mark.parametrize(
    ("treated", "values", "needed", "expected"),
    [
        ("missing", (1, 1, 1), 3, "ALARM"),
        ("missing", (1, 0, 1), 3, "OK"),
        ("missing", (1, 0, 1), 2, "ALARM"),
        ("missing", (None, None, None), 3, "INSUFFICIENT_DATA"),
        ("breaching", (None, None, None), 3, "ALARM"),
        ("breaching", (None, 0, None), 3, "OK"),
        ("notBreaching", (None, None, None), 3, "OK"),
        ("notBreaching", (1, None, 1), 3, "OK"),
        ("notBreaching", (1, None, 1), 2, "ALARM"),
        ("ignore", (1, None, 1), 3, "OK"),  # as it was
        ("ignore", (1, 1, 1), 3, "ALARM"),
        (None, (None, None, None), 3, "INSUFFICIENT_DATA"),
    ],
)
def test_missing_data_is_treated_as_the_alarm_says(
    account: Account, treated: str | None, values: tuple[float | None, ...], needed: int, expected: str
) -> None:
    watch(account, TreatMissingData=treated, DatapointsToAlarm=needed)
    counted(account, *values)
    assert state(account) == expected


def test_what_is_ignored_leaves_an_alarm_as_it_is(account: Account) -> None:
    watch(account, TreatMissingData="ignore", EvaluationPeriods=1)
    counted(account, 1)
    assert state(account) == "ALARM"
    tell(account.endpoint, **{"pass": 600})
    assert state(account) == "ALARM"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Statistic": "Average", "Threshold": 4}, "OK"),
        ({"Statistic": "Maximum", "Threshold": 4}, "ALARM"),
        ({"Statistic": "SampleCount", "Threshold": 2}, "ALARM"),
        ({"Statistic": "Minimum", "Threshold": 2, "ComparisonOperator": "LessThanThreshold"}, "ALARM"),
        ({"Statistic": None, "ExtendedStatistic": "p50", "Threshold": 2.5}, "ALARM"),
        ({"Statistic": None, "ExtendedStatistic": "p50", "Threshold": 2.6}, "OK"),
        ({"Dimensions": [{"Name": "nobody", "Value": "x"}]}, "INSUFFICIENT_DATA"),
    ],
)
def test_a_statistic_is_compared(account: Account, changes: dict[str, Any], expected: str) -> None:
    watch(account, **({"EvaluationPeriods": 1, "Period": 3600} | changes))
    make_function(account, COUNTS)
    begin(account, 3600)
    for value in (1, 4):
        ask(account, "f", value)
    tell(account.endpoint, **{"pass": 3600})
    assert state(account) == expected


def test_a_change_is_told_to_the_topics_of_the_new_state_once(account: Account) -> None:
    sns, sqs = account.client("sns"), account.client("sqs")
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    topics = []
    for name in ("bad", "good"):
        topics.append(sns.create_topic(Name=name)["TopicArn"])
        sns.subscribe(
            TopicArn=topics[-1], Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{account.id}:q",
            Attributes={"RawMessageDelivery": "true"},
        )  # fmt: skip
    named = {
        "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
        "EvaluationPeriods": 1, "TreatMissingData": "notBreaching",
    }  # fmt: skip
    watch(account, AlarmActions=topics[:1], OKActions=topics[1:], **named)
    make_function(account, "def handler(event, context): raise ValueError('no')")
    begin(account)
    ask(account, "f")
    tell(account.endpoint, **MINUTE)
    states = [state(account), state(account)]
    tell(account.endpoint, **{"pass": 120})
    states.append(state(account))
    assert states == ["ALARM", "ALARM", "OK"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    told = [json.loads(one["Body"]) for one in messages]
    assert [(one["AlarmName"], one["OldStateValue"], one["NewStateValue"]) for one in told] == [
        ("a", "OK", "ALARM"), ("a", "ALARM", "OK"),
    ]  # fmt: skip
