"""Alarms over expressions and over other alarms: what they tell, what is written down of it, and what mutes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.mock_cloud.account import Account
from tests.mock_cloud.running import tell

MINUTE = {"pass": 60}
COMMON = {
    "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0,
    "TreatMissingData": "notBreaching",
}  # fmt: skip


def metric(name: str, **more: Any) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": "N", "MetricName": name}, "Period": 60, "Stat": "Sum", **more}
    return {"Id": name.lower(), "MetricStat": stat, "ReturnData": False}


def count(account: Account, **values: float) -> None:
    """Count in the minute that ends now."""
    now = tell(account.endpoint)["now"]
    tell(account.endpoint, **{"pass": 60 - now % 60})
    when = datetime.fromtimestamp(tell(account.endpoint)["now"], UTC)
    data = [{"MetricName": name, "Value": value, "Timestamp": when} for name, value in values.items()]
    if data:
        account.client("cloudwatch").put_metric_data(Namespace="N", MetricData=data)
    tell(account.endpoint, **MINUTE)


def over(account: Account, expression: str, *metrics: str, name: str = "a", **more: Any) -> None:
    queries = [{"Id": "e", "Expression": expression}, *(metric(one) for one in metrics)]
    account.client("cloudwatch").put_metric_alarm(AlarmName=name, Metrics=queries, **COMMON | more)


def look(account: Account) -> None:
    tell(account.endpoint, tick=True)


def states(account: Account) -> dict[str, str]:
    both = ["MetricAlarm", "CompositeAlarm"]
    found = account.client("cloudwatch").describe_alarms(AlarmTypes=both)
    return {one["AlarmName"]: one["StateValue"] for one in (*found["MetricAlarms"], *found["CompositeAlarms"])}


def by_hand(account: Account, name: str, state: str) -> None:
    account.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="tried")


class Heard:
    """A topic, and what it was told."""

    def __init__(self, account: Account, name: str = "t") -> None:
        self._sqs, sns = account.client("sqs"), account.client("sns")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = str(sns.create_topic(Name=name)["TopicArn"])
        sns.subscribe(
            TopicArn=self.arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{account.id}:{name}",
            Attributes={"RawMessageDelivery": "true"},
        )  # fmt: skip

    def now(self) -> list[tuple[str, str]]:
        found = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", [])
        for one in found:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
        told = [json.loads(one["Body"]) for one in found]
        return [(one["AlarmName"], one["NewStateValue"]) for one in told]


@pytest.mark.parametrize(
    ("expression", "counted", "expected"),
    [
        ("SUM(METRICS()) - 2", {"A": 1, "B": 2}, "ALARM"),
        ("SUM(METRICS()) - 2", {"A": 1, "B": 1}, "OK"),
        ("SUM(METRICS()) - 2", {"A": 3}, "ALARM"),
        ("a + b", {"A": 3}, "OK"),  # what is missing is not breaching
        ("FILL(a, 0) + FILL(b, 0)", {"A": 3}, "ALARM"),
        ("100 * a / b > 50", {"A": 3, "B": 5}, "ALARM"),
        ("100 * a / b > 50", {"A": 2, "B": 5}, "OK"),
        ("a > 90 OR b < 10", {"A": 1, "B": 5}, "ALARM"),
        ("IF(a > 1, b, 0)", {"A": 2, "B": 1}, "ALARM"),
    ],
)
def test_an_alarm_looks_at_what_its_expression_says(
    account: Account, expression: str, counted: dict[str, float], expected: str
) -> None:
    over(account, expression, "A", "B")
    count(account, **counted)
    look(account)
    assert states(account) == {"a": expected}


def test_an_alarm_over_others_follows_them_however_deep(account: Account) -> None:
    cloudwatch, heard = account.client("cloudwatch"), Heard(account)
    for name in ("a", "b"):
        over(account, "m", "M", name=name)
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule='ALARM("a") AND ALARM(b)', AlarmActions=[heard.arn])
    cloudwatch.put_composite_alarm(AlarmName="top", AlarmRule="NOT OK(both)", OKActions=[heard.arn])
    assert states(account) == {"a": "OK", "b": "OK", "both": "OK", "top": "OK"}
    assert heard.now() == [("top", "OK")]  # from INSUFFICIENT_DATA, in which an alarm begins
    by_hand(account, "a", "ALARM")
    assert states(account)["both"] == "OK"
    by_hand(account, "b", "ALARM")
    assert (states(account)["both"], states(account)["top"]) == ("ALARM", "ALARM")
    by_hand(account, "b", "OK")
    assert states(account) == {"a": "ALARM", "b": "OK", "both": "OK", "top": "OK"}
    assert heard.now() == [("both", "ALARM"), ("top", "OK")]
    look(account)  # nothing was counted: the state that a hand has set does not stay
    assert states(account)["a"] == "OK"


def test_a_change_by_hand_tells_the_topics_and_only_a_change(account: Account) -> None:
    heard = Heard(account)
    over(account, "m", "M", AlarmActions=[heard.arn], OKActions=[heard.arn])
    by_hand(account, "a", "ALARM")
    by_hand(account, "a", "ALARM")
    by_hand(account, "a", "INSUFFICIENT_DATA")
    by_hand(account, "a", "OK")
    assert heard.now() == [("a", "ALARM"), ("a", "OK")]
    cloudwatch = account.client("cloudwatch")
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        by_hand(account, "nobody", "OK")


def test_what_became_of_an_alarm_is_written_down(account: Account) -> None:
    cloudwatch, heard = account.client("cloudwatch"), Heard(account)
    over(account, "m", "M", AlarmActions=[heard.arn])
    over(account, "m", "M", name="other")
    by_hand(account, "a", "ALARM")
    cloudwatch.disable_alarm_actions(AlarmNames=["a"])
    by_hand(account, "a", "OK")
    by_hand(account, "a", "ALARM")
    found = cloudwatch.describe_alarm_history(AlarmName="a", ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [(one["HistoryItemType"], one["HistorySummary"].split(" action")[0]) for one in found] == [
        ("ConfigurationUpdate", 'Alarm "a" created'),
        ("StateUpdate", "Alarm updated from OK to ALARM"),
        ("Action", "Successfully executed"),
        ("StateUpdate", "Alarm updated from ALARM to OK"),
        ("StateUpdate", "Alarm updated from OK to ALARM"),
        ("Action", "Did not execute"),
    ]
    assert json.loads(found[1]["HistoryData"])["newState"]["stateReason"] == "tried"
    first = cloudwatch.describe_alarm_history(MaxRecords=2)
    assert first["AlarmHistoryItems"][0]["HistorySummary"].endswith("actions are disabled")
    rest = cloudwatch.describe_alarm_history(NextToken=first["NextToken"])["AlarmHistoryItems"]
    assert len(rest) == 5
    only = cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert [one["AlarmName"] for one in only] == ["a", "a"]


def test_a_muted_alarm_turns_and_tells_nobody(account: Account) -> None:
    cloudwatch, heard = account.client("cloudwatch"), Heard(account)
    over(account, "m", "M", AlarmActions=[heard.arn])
    now = datetime.fromtimestamp(tell(account.endpoint)["now"], UTC)
    schedule = {"Expression": f"at({now:%Y-%m-%dT%H:%M})", "Duration": "PT1H"}
    cloudwatch.put_alarm_mute_rule(Name="m", Rule={"Schedule": schedule}, MuteTargets={"AlarmNames": ["a"]})
    by_hand(account, "a", "ALARM")
    assert (states(account), heard.now()) == ({"a": "ALARM"}, [])
    last = cloudwatch.describe_alarm_history(AlarmName="a")["AlarmHistoryItems"][0]
    assert last["HistorySummary"].endswith("muted by m")
    assert [one["Status"] for one in cloudwatch.list_alarm_mute_rules(AlarmName="a")["AlarmMuteRuleSummaries"]] == [
        "ACTIVE"
    ]
    assert cloudwatch.list_alarm_mute_rules(Statuses=["EXPIRED"])["AlarmMuteRuleSummaries"] == []
    tell(account.endpoint, **{"pass": 3600})
    by_hand(account, "a", "OK")
    by_hand(account, "a", "ALARM")
    assert heard.now() == [("a", "ALARM")]
    assert cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName="m")["Status"] == "EXPIRED"


def test_an_alarm_that_another_suppresses_tells_nobody(account: Account) -> None:
    cloudwatch, heard = account.client("cloudwatch"), Heard(account)
    for name in ("a", "deploying"):
        over(account, "m", "M", name=name)
    cloudwatch.put_composite_alarm(
        AlarmName="over", AlarmRule="ALARM(a)", AlarmActions=[heard.arn], ActionsSuppressor="deploying",
        ActionsSuppressorWaitPeriod=60, ActionsSuppressorExtensionPeriod=60,
    )  # fmt: skip
    by_hand(account, "deploying", "ALARM")
    by_hand(account, "a", "ALARM")
    assert (states(account)["over"], heard.now()) == ("ALARM", [])
    by_hand(account, "a", "OK")
    by_hand(account, "deploying", "OK")
    by_hand(account, "a", "ALARM")
    assert heard.now() == [("over", "ALARM")]


def test_an_alarm_that_is_put_again_keeps_its_state(account: Account) -> None:
    over(account, "m", "M")
    by_hand(account, "a", "ALARM")
    over(account, "m + 1", "M")
    assert states(account) == {"a": "ALARM"}
