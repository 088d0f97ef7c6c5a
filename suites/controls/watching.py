"""Which metrics alarms and dashboards name, and whether there are such."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.cloudwatch import Alarm, CompositeAlarm, Dashboard, Dimension
from fixtures.inventory.services.logs import MetricFilter
from fixtures.inventory.services.sns import Topic
from fixtures.inventory.touching import note_inside
from fixtures.inventory.values import Reference, as_reference
from infra.functions.shared.metric_table import Metric
from suites.controls.looking import Link, leading_to
from suites.controls.metrics_known import SPACES, Need, Whose

OWN: Final = "Touchstone"
ALARMS: Final[tuple[type[Alarm | CompositeAlarm], ...]] = (Alarm, CompositeAlarm)
_OWN_DIMENSIONS: Final = {"service", "environment"}
_ARN: Final = re.compile(r"arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(?P<name>.+)")
_SOURCES: Final = re.compile(r"SOURCE '([^']+)'")


@dataclass(frozen=True, slots=True)
class Seen:
    """A metric as something names it."""

    space: str
    name: str
    dimensions: Mapping[str, str]

    def __str__(self) -> str:
        of = ", ".join(f"{name} {value}" for name, value in self.dimensions.items())
        return f"{self.space} {self.name}{f' of {of}' if of else ''}"


def is_told(inventory: Inventory, topic: Topic) -> bool:
    """Say whether an alarm of either kind tells a topic; raises Unread unless all were read."""
    for kind in ALARMS:
        inventory.of(kind)
    return any(one for kind in ALARMS for one in leading_to(inventory, topic, kind, _actions))


def _actions(alarm: Alarm | CompositeAlarm) -> Iterable[Link]:
    return alarm.alarm_actions


def is_alarm(inventory: Inventory, name: str) -> bool:
    """Say whether an alarm of either kind is called by a name or a reference; raises Unread unless all are known."""
    named = [inventory.last_under(kind, name, _called) for kind in ALARMS]
    return any(named) or any(inventory.find(kind, as_reference(name)) for kind in ALARMS)


def _called(_inventory: Inventory, alarm: Alarm | CompositeAlarm) -> Iterator[Hashable]:
    yield str(alarm.alarm_name)


def seen_by(alarm: Alarm) -> Iterator[Seen]:
    """Yield the metrics that an alarm is about."""
    if alarm.metric_name is not None:
        yield Seen(str(alarm.namespace), alarm.metric_name, _named(alarm.dimensions))
    for query in alarm.metrics:
        if query.metric_stat is not None:
            metric = query.metric_stat.metric
            yield Seen(str(metric.namespace), metric.metric_name, _named(metric.dimensions))


def _named(dimensions: tuple[Dimension, ...]) -> dict[str, str]:
    return {one.name: one.value for one in dimensions}


def widgets(dashboard: Dashboard) -> list[Any]:
    """Give what stands on a dashboard."""
    return list(dashboard.dashboard_body.get("widgets", ()))


def shown_on(dashboard: Dashboard) -> Iterator[Seen]:
    """Yield the metrics that a dashboard shows; each is noted as looked at."""
    for number, widget in enumerate(widgets(dashboard)):
        for row, (metric, _) in enumerate(metrics_of(widget["properties"])):
            note_inside(dashboard.dashboard_body, "widgets", number, "properties", "metrics", row, decides=True)
            yield Seen(metric[0], metric[1], dict(zip(metric[2::2], metric[3::2], strict=True)))


def metrics_of(properties: Mapping[str, Any]) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """Yield the metrics of a widget, each written out, with its options; expressions are none."""
    before: list[str] = []
    for given in properties.get("metrics", ()):
        words = [str(one) for one in given if not isinstance(one, Mapping)]
        if words:
            before = _whole(before, words)
            yield before, next((one for one in given if isinstance(one, Mapping)), {})


def _whole(before: list[str], given: list[str]) -> list[str]:
    """Write a metric out: `...` is the beginning of the one before it, `.` what stands there at the same place."""
    if given[0] == "...":
        return [*before[: len(before) - len(given) + 1], *given[1:]]
    return [before[place] if word == "." else word for place, word in enumerate(given)]


def alarms_on(dashboard: Dashboard) -> Iterator[str]:
    """Yield what a dashboard calls the alarms that it shows: references, or names."""
    for widget in widgets(dashboard):
        yield from alarms_on_widget(widget["properties"])


def alarms_on_widget(properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield what one widget calls its alarms."""
    for called in properties.get("alarms", ()):
        found = _ARN.fullmatch(str(called))
        yield found["name"] if found else str(called)


