"""Dead letters that are sent back to the queue that gave them up, by a task of SQS that is waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from infra.deploy.connect import one_line
from infra.errors import InputError, UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import QUEUES, Resource, chosen, declared
from infra.looking.queues import attributes, redrive, sources
from infra.shifting.shift import Clock

RUNNING: Final = ("RUNNING", "CANCELLING")
DONE: Final = "COMPLETED"
_LONGEST: Final = timedelta(hours=1)
_PAUSES: Final = (0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a task has done: its state in SQS's words, how many messages it moved, and why it failed."""

    state: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """A queue of dead letters, how many wait in it by its own count, and the queues whose they are: names and ARNs."""

    queue: Resource
    arn: str
    waiting: int
    sources: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, asking: Asking, name: str) -> DeadLetters:
        """Return the queue of a name.

        Raises:
            InputError: it is not declared, or no queue gives up messages to it.
            UntoldError: the queues cannot be read.
        """
        queue = chosen(asking, QUEUES, name)
        told = attributes(asking, queue)
        found = tuple(sources(asking, told["QueueArn"]))
        if not found:
            raise InputError(f"queue {queue.short}: expected one of dead letters: {', '.join(_targets(asking))}")
        return cls(queue, told["QueueArn"], int(told["ApproximateNumberOfMessages"]), found)

    @property
    def back(self) -> str:
        """Where its messages go."""
        return ", ".join(name for name, _ in self.sources)


def _targets(asking: Asking) -> list[str]:
    queues = declared(asking, QUEUES)
    leads = {str(redrive(attributes(asking, one)).get("deadLetterTargetArn")).rpartition(":")[2] for one in queues}
    return [one.short for one in queues if one.name in leads] or ["none"]


@dataclass(frozen=True, slots=True)
class Redriving:
    """Starts a task, or finds the one that runs, and waits for it; ``told`` hears how far it is."""

    asking: Asking
    clock: Clock
    told: Callable[[str], None]

    def running(self, letters: DeadLetters) -> bool:
        """Say whether a task is under way, such as one whose command was ended."""
        task = self._newest(letters)
        return task is not None and task["Status"] in RUNNING

    def start(self, letters: DeadLetters) -> None:
        """Start a task; what SNS could not deliver goes to the queue, too, if there is one alone.

        Raises:
            EndpointError: SQS refuses.
        """
        asked = {"SourceArn": letters.arn}
        if len(letters.sources) == 1:
            asked["DestinationArn"] = letters.sources[0][1]
        with one_line("sqs:StartMessageMoveTask"):
            self.asking.client_of("sqs").start_message_move_task(**asked)

    def wait(self, letters: DeadLetters) -> Moved:
        """Wait until the newest task is done, well or not.

        Raises:
            UntoldError: it cannot be read, or is not done within an hour; it goes on.
        """
        ends, pauses = self.clock.now() + _LONGEST, list(_PAUSES)
        while True:
            task = self._newest(letters)
            if task is None:
                raise UntoldError(f"{letters.queue.short}: SQS tells of no task")
            moved = int(task.get("ApproximateNumberOfMessagesMoved", 0))
            if task["Status"] not in RUNNING:
                return Moved(task["Status"], moved, task.get("FailureReason", ""))
            self.told(f"{letters.queue.short}: {moved} of {task.get('ApproximateNumberOfMessagesToMove', '?')} moved")
            if self.clock.now() > ends:
                raise UntoldError(f"{letters.queue.short}: not done after an hour: the task goes on")
            self.clock.sleep(pauses.pop(0) if len(pauses) > 1 else pauses[0])

    def _newest(self, letters: DeadLetters) -> dict[str, Any] | None:
        told = self.asking.answer("sqs", "list_message_move_tasks", "Results", SourceArn=letters.arn, MaxResults=1)
        found: list[dict[str, Any]] = told["Results"]
        if found and "Status" not in found[0]:
            raise UntoldError("sqs:ListMessageMoveTasks: the answer has no Status")
        return found[0] if found else None
