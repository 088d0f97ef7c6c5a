"""What `look` shows of messages, lines, alarms, backups and calls: all of it, in its order, and no secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fixtures.mock_cloud.process import MockCloud
from infra.environment import load_environment
from infra.errors import InputError, UntoldError
from infra.looking import alarms, logs
from infra.looking.declared import LOG_GROUPS, Resource
from infra.looking.found import Fact, facts, length, plain, text
from infra.stacks import resolve_platform
from tests.operations.standing import Standing


@pytest.fixture(scope="module")
def dev(cloud: MockCloud) -> Iterator[Standing]:
    with Standing.fork(cloud) as found:
        yield found


# -- messages and lines --------------------------------------------------------------------------------------------


def test_a_look_at_messages_leaves_them_there_and_shows_no_secret(dev: Standing) -> None:
    bodies = [f"letter {number}" for number in range(12)] + ["\x1b[2J::error::password=hunter2"]
    dev.send("alerts-dead-letters", *bodies)
    ended = dev.type("look", "queue", "alerts-dead-letters", "--peek", "50")
    assert ended.code == 0
    assert all(body in ended.out for body in bodies[:12])
    assert "\x1b[2J" not in ended.out
    assert "hunter2" not in ended.out
    assert "(redacted " in ended.out
    found = dev.data("look", "queue", "alerts-dead-letters", "--peek", "11")
    assert len(found["messages"]) == 11
    assert "hunter2" not in str(found)
    assert (dev.waiting("alerts-dead-letters"), found["queue"]["waiting"]) == (13, 13)


def put_lines(dev: Standing, group: str, *lines: tuple[float, str]) -> None:
    """Lines, each so many minutes old."""
    client, now = dev.client_of("logs"), time.time()
    client.create_log_stream(logGroupName=group, logStreamName=str(now))
    events = [{"timestamp": int((now - 60 * age) * 1000), "message": line} for age, line in sorted(lines, reverse=True)]
    client.put_log_events(logGroupName=group, logStreamName=str(now), logEvents=events)


def test_lines_by_age_text_error_and_number(dev: Standing) -> None:
    told = {
        "old": (90.0, '{"level": "ERROR", "message": "old"}'),
        "info": (4.0, '{"level": "INFO", "message": "a token=verysecret \x1b[1m"}'),
        "error": (3.0, '{"level": "ERROR", "message": "no store"}'),
        "timeout": (2.0, '{"type": "platform.report", "record": {"status": "timeout"}}'),
        "plain": (1.0, "no JSON at all"),
    }
    put_lines(dev, "/aws/lambda/touchstone-dev-ingest", *told.values())

    def seen(*given: str) -> list[str]:
        lines = [str(one["line"]) for one in dev.data("look", "logs", "ingest", *given)["lines"]]
        return [name for line in lines for name, (_, one) in told.items() if line[:20] == one[:20] and one[-9:] in line]

    names = ["info", "error", "timeout", "plain"]
    assert len(dev.data("look", "logs", "ingest")["lines"]) == 4
    assert seen("--limit", "2") == names[2:]
    assert seen("--errors") == ["error", "timeout"]
    assert seen("--errors", "--since", "2h") == ["old", "error", "timeout"]
    assert seen("--match", "no JSON") == ["plain"]
    assert seen("--match", "store", "--errors") == ["error"]
    shown = dev.type("look", "logs", "ingest").out
    assert "verysecret" not in shown
    assert "\x1b[1m" not in shown


@pytest.mark.parametrize(
    ("group", "line", "is_one"),
    [
        ("api-access", '{"status": "503", "error": "-"}', True),
        ("api-access", '{"status": "200", "error": "Internal server error"}', True),
        ("api-access", '{"status": "404", "error": "-"}', False),
        ("waf", '{"action": "BLOCK"}', True),
        ("waf", '{"action": "ALLOW"}', False),
        ("database", "2026-11-29 FATAL:  password authentication failed", True),
        ("database", "2026-11-29 LOG:  ERRORS of last week", False),
        ("trail", '{"errorCode": "AccessDenied"}', True),
        ("trail", '{"eventName": "GetItem"}', False),
    ],
)
def test_what_an_error_is_in_a_group(group: str, line: str, *, is_one: bool) -> None:
    assert logs.errors_of(Resource(group, group, group)).told(line) is is_one


def test_every_other_group_is_of_a_function_or_is_refused() -> None:
    resources = resolve_platform(load_environment("prod")).resources().values()
    found = [str(one.properties["LogGroupName"]) for one in resources if one.type in LOG_GROUPS.types]
    of_functions = [name for name in found if name.startswith("/aws/lambda/")]
    assert (len(of_functions), len(found)) == (8, 16)
    for name in of_functions:
        assert logs.errors_of(Resource("x", name, name)).told('{"level": "ERROR"}')
    for name in set(found) - set(of_functions):
        with pytest.raises(InputError, match="--errors: x: expected a function"):
            logs.errors_of(Resource("x", name, name))


# -- what is made of answers ---------------------------------------------------------------------------------------


def test_alarms_show_their_changes(dev: Standing) -> None:
    for state in ("ALARM", "OK"):
        asked = {"AlarmName": "touchstone-dev-p2-latency", "StateValue": state, "StateReason": f"a test said {state}"}
        dev.client_of("cloudwatch").set_alarm_state(**asked)
    found = dev.data("look", "alarm", "p2-latency")
    assert (found["alarm"]["state"], found["alarm"]["why"]) == ("OK", "a test said OK")
    assert [one["what"] for one in found["newest changes"]][-1] == "Alarm updated from ALARM to OK"
    assert len(found["newest changes"]) == 2


def test_a_composite_alarm_has_a_rule_and_no_metric() -> None:
    told = {
        "AlarmName": "a", "AlarmRule": "ALARM(b) AND ALARM(c)", "StateValue": "OK", "StateReason": "because",
        "StateUpdatedTimestamp": datetime.now(UTC), "ActionsEnabled": True,
    }  # fmt: skip
    assert alarms._alarm(told)["rule"] == "ALARM(b) AND ALARM(c)"
    assert alarms._metrics(told).rows == []
    del told["AlarmRule"]
    with pytest.raises(UntoldError, match="has no Metrics, MetricName"):
        alarms._metrics(told)


def test_backups_show_the_newest_of_each_store_and_what_failed(dev: Standing) -> None:
    client, vault = dev.client_of("backup"), "touchstone-dev-backup-vault"
    stacks = dev.client_of("cloudformation").list_stack_resources(StackName="touchstone-dev-backup")
    roles = [
        one["PhysicalResourceId"]
        for one in stacks["StackResourceSummaries"]
        if one["LogicalResourceId"] == "BackupRole"
    ]
    for number, days in enumerate((7, 7, 10_000)):
        job = client.start_backup_job(
            BackupVaultName=vault, IdempotencyToken=str(number), Lifecycle={"DeleteAfterDays": days},
            ResourceArn="arn:aws:dynamodb:us-east-1:111111111111:table/touchstone-dev-connections",
            IamRoleArn=f"arn:aws:iam::111111111111:role/{roles[0]}",
        )  # fmt: skip
        for _ in range(3):
            client.describe_backup_job(BackupJobId=job["BackupJobId"])
    found = dev.data("look", "backups")
    rows = {one["store"]: one for one in found["newest recovery points"]}
    assert (rows["connections"]["points"], rows["connections"]["vault"]) == (2, vault)
    assert rows["connections"]["age"].endswith(" s")
    assert (rows["postgres"]["points"], rows["postgres"]["newest"]) == (0, None)
    assert [(one["state"], "lock" in one["why"]) for one in found["failed in 7 days"]] == [("FAILED", True)]


def test_calls_are_counted(dev: Standing) -> None:
    for name, value in (("Invocations", 5.0), ("Invocations", 2.0), ("Errors", 3.0), ("Duration", 40.0)):
        dimensions = [{"Name": "FunctionName", "Value": "touchstone-dev-query"}]
        data = [{"MetricName": name, "Value": value, "Dimensions": dimensions}]
        dev.client_of("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=data)
    found = dev.data("look", "function", "query")["last 15 minutes"]
    assert (found["calls"], found["errors"], found["slowest (ms)"], found["throttles"]) == (7.0, 3.0, 40.0, None)


def test_the_value_of_no_secret_is_shown(dev: Standing) -> None:
    shown = dev.type("look", "secrets").out
    for name in ("jwt-secret", "api-keys", "origin-secret"):
        said = dev.client_of("secretsmanager").get_secret_value(SecretId=f"touchstone-dev-{name}")["SecretString"]
        assert name in shown
        assert said not in shown


def test_what_aws_always_says_is_no_default() -> None:
    assert facts([Fact("a", "A.B", always=False)], {}, "x:Y") == {"a": None}
    with pytest.raises(UntoldError, match=r"x:Y: the answer has no A\.B"):
        facts([Fact("a", "A.B")], {"A": {}}, "x:Y")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "-"), (True, "yes"), (0, "0"), (0.25, "0.25"), ([], "-"), ({}, "-"), (["a", 1], "a, 1"),
        ({"2": 0.1}, "2=0.1"), (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02 03:04:05 UTC"),
    ],
)  # fmt: skip
def test_values_as_people_read_them(value: Any, expected: str) -> None:
    assert text(plain(value)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3 * 86400 + 7300, "3 d 2 h"), (86460, "1 d 1 min")],
)
def test_lengths_of_time(seconds: int, expected: str) -> None:
    assert length(timedelta(seconds=seconds)) == expected
