"""`look` shows what is there; what it could not read it says, and ends with 2; what is not there ends with 3."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fixtures.mock_cloud.process import MockCloud
from infra.environment import environment_names, load_environment
from infra.errors import InputError, UntoldError
from infra.looking import alarms, logs
from infra.looking.declared import KINDS, LOG_GROUPS, SECRETS, Resource
from infra.looking.found import Fact, facts, length, plain, text
from infra.operations.look import look
from infra.stacks import resolve_platform
from tests.infra.allowed import refused
from tests.operations.standing import Standing
from tests.operations.typed import infra

COMMANDS = {
    str(one.name): inspect.signature(one.callback).parameters for one in look.registered_commands if one.callback
}
NAMES = {
    "logs": "push", "events": "compute", "queue": "pushes-dead-letters", "function": "push", "table": "subscriptions",
    "alarm": "p1-dead-letters",
}  # fmt: skip
MORE = {"logs": ("--errors",), "queue": ("--peek", "5")}
# What is shown of each, beside the names of its parts.
SHOWN = {
    "logs": ("lines: 0",),
    "events": ("touchstone-dev-compute", "CREATE_COMPLETE"),
    "queue": ("gets dead letters of", "pushes", "a letter"),
    "function": ("Active", "version", "Enabled", "touchstone-dev-pushes", "memory (MB)", "POWERTOOLS_LOG_LEVEL"),
    "database": ("available", "db.t4g.micro", "us-east-1a", "pending changes", "DB instance created"),
    "cache": ("available", "cache.t4g.micro", "touchstone-dev-valkey-001", "primary", "created"),
    "table": ("ACTIVE", "PAY_PER_REQUEST", "by-topic=ACTIVE", "ENABLED"),
    "backups": ("postgres", "alerts-raised", "failed in 7 days"),
    "secrets": ("jwt-secret", "rotation is on", "yes", "AWSCURRENT"),
    "quotas": ("Concurrent executions", "L-B99A9384", "10"),
    "alarm": ("OK", "runbooks/alarms.md#p1-dead-letters", "ApproximateNumberOfMessagesVisible"),
}


@pytest.fixture(scope="module")
def dev(cloud: MockCloud) -> Iterator[Standing]:
    with Standing.fork(cloud) as found:
        yield found


def words(command: str) -> tuple[str, ...]:
    return ("look", command, *((NAMES[command],) if command in NAMES else ()), *MORE.get(command, ()))


def typed(dev: Standing, command: str) -> Any:
    if command == "queue":
        dev.send("pushes-dead-letters", "a letter")
    return dev.type(*words(command))


def test_every_command_is_tried() -> None:
    assert set(SHOWN) == set(COMMANDS)
    assert set(NAMES) == {name for name, wanted in COMMANDS.items() if name_of(wanted)}


def name_of(wanted: Any) -> list[str]:
    return [key for key in wanted if key in ("group", "stack", "queue", "function", "table", "alarm")]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_there_is_shown_and_whoever_deploys_may_read_it(dev: Standing, command: str) -> None:
    ended = typed(dev, command)
    assert (ended.code, ended.err) == (0, "")
    for shown in SHOWN[command]:
        assert shown in ended.out, shown
    assert dev.asked
    assert refused(dev.actions(), "dev") == set()
    found = dev.data(*words(command))
    assert found.pop("untold") == {}
    assert all(part in ended.out for part in found)


@pytest.mark.parametrize("fault", ["denied", "empty"])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_cannot_be_read_is_said(dev: Standing, command: str, fault: str) -> None:
    """Whatever it is that is refused, or answered with nothing."""
    typed(dev, command)
    for service, operation in dict.fromkeys(dev.asked):
        with dev.lying(service, operation, fault):
            ended = typed(dev, command)
        assert ended.code == 2, (operation, ended)
        assert f"{service}:{operation}: " in ended.out + ended.err, (operation, ended)


def test_what_is_throttled_is_said_beside_what_was_read(dev: Standing) -> None:
    with dev.lying("rds", "DescribeEvents", "throttled"):
        ended = dev.type("look", "database")
    assert ended.code == 2
    assert "dev: events of a day: cannot tell: rds:DescribeEvents: " in ended.out
    assert "available" in ended.out
    with dev.lying("rds", "DescribeEvents", "throttled"):
        assert '"events of a day": "rds:DescribeEvents: ' in dev.type("look", "database", "--json").out


@pytest.mark.parametrize("command", NAMES)
def test_what_is_not_declared_is_refused_with_what_is(dev: Standing, command: str) -> None:
    ended = dev.type("look", command, "nobody")
    assert (ended.code, ended.out, ended.err.count("\n")) == (3, "", 1)
    assert f"nobody: expected one of {', '.join(known(dev, command)[:3])}" in ended.err


def known(dev: Standing, command: str) -> list[str]:
    told = dev.type("look", command, "nobody").err.partition("expected one of ")[2].strip().split(", ")
    assert NAMES[command] in told
    return told


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("logs", "push", "--since", "soon"), "--since 'soon': expected a length of time"),
        (("logs", "push", "--limit", "0"), "--limit 0: expected a number from 1 to 10000"),
        (("logs", "push", "--limit", "1", "--limit", "2"), "--limit: expected once, got 1 and 2"),
        (
            ("logs", "flow", "--errors"),
            "--errors: flow: expected a function, or one of api-access, waf, database, trail",
        ),
        (("queue", "pushes", "--peek", "1"), "--peek: pushes: expected a queue of dead letters"),
        (("queue", "pushes-dead-letters", "--peek", "101"), "--peek 101: expected a number from 1 to 100"),
    ],
)
def test_bad_input_is_one_line(dev: Standing, given: tuple[str, ...], expected: str) -> None:
    ended = dev.type("look", *given)
    assert (ended.code, ended.out, ended.err.count("\n")) == (3, "", 1)
    assert ended.err.startswith(f"error: {expected}")


def test_a_process_of_its_own_ends_as_this_one_does(cloud: MockCloud) -> None:
    ended = infra("look", "quotas", "--env", "dev", "--endpoint", cloud.endpoint)
    assert (ended.code, "L-B99A9384" in ended.out) == (0, True), ended


def test_a_stack_that_is_not_deployed_is_said(dev: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(load_environment("dev")), "stack_name", lambda _, stack: f"elsewhere-{stack}")
    ended = dev.type("look", "database")
    assert (ended.code, ended.err) == (3, "error: elsewhere-data: not deployed: there is no database\n")
    ended = dev.type("look", "events", "compute")
    assert (ended.code, ended.err) == (3, "error: elsewhere-compute: is not deployed\n")


@pytest.mark.parametrize("name", environment_names())
def test_every_resource_of_a_kind_is_in_the_stacks_that_are_asked(name: str) -> None:
    platform = resolve_platform(load_environment(name))
    for kind in KINDS:
        having = {
            stack for stack, one in platform.stacks.items() for r in one.resources.values() if r.type in kind.types
        }
        assert having == set(kind.stacks), kind


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
    assert SECRETS.types == ("AWS::SecretsManager::Secret",)


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
