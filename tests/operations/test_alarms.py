"""Every alarm of ours is read or missed by name, and none that was in ALARM is forgotten when it is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fixtures.mock_cloud.process import MockCloud
from infra.environment import environment_names, load_environment
from infra.errors import EndpointError, InputError
from infra.operations.alarms import _seen
from infra.settings import ROOT
from infra.stacks import resolve_platform
from infra.watching.alarms import Alarm, Reading, State, declared, read_alarms
from infra.watching.watch import changes, exit_code, readings, seconds_of
from tests.mock_cloud.account import Account
from tests.operations.typed import infra

LETTERS = "touchstone-dev-p1-dead-letters"


class CloudWatch:
    """Answers in pages what it is told to."""

    def __init__(self, *pages: dict[str, Any], error: str | None = None) -> None:
        self.pages = pages
        self.error = error

    def get_paginator(self, operation: str) -> CloudWatch:
        assert operation == "describe_alarms"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        assert set(asked["AlarmTypes"]) == {"MetricAlarm", "CompositeAlarm"}
        yield from self.pages
        if self.error:
            raise ClientError({"Error": {"Code": self.error, "Message": "no"}}, "DescribeAlarms")


def alarm(name: str = "a", **changed: Any) -> Alarm:
    return Alarm(**{"name": name, "priority": "p1", "runbook": "docs/runbooks/alarms.md#a"} | changed)


def said(name: str, state: str = "OK", **more: Any) -> dict[str, Any]:
    return {"AlarmName": name, "StateValue": state, "StateReason": f"why {state}", **more}


def reading(*states: State) -> Reading:
    return Reading(tuple(alarm(chr(97 + number), state=state) for number, state in enumerate(states)))


@pytest.mark.parametrize("name", environment_names())
def test_what_the_templates_declare_is_asked_for(name: str) -> None:
    environment = load_environment(name)
    found = declared(resolve_platform(environment))
    assert len(found) == (19 if environment.parameters["CompositeAlarms"] else 17)
    assert [one.priority for one in found] == sorted(one.priority for one in found)
    for one in found:
        told = re.search(r"-(p[123])-", one.name)
        assert one.priority == (told[1] if told else "p1"), one
        file, _, anchor = str(one.runbook).partition("#")
        assert f"## {anchor}\n" in (ROOT / file).read_text(encoding="utf-8")


def test_alarms_of_both_kinds_and_of_all_pages_are_read() -> None:
    pages = ({"MetricAlarms": [said("a", "ALARM")]}, {"CompositeAlarms": [said("b")], "MetricAlarms": [said("other")]})
    found = read_alarms(CloudWatch(*pages), [alarm("a"), alarm("b")])
    assert [(one.name, one.state, one.reason) for one in found.alarms] == [
        ("a", State.ALARM, "why ALARM"),
        ("b", State.OK, "why OK"),
    ]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ({}, "it is not there"),
        ({"MetricAlarms": []}, "it is not there"),
        ({"MetricAlarms": [said("A")]}, "it is not there"),
        ({"MetricAlarms": [said("a"), said("a")]}, "it is there 2 times"),
        ({"MetricAlarms": [said("a", "ok")]}, "its state is 'ok', which nobody knows"),
        ({"MetricAlarms": [{"AlarmName": "a"}]}, "its state is None, which nobody knows"),
    ],
)
def test_an_alarm_that_is_not_told_is_no_alarm_that_is_fine(page: dict[str, Any], reason: str) -> None:
    (found,) = read_alarms(CloudWatch(page), [alarm()]).alarms
    assert (found.state, found.reason) == (State.CANNOT_TELL, reason)
    assert exit_code([Reading((found,))]) == 2


def test_the_runbook_is_the_one_that_is_deployed() -> None:
    answer = said("a", AlarmDescription="It burns. docs/runbooks/alarms.md#fire")
    assert read_alarms(CloudWatch({"MetricAlarms": [answer]}), [alarm()]).alarms[0].runbook == (
        "docs/runbooks/alarms.md#fire"
    )


def test_a_page_that_is_refused_is_no_half_answer() -> None:
    refusing = CloudWatch({"MetricAlarms": [said("a")]}, error="AccessDenied")
    with pytest.raises(EndpointError, match=r"cloudwatch:DescribeAlarms: .*AccessDenied"):
        read_alarms(refusing, [alarm()])


OK, BAD, FEW, DARK = State.OK, State.ALARM, State.INSUFFICIENT, State.CANNOT_TELL


@pytest.mark.parametrize(
    ("seen", "code", "strictly"),
    [
        ([reading(OK, OK)], 0, 0),
        ([reading(OK, FEW)], 0, 2),
        ([reading(FEW), reading(OK)], 0, 0),
        ([reading(OK, BAD)], 1, 1),
        ([reading(BAD, DARK)], 1, 1),
        ([reading(OK, DARK)], 2, 2),
        ([reading(BAD), reading(OK)], 1, 1),
        ([reading(DARK), reading(OK)], 2, 2),
        ([Reading(())], 2, 2),
        ([], 2, 2),
    ],
)
def test_exit_codes(seen: list[Reading], code: int, strictly: int) -> None:
    assert exit_code(seen) == code
    assert exit_code(seen, strict=True) == strictly


class Time:
    """A clock that only sleeping puts forward."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_it_is_read_at_once_then_every_so_often_and_at_the_end() -> None:
    time = Time()
    found = list(readings(lambda: reading(OK), 70, 30, lambda: time.now, time.sleep))
    assert (len(found), time.slept) == (4, [30, 30, 10])
    assert len(list(readings(lambda: reading(OK), 0, 30, lambda: time.now, time.sleep))) == 1


