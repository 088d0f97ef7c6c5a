"""`look` shows what is there; what it could not read it says, and ends with 2; what is not there ends with 3."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.mock_cloud.process import MockCloud
from infra.environment import environment_names, load_environment
from infra.looking.declared import KINDS
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
