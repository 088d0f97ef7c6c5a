"""What watches the platform, as `test_types.py` has it for every type."""

import json

import pytest

from tests.mock_cloud.account import Account, template
from tests.mock_cloud.test_types import ALARM, differences, is_deleted, lives
from tests.mock_cloud.written import Properties, one, ref, tags

SINGLE = one("CloudWatch::Alarm", AlarmName="single", Threshold=1, **ALARM)
QUEUE = {
    "Namespace": "AWS/SQS",
    "MetricName": "NumberOfMessagesSent",
    "Dimensions": [{"Name": "QueueName", "Value": "a"}],
}
SENT = {"Id": "sent", "MetricStat": {"Metric": QUEUE, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
MATH = {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1}
MUTE = {"Schedule": {"Expression": "cron(0 2 * * SUN)", "Duration": "PT2H"}}
BODY = {"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": "a"}}]}
RULE = {
    "RuleName": "r", "Priority": 100, "FixedRate": 0.1, "ReservoirSize": 1, "Version": 1,
    **dict.fromkeys(("Host", "HTTPMethod", "ResourceARN", "ServiceName", "ServiceType", "URLPath"), "*"),
}  # fmt: skip

CHANGES: dict[str, tuple[Properties, Properties, Properties]] = {
    "CloudWatch::Alarm": (
        {}, {**MATH, "Metrics": [SENT, {"Id": "all", "Expression": "SUM(METRICS())"}]},
        {**MATH, "Metrics": [SENT, {"Id": "all", "Expression": "FILL(sent, 0) > 2", "Label": "some"}]},
    ),
    "CloudWatch::CompositeAlarm": (
        {"Single": SINGLE}, {"AlarmName": "over", "AlarmRule": {"Fn::Sub": 'ALARM("${Single}")'}},
        {"AlarmName": "over", "AlarmRule": {"Fn::Sub": 'NOT OK("${Single}")'}, "AlarmDescription": "d",
         "ActionsEnabled": False, "ActionsSuppressor": ref("Single"), "ActionsSuppressorWaitPeriod": 60,
         "ActionsSuppressorExtensionPeriod": 60, "Tags": tags("b")},
    ),
    "CloudWatch::AlarmMuteRule": (
        {"Single": SINGLE}, {"Name": "m", "Rule": MUTE, "MuteTargets": {"AlarmNames": [ref("Single")]}},
        {"Name": "m", "Rule": {"Schedule": {**MUTE["Schedule"], "Duration": "PT4H", "Timezone": "Europe/London"}},
         "MuteTargets": {"AlarmNames": [ref("Single")]}, "Description": "d", "ExpireDate": "2031-01-01T00:00",
         "Tags": tags("b")},
    ),
    "CloudWatch::Dashboard": (
        {}, {"DashboardName": "d", "DashboardBody": json.dumps({"widgets": []})},
        {"DashboardName": "d", "DashboardBody": json.dumps(BODY), "Tags": tags("b")},
    ),
    "Logs::QueryDefinition": (
        {"Group": one("Logs::LogGroup", LogGroupName="g")}, {"Name": "q", "QueryString": "fields @message"},
        {"Name": "other", "QueryString": "fields @timestamp", "LogGroupNames": [ref("Group")],
         "QueryLanguage": "CWLI"},
    ),
    "XRay::Group": (
        {}, {"GroupName": "slow", "FilterExpression": "responsetime > 1", "Tags": tags("a")},
        {"GroupName": "slow", "FilterExpression": "responsetime > 2", "Tags": tags("b"),
         "InsightsConfiguration": {"InsightsEnabled": True, "NotificationsEnabled": False}},
    ),
    "XRay::SamplingRule": (
        {}, {"SamplingRule": RULE, "Tags": tags("a")},
        {"SamplingRule": {**RULE, "FixedRate": 1, "URLPath": "a*",
                          "SamplingRateBoost": {"MaxRate": 1, "CooldownWindowMinutes": 5}}, "Tags": tags("b")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_type_is_changed_in_place_read_back_and_deleted(account: Account, kind: str) -> None:
    lives(account, kind, *CHANGES[kind])


def test_a_rule_that_has_no_name_gets_one(account: Account) -> None:
    unnamed = {key: value for key, value in RULE.items() if key not in ("RuleName", "Version")}
    assert account.create(template({"Tried": one("XRay::SamplingRule", SamplingRule=unnamed)})) == "CREATE_COMPLETE"
    records = account.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    names = [record["SamplingRule"]["RuleName"] for record in records]
    assert names[0] == "Default"
    assert names[1].startswith("stack-Tried-")
    assert differences(account) == {}
    is_deleted(account)


def test_what_every_account_has_cannot_be_taken_away(account: Account) -> None:
    xray = account.client("xray")
    assert [group["GroupName"] for group in xray.get_groups()["Groups"]] == ["Default"]
    with pytest.raises(xray.exceptions.InvalidRequestException, match="cannot be deleted"):
        xray.delete_sampling_rule(RuleName="Default")


@pytest.mark.parametrize(
    ("metrics", "why"),
    [
        ([SENT, {"Id": "e", "Expression": "SEARCH('x', 'Sum', 60)"}], "SEARCH is not supported in alarms"),
        ([SENT, {"Id": "e", "Expression": "RATE(sent)"}], "RATE: the mock cloud evaluates SUM"),
        ([SENT, {"Id": "e", "Expression": "sent + other"}], "no element has the id other"),
        (
            [SENT, {"Id": "e", "Expression": "f"}, {"Id": "f", "Expression": "e", "ReturnData": False}],
            "name each other",
        ),
        (
            [SENT, {"Id": "e", "Expression": "sent"}, {"Id": "f", "Expression": "sent"}],
            "exactly one element returns data",
        ),
        ([SENT], "exactly one element returns data"),
        (
            [{**SENT, "Id": f"m{number}"} for number in range(11)] + [{"Id": "e", "Expression": "m1"}],
            "10 metrics at the most",
        ),
    ],
)
def test_metrics_that_make_no_alarm_are_refused(account: Account, metrics: list[Properties], why: str) -> None:
    stack = template({"Tried": one("CloudWatch::Alarm", Metrics=metrics, **MATH)})
    assert account.create(stack) == "ROLLBACK_COMPLETE"
    assert why in account.reasons("CREATE_FAILED")["Tried"]


@pytest.mark.parametrize("rule", ['ALARM("nobody")', "ALARM(single", "ALARM(single) XOR OK(single)", "HIGH(single)"])
def test_a_rule_that_says_nothing_is_refused(account: Account, rule: str) -> None:
    over = one("CloudWatch::CompositeAlarm", AlarmRule=rule) | {"DependsOn": "Single"}
    assert account.create(template({"Single": SINGLE, "Over": over})) == "ROLLBACK_COMPLETE"
    assert "AlarmRule" in account.reasons("CREATE_FAILED")["Over"]


def test_an_alarm_that_a_composite_alarm_is_about_stays(account: Account) -> None:
    over = one("CloudWatch::CompositeAlarm", AlarmName="over", AlarmRule={"Fn::Sub": "ALARM(${Single})"})
    assert account.create(template({"Single": SINGLE, "Over": over})) == "CREATE_COMPLETE"
    cloudwatch = account.client("cloudwatch")
    with pytest.raises(cloudwatch.exceptions.ClientError, match="over depends on it"):
        cloudwatch.delete_alarms(AlarmNames=["single"])
    is_deleted(account)
