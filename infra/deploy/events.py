"""The events of a stack, each once and in order, and the one that explains a failure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to one resource, or to the stack itself."""

    logical_id: str
    type: str
    status: str
    reason: str

    @property
    def failed(self) -> bool:
        """Whether this event is a failure."""
        return self.status.endswith("_FAILED")


class EventReader:
    """Reads the events that a stack has gained since the reader was made; ``begins``: those from before, too."""

    def __init__(self, cloudformation: Any, stack_id: str, *, begins: bool = False) -> None:
        self._client = cloudformation
        self._stack_id = stack_id
        self._seen: set[str] = set()
        if not begins:
            self.new()

    def new(self) -> list[Event]:
        """Return the events since the last call, oldest first."""
        fresh = []
        for page in self._client.get_paginator("describe_stack_events").paginate(StackName=self._stack_id):
            known = [event for event in page["StackEvents"] if event["EventId"] in self._seen]
            fresh += [event for event in page["StackEvents"] if event["EventId"] not in self._seen]
            if known:  # the newest come first: from here on there is nothing new
                break
        self._seen.update(event["EventId"] for event in fresh)
        return [
            Event(
                logical_id=event["LogicalResourceId"],
                type=event["ResourceType"],
                status=event["ResourceStatus"],
                reason=event.get("ResourceStatusReason", ""),
            )
            for event in reversed(fresh)
        ]


def first_failure(events: Iterable[Event]) -> Event | None:
    """Return the event that began the trouble: later failures are mostly cancellations that it caused."""
    return next((event for event in events if event.failed and "cancelled" not in event.reason), None)
