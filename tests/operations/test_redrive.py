"""`redrive` sends dead letters back, of queues of dead letters alone, and says how many came back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fixtures.mock_cloud.process import MockCloud
from infra.errors import UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import Resource
from infra.looking.redriving import DeadLetters, Moved, Redriving
from infra.operations.redrive import redrive
from infra.shifting.shift import Clock
from tests.infra.allowed import refused
from tests.operations.standing import DEV, Standing
from tests.operations.typed import infra

LETTERS = "pushes-dead-letters"


@pytest.fixture(scope="module")
def dev(cloud: MockCloud) -> Iterator[Standing]:
    """Nothing takes what is sent back, so that it can be counted."""
    with Standing.fork(cloud) as found:
        functions = found.client_of("lambda")
        for one in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=one["UUID"], Enabled=False)
        yield found


def test_what_waits_is_sent_back_and_counted(dev: Standing) -> None:
    dev.send(LETTERS, "a", "b", "c")
    ended = dev.type("redrive", LETTERS, "--yes")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [f"{LETTERS}: 0 of 3 moved", f"{LETTERS}: completed, 3 sent back to pushes"]
    assert (dev.waiting(LETTERS), dev.waiting("pushes")) == (0, 3)
    assert refused(dev.actions(), "dev") == set()
    last = dev.type("history", "--json").out
    assert '"action": "redrive"' in last
    assert f"{LETTERS}: completed, 3 sent back to pushes" in last


def test_nothing_is_asked_or_moved_where_nothing_waits(dev: Standing) -> None:
    ended = dev.type("redrive", "alerts-dead-letters")
    assert (ended.code, ended.out) == (0, "alerts-dead-letters: completed, 0 sent back to alerts\n")
    assert ("sqs", "StartMessageMoveTask") not in dev.asked


def test_a_task_that_runs_is_waited_for(dev: Standing) -> None:
    """The command that began it was ended: the same command goes on, and asks nobody again."""
    dev.send("events-dead-letters", "a")
    arn = f"arn:aws:sqs:{DEV.region}:{DEV.account}:touchstone-dev-events-dead-letters"
    dev.client_of("sqs").start_message_move_task(SourceArn=arn, DestinationArn=arn.removesuffix("-dead-letters"))
    found = dev.data("redrive", "events-dead-letters")
    assert found == {
        "queue": "events-dead-letters", "back_to": "events", "state": "COMPLETED", "moved": 1, "reason": "",
    }  # fmt: skip
    assert ("sqs", "StartMessageMoveTask") not in dev.asked


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        (
            "pushes",
            "queue pushes: expected one of dead letters: alerts-dead-letters, events-dead-letters, pushes-dead-l",
        ),
        ("nobody", "queue nobody: expected one of alerts, alerts-dead-letters, events"),
    ],
)
def test_what_is_no_queue_of_dead_letters_is_refused(dev: Standing, queue: str, expected: str) -> None:
    ended = dev.type("redrive", queue, "--yes")
    assert (ended.code, ended.out, ended.err.count("\n")) == (3, "", 1)
    assert ended.err.startswith(f"error: {expected}")


def test_a_person_is_asked_first(cloud: MockCloud, dev: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.send("alerts-dead-letters", "a", "b")
    ended = infra("redrive", "alerts-dead-letters", "--env", "dev", "--endpoint", dev.cloud.endpoint)
    assert ended.code == 3
    assert "Send 2 messages back to alerts? expected --yes, or a terminal to ask on" in ended.err
    monkeypatch.setattr(f"{redrive.__module__}.asked", lambda _: False)
    ended = dev.type("redrive", "alerts-dead-letters")
    assert (ended.code, ended.err) == (1, "error: alerts-dead-letters: not approved; nothing was sent back\n")
    assert dev.waiting("alerts-dead-letters") == 2
    assert cloud.endpoint != dev.cloud.endpoint


@pytest.mark.parametrize(
    ("operation", "code"), [("GetQueueAttributes", 2), ("ListMessageMoveTasks", 2), ("StartMessageMoveTask", 3)]
)
@pytest.mark.parametrize("fault", ["denied", "throttled"])
def test_what_is_refused_is_said(dev: Standing, operation: str, code: int, fault: str) -> None:
    dev.send(LETTERS, "a")
    with dev.lying("sqs", operation, fault):
        ended = dev.type("redrive", LETTERS, "--yes")
    assert (ended.code, ended.err.count("\n")) == (code, 1), ended
    assert ended.err.startswith(f"error: sqs:{operation}: ")
    assert dev.waiting(LETTERS) > 0


# -- a task as SQS tells of it -------------------------------------------------------------------------------------

QUEUE = DeadLetters(Resource("d", "d", "url"), "arn:d", 1, (("s", "arn:s"),))


class Tasks:
    """Tells of a task as it is told to, the last for ever."""

    def __init__(self, *told: dict[str, Any]) -> None:
        self.told = list(told)
        self.meta = self
        self.method_to_api_mapping = {"list_message_move_tasks": "ListMessageMoveTasks"}

    def list_message_move_tasks(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"SourceArn": "arn:d", "MaxResults": 1}
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]


def driving(*told: dict[str, Any]) -> tuple[Redriving, list[str], list[float]]:
    heard, slept, tasks = list[str](), list[float](), Tasks(*told)
    begun = datetime.now(UTC)
    clock = Clock(lambda: begun + timedelta(seconds=sum(slept)), slept.append)
    return Redriving(Asking(DEV, lambda _: tasks, begun), clock, heard.append), heard, slept


def task(status: str, moved: int = 0, **more: Any) -> dict[str, Any]:
    said = {"Status": status, "ApproximateNumberOfMessagesMoved": moved, "ApproximateNumberOfMessagesToMove": 9}
    return {"Results": [said | more]}


def test_a_task_is_waited_for_until_it_is_done() -> None:
    made, heard, slept = driving(task("RUNNING"), task("RUNNING", 4), task("CANCELLING", 5), task("CANCELLED", 6))
    assert made.wait(QUEUE) == Moved("CANCELLED", 6, "")
    assert heard == ["d: 0 of 9 moved", "d: 4 of 9 moved", "d: 5 of 9 moved"]
    assert slept == [0.5, 1.0, 2.0]


def test_why_a_task_failed_is_told() -> None:
    made, *_ = driving(task("FAILED", 2, FailureReason="CouldNotDetermineMessageSource"))
    assert made.wait(QUEUE) == Moved("FAILED", 2, "CouldNotDetermineMessageSource")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (task("RUNNING"), "d: not done after an hour: the task goes on"),
        ({"Results": []}, "d: SQS tells of no task"),
        ({"Results": [{}]}, "sqs:ListMessageMoveTasks: the answer has no Status"),
        ({}, "sqs:ListMessageMoveTasks: the answer has no Results"),
    ],
)
def test_a_task_that_cannot_be_told_of_is_no_task_that_is_done(told: dict[str, Any], expected: str) -> None:
    made, *_ = driving(told)
    with pytest.raises(UntoldError, match=expected):
        made.wait(QUEUE)


def test_a_failed_task_ends_with_1(dev: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Redriving, "wait", lambda *_: Moved("FAILED", 2, "because"))
    dev.send(LETTERS, "a")
    ended = dev.type("redrive", LETTERS, "--yes")
    assert (ended.code, ended.out) == (1, f"{LETTERS}: failed, 2 sent back to pushes: because\n")


def test_who_ends_it_hears_that_the_task_goes_on(dev: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: Any) -> Moved:
        raise KeyboardInterrupt

    monkeypatch.setattr(Redriving, "wait", ended)
    found = dev.type("redrive", LETTERS, "--yes")
    assert found.code == 1
    assert "interrupted; a task that was started goes on: the same command waits for it" in found.err