def test_who_has_seen_enough_stops() -> None:
    time, states = Time(), iter((OK, BAD, OK))
    for now in readings(lambda: reading(next(states)), 600, 30, lambda: time.now, time.sleep):
        if now.in_state(BAD):
            break
    assert (time.slept, next(states)) == ([30], OK)


def test_a_reading_that_fails_on_the_way_tells_of_no_alarm_and_the_first_ends_it() -> None:
    time, answers = Time(), iter((reading(OK), EndpointError("gone"), reading(OK)))

    def read() -> Reading:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = list(readings(read, 60, 30, lambda: time.now, time.sleep))
    assert [[(one.state, one.reason) for one in now.alarms] for now in found][1] == [(DARK, "gone")]
    assert (len(found), exit_code(found)) == (3, 2)
    answers = iter((EndpointError("gone"),))
    with pytest.raises(EndpointError, match="gone"):
        list(readings(read, 60, 30, lambda: time.now, time.sleep))


def test_what_was_seen_before_somebody_ended_it_is_shown() -> None:
    def found() -> Iterator[Reading]:
        yield reading(OK)
        raise KeyboardInterrupt

    assert _seen(found()) == ([reading(OK)], False)
    assert _seen(iter((reading(OK),))) == ([reading(OK)], True)
    with pytest.raises(KeyboardInterrupt):
        _seen(readings(ended, 60))


def ended() -> Reading:
    raise KeyboardInterrupt


def test_changes_are_said_once() -> None:
    first, second = reading(OK, OK), reading(OK, BAD)
    assert changes(None, first) == changes(first, first) == ()
    assert changes(first, second) == ("b: OK -> ALARM: it was not read",)
    assert changes(second, reading(OK, FEW)) == ("b: ALARM -> insufficient data: it was not read",)


@pytest.mark.parametrize(("text", "seconds"), [("1s", 1), ("90s", 90), ("10m", 600), ("24h", 86_400)])
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert seconds_of(text, "--watch") == seconds


@pytest.mark.parametrize("text", ["", "10", "0s", "-1s", "1.5h", "10 m", "25h", "10m ", "1d", "٣m", "99999s"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--watch .*: expected a length of time such as"):
        seconds_of(text, "--watch")


# -- as typed ------------------------------------------------------------------------------------------------------


def typed(endpoint: str, *words: str) -> tuple[int, str]:
    ended = infra("alarms", "--env", "dev", "--endpoint", endpoint, *words)
    return ended.code, ended.out + ended.err


def set_state(cloud: MockCloud, name: str, state: str) -> None:
    account = Account.enter(cloud.endpoint, load_environment("dev").account)
    account.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test said so")


def test_alarms_by_state(cloud: MockCloud) -> None:
    code, text = typed(cloud.endpoint)
    assert (code, text.count("│ OK ")) == (0, 17), text
    with cloud.fork() as fork:
        set_state(fork, "touchstone-dev-p2-latency", "INSUFFICIENT_DATA")
        assert typed(fork.endpoint, "--priority", "p2")[0] == 0
        code, text = typed(fork.endpoint, "--priority", "p2", "--strict")
        assert (code, "insufficient data" in text) == (2, True), text
        set_state(fork, LETTERS, "ALARM")
        code, text = typed(fork.endpoint)
        assert code == 1
        assert f"{LETTERS}: a test said so (what to do: docs/runbooks/alarms.md#p1-dead-letters)" in text
        assert text.index(LETTERS) < text.index("touchstone-dev-p2-latency") < text.index("touchstone-dev-p1-cache")
        assert typed(fork.endpoint, "--priority", "p3")[0] == 0


def test_an_alarm_that_was_deleted_cannot_be_told(cloud: MockCloud) -> None:
    with cloud.fork() as fork:
        account = Account.enter(fork.endpoint, load_environment("dev").account)
        account.client("cloudwatch").delete_alarms(AlarmNames=[LETTERS])
        code, text = typed(fork.endpoint, "--watch", "1s")
    assert code == 2, text
    assert f"{LETTERS}: cannot tell: it is not there" in text
    assert "17 alarms, read 2 times" in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--priority", "p4"), "--priority p4: expected one of p1, p2, p3"),
        (("--priority", "p1", "--priority", "p2"), "--priority: expected once"),
        (("--watch", "soon"), "--watch 'soon': expected a length of time"),
    ],
)
def test_bad_input_is_one_line(words: tuple[str, ...], expected: str) -> None:
    code, text = typed("http://127.0.0.1:9", *words)
    assert code == 3
    assert text.startswith(f"error: {expected}"), text
