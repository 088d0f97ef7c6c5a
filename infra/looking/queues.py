"""A queue: how much waits in it, for how long, where its dead letters go; and its messages, which stay in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from infra.errors import InputError, UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import QUEUES, Resource, chosen, declared
from infra.looking.found import Facts, Parts, Rows
from infra.looking.metrics import Metric, counted

_COUNTS: Final = {
    "waiting": "ApproximateNumberOfMessages",
    "in flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}
_KEPT: Final = {"kept (s)": "MessageRetentionPeriod", "hidden when taken (s)": "VisibilityTimeout"}
_OLDEST: Final = Metric("oldest (s)", "ApproximateAgeOfOldestMessage", "Maximum")
_HIDDEN_SECONDS: Final = 30
_MOST_AT_ONCE: Final = 10
_COLUMNS: Final = ("sent", "taken", "id", "body")


def parts(asking: Asking, name: str, peek: int | None) -> Parts:
    """Return what is read of a queue, and of so many of its messages.

    Raises:
        InputError: no such queue is declared, or it gives up messages that are taken too often: a look would count.
    """
    queue = chosen(asking, QUEUES, name)
    found: dict[str, Any] = {
        "queue": lambda: _queue(asking, queue),
        "last 15 minutes": lambda: counted(asking, "AWS/SQS", (_OLDEST,), {"QueueName": queue.name}),
    }
    if peek is not None:
        if redrive(attributes(asking, queue)):
            raise InputError(
                f"--peek: {queue.short}: expected a queue of dead letters: of this one each look counts as an attempt, "
                "after the last of which a message is given up"
            )
        found["messages"] = lambda: _peeked(asking, queue, peek)
    return found


def attributes(asking: Asking, queue: Resource) -> Mapping[str, str]:
    """Return all attributes of a queue; raises UntoldError where they cannot be read."""
    told = asking.answer("sqs", "get_queue_attributes", "Attributes", QueueUrl=queue.id, AttributeNames=["All"])
    found: Mapping[str, str] = told["Attributes"]
    for name in ("QueueArn", *_COUNTS.values(), *_KEPT.values()):
        if name not in found:
            raise UntoldError(f"sqs:GetQueueAttributes: the answer has no {name}")
    return found


def redrive(told: Mapping[str, str]) -> dict[str, Any]:
    """Return where a queue's dead letters go, and after how many attempts; empty where it keeps them."""
    text = told.get("RedrivePolicy") or "{}"
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        raise UntoldError(f"sqs:GetQueueAttributes: RedrivePolicy is no JSON: {text}") from None
    return found


def sources(asking: Asking, arn: str) -> list[tuple[str, str]]:
    """Return short name and ARN of the queues whose dead letters go to a queue."""
    read = [(queue.short, attributes(asking, queue)) for queue in declared(asking, QUEUES)]
    return [(short, told["QueueArn"]) for short, told in read if redrive(told).get("deadLetterTargetArn") == arn]


def _queue(asking: Asking, queue: Resource) -> Facts:
    told = attributes(asking, queue)
    leads = redrive(told)
    found: Facts = {name: int(told[key]) for name, key in (_COUNTS | _KEPT).items()}
    found["dead letters go to"] = str(leads["deadLetterTargetArn"]).rpartition(":")[2] if leads else None
    found["after attempts"] = leads.get("maxReceiveCount")
    found["gets dead letters of"] = ", ".join(short for short, _ in sources(asking, told["QueueArn"])) or None
    return found


def _peeked(asking: Asking, queue: Resource, most: int) -> Rows:
    """Take messages, so that each is seen once, and let them be seen again at once."""
    waiting = int(attributes(asking, queue)[_COUNTS["waiting"]])
    taken: list[dict[str, Any]] = []
    try:
        for batch in _batches(asking, queue, most):
            taken += batch
    finally:
        _let_go(asking, queue, taken)
    if waiting and not taken:  # an answer that has no messages, and one that is no answer, are alike
        raise UntoldError(f"sqs:ReceiveMessage: {waiting} wait by the queue's own count, and none was given")
    return Rows(_COLUMNS, [_row(one) for one in sorted(taken, key=_sent)], long=True)


def _batches(asking: Asking, queue: Resource, most: int) -> Iterator[list[dict[str, Any]]]:
    left = most
    while left > 0:
        asked = {"MaxNumberOfMessages": min(left, _MOST_AT_ONCE), "VisibilityTimeout": _HIDDEN_SECONDS}
        told = asking.answer(
            "sqs", "receive_message", "ResponseMetadata", QueueUrl=queue.id, WaitTimeSeconds=1,
            AttributeNames=["SentTimestamp", "ApproximateReceiveCount"], **asked,
        )  # fmt: skip
        found = told.get("Messages") or []
        if not found:
            return
        left -= len(found)
        yield found


def _let_go(asking: Asking, queue: Resource, taken: list[dict[str, Any]]) -> None:
    for begin in range(0, len(taken), _MOST_AT_ONCE):
        entries = [
            {"Id": str(number), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": 0}
            for number, one in enumerate(taken[begin : begin + _MOST_AT_ONCE])
        ]
        asked = {"QueueUrl": queue.id, "Entries": entries}
        told = asking.answer("sqs", "change_message_visibility_batch", "Successful", **asked)
        if told.get("Failed"):
            raise UntoldError(f"{queue.short}: messages that were looked at stay hidden for {_HIDDEN_SECONDS} s")


def _sent(one: Mapping[str, Any]) -> int:
    return int(one.get("Attributes", {}).get("SentTimestamp", 0))


def _row(one: Mapping[str, Any]) -> Facts:
    sent, taken = _sent(one), one.get("Attributes", {}).get("ApproximateReceiveCount")
    when = datetime.fromtimestamp(sent / 1000, UTC) if sent else None
    return {"sent": when, "taken": int(taken) if taken else None, "id": one.get("MessageId"), "body": one.get("Body")}
