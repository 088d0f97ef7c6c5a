"""The alarms of an environment and their states: what its templates declare is asked for, and missed by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from infra.deploy.connect import one_line
from infra.stacks import Platform

METRIC, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
_RUNBOOK: Final = re.compile(r"docs/runbooks/[\w-]+\.md#[\w-]+")
_MOST_NAMES: Final = 100  # that one call takes


class State(StrEnum):
    """What CloudWatch says of an alarm; ``CANNOT_TELL`` where it says nothing, or nothing that is known."""

    ALARM = "ALARM"
    CANNOT_TELL = "cannot tell"
    INSUFFICIENT = "INSUFFICIENT_DATA"
    OK = "OK"

    @property
    def text(self) -> str:
        """Return the state as people read it."""
        return "insufficient data" if self is State.INSUFFICIENT else self.value


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of ours: what the template says of it, and what CloudWatch said when it was read."""

    name: str
    priority: str
    runbook: str | None
    state: State = State.CANNOT_TELL
    reason: str = "it was not read"
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All alarms that were asked for, as they were at one moment."""

    alarms: tuple[Alarm, ...]

    def in_state(self, *states: State) -> tuple[Alarm, ...]:
        """Return those in one of the states."""
        return tuple(alarm for alarm in self.alarms if alarm.state in states)


def declared(platform: Platform) -> tuple[Alarm, ...]:
    """Return the alarms that the templates declare, the most urgent first; nobody has asked how they are."""
    resources = platform.resources()
    found = [
        Alarm(
            name=str(resource.properties["AlarmName"]),
            priority=_priority(resource.properties.get("AlarmActions") or (), platform),
            runbook=_runbook(resource.properties.get("AlarmDescription")),
        )
        for resource in resources.values()
        if resource.type in (METRIC, COMPOSITE)
    ]
    return tuple(sorted(found, key=lambda alarm: (alarm.priority, alarm.name)))


def _priority(actions: Iterable[Any], platform: Platform) -> str:
    """Return the end of the name of the topic that is told: ``p1`` of ``touchstone-dev-alarms-p1``."""
    topics = (platform.resources().get(action["Ref"]) for action in actions if isinstance(action, dict))
    names = [str(topic.properties.get("TopicName")) for topic in topics if topic is not None]
    return names[0].rpartition("-")[2] if names else "none"


def _runbook(description: Any) -> str | None:
    found = _RUNBOOK.search(str(description))
    return found[0] if found else None


def read_alarms(cloudwatch: Any, wanted: Sequence[Alarm]) -> Reading:
    """Ask CloudWatch for the alarms by their names.

    Raises:
        EndpointError: it refuses, or what answers does not speak as CloudWatch does.
    """
    answered: dict[str, list[dict[str, Any]]] = {}
    with one_line("cloudwatch:DescribeAlarms"):
        for said in _answers(cloudwatch, [alarm.name for alarm in wanted]):
            answered.setdefault(str(said.get("AlarmName")), []).append(said)
    return Reading(tuple(_read(alarm, answered.get(alarm.name, [])) for alarm in wanted))


def _answers(cloudwatch: Any, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    pages = cloudwatch.get_paginator("describe_alarms")
    for begin in range(0, len(names), _MOST_NAMES):
        asked = list(names[begin : begin + _MOST_NAMES])
        for page in pages.paginate(AlarmNames=asked, AlarmTypes=["MetricAlarm", "CompositeAlarm"]):
            yield from page.get("MetricAlarms", ())
            yield from page.get("CompositeAlarms", ())


def _read(alarm: Alarm, answers: Sequence[dict[str, Any]]) -> Alarm:
    if len(answers) != 1:
        return replace(alarm, reason="it is not there" if not answers else f"it is there {len(answers)} times")
    (said,) = answers
    word = said.get("StateValue")
    if word not in (State.OK, State.ALARM, State.INSUFFICIENT):
        return replace(alarm, reason=f"its state is {word!r}, which nobody knows")
    return replace(
        alarm,
        runbook=_runbook(said.get("AlarmDescription")) or alarm.runbook,
        state=State(word),
        reason=str(said.get("StateReason") or "no reason is told"),
        since=said.get("StateTransitionedTimestamp") or said.get("StateUpdatedTimestamp"),
    )