def groups_on(dashboard: Dashboard) -> Iterator[str]:
    """Yield the log groups that the queries of a dashboard look into."""
    for widget in widgets(dashboard):
        yield from _SOURCES.findall(str(widget["properties"].get("query", "")))


@cache
def own_metrics() -> frozenset[str]:
    """Give the names of the metrics that our functions can count."""
    return frozenset(metric.value.name for metric in Metric)


@dataclass(frozen=True, slots=True)
class Platform:
    """What metrics can be of."""

    inventory: Inventory

    def wrong_with(self, seen: Seen) -> str | None:
        """Say what is wrong with a metric; None when there is such a one."""
        if seen.space in SPACES:
            return self._wrong_with_aws(seen)
        if any(self.inventory.under(MetricFilter, ((seen.space, seen.name),), _counted)):
            return None if not seen.dimensions else f"looks at {seen}; what is counted in logs has no dimensions"
        if seen.space == OWN:
            return self._wrong_with_ours(seen)
        return f"looks at {seen}, which neither AWS nor a filter nor a function of ours counts"

    def _wrong_with_aws(self, seen: Seen) -> str | None:
        space = SPACES[seen.space]
        if seen.name not in space.metrics:
            return f"looks at {seen}; {seen.space} has no such metric"
        one_set = next((found for found in space.sets if found.keys() == seen.dimensions.keys()), None)
        if one_set is None:
            return f"looks at {seen}; {seen.space} tells it under no such dimensions"
        for dimension, value in seen.dimensions.items():
            among = one_set[dimension]
            there = self.one(among, value) is not None if isinstance(among, Whose) else value in among
            if not there:
                return f"looks at {seen}; there is no {dimension} {value}"
        return None

    def _wrong_with_ours(self, seen: Seen) -> str | None:
        if seen.name not in own_metrics():
            return f"looks at {seen}, which no function counts"
        if seen.dimensions.keys() != _OWN_DIMENSIONS:
            return f"looks at {seen}; ours have the dimensions service and environment"
        wanted = (seen.dimensions["service"], seen.dimensions["environment"])
        if any(self.inventory.under(Function, (wanted,), _service)):
            return None
        return f"looks at {seen}; no function is this service"

    def one(self, whose: Whose, value: str) -> Resource | None:
        """Give the resource that a value of a dimension names."""
        reference = as_reference(value)
        name = str(Reference(reference.logical_id)) if reference else value
        found = self.inventory.last_under(whose.cls, name, _names_of, whose)
        if isinstance(found, Distribution) and not found.distribution_config.enabled:
            return None  # it serves nobody, so nothing of it is counted
        return found


def _counted(_inventory: Inventory, found: MetricFilter) -> Iterator[Hashable]:
    for one in found.metric_transformations:
        yield one.metric_namespace, one.metric_name


def _service(_inventory: Inventory, function: Function) -> Iterator[Hashable]:
    said = function.environment.variables if function.environment is not None else {}
    yield str(said.get("POWERTOOLS_SERVICE_NAME")), str(said.get("ENVIRONMENT"))


def _names_of(_inventory: Inventory, one: Resource, whose: Whose) -> tuple[str, ...]:
    """Give what a resource is called in dimensions: as its metrics are, by the id that AWS gave it, by reference."""
    return (*whose.called(one), one.origin.physical_id or "", str(Reference(one.key)))


def is_watched(inventory: Inventory, resource: Resource, need: Need, metric: str, called: str | None) -> bool:
    """Say whether an alarm that is switched on looks at a metric of a resource; ``called``: under one of its names.

    Raises Unread unless all alarms were read.
    """
    name = called if called is not None else resource.origin.physical_id
    about = (Reference(resource.key), *(() if name is None else (name,)))
    keys = ((need.space, metric, need.dimension, one) for one in about)
    return any(inventory.last_under(Alarm, key, _looked_at) for key in keys)


def _looked_at(_inventory: Inventory, alarm: Alarm) -> Iterator[Hashable]:
    if alarm.actions_enabled:
        for seen in seen_by(alarm):
            for dimension, value in seen.dimensions.items():
                reference = as_reference(value)
                yield seen.space, seen.name, dimension, Reference(reference.logical_id) if reference else value
