"""What says whether a version does well: the alarms that look at its function, and its own calls and errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from infra.shifting.alias import LIVE

_PERIOD: Final = timedelta(minutes=1)
_FIRST: Final = "-p1-"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to take a shift back: something is wrong, or (``missing``) nobody can tell that all is well."""

    told: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at one function; ``cloudwatch`` is boto3's client, ``names`` begin the names of our alarms."""

    function: str
    names: str
    cloudwatch: Any

    def alarms(self) -> dict[str, str]:
        """Return the state of each alarm that looks at the function, by name: those of the first priority if any do."""
        pages = self.cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=self.names, AlarmTypes=["MetricAlarm"]
        )
        found = {
            one["AlarmName"]: one["StateValue"]
            for page in pages
            for one in page["MetricAlarms"]
            if self.function in _functions_of(one)
        }
        return {name: state for name, state in found.items() if _FIRST in name} or found

    def about_alarms(self, expected: Mapping[str, str]) -> Iterator[Doubt]:
        """Yield what is wrong with the alarms that were there when the shift began."""
        now = self.alarms()
        for name in expected:
            state = now.get(name)
            if state is None:
                yield Doubt(f"alarm {name} is not there any more", missing=True)
            elif state == "ALARM":
                yield Doubt(f"alarm {name} has gone off")
            elif state != "OK":
                yield Doubt(f"alarm {name} has insufficient data", missing=True)

    def about_calls(self, version: str, since: datetime, until: datetime, *, wants_calls: bool) -> Iterator[Doubt]:
        """Yield what is wrong with the calls that a version has answered; ``wants_calls``: that there are none, too."""
        counted = self._counted(version, since, until)
        calls, errors = counted.get("Invocations"), counted.get("Errors")
        if errors:
            yield Doubt(f"{errors:.0f} of {calls or 0:.0f} calls of version {version} ended in an error")
        elif wants_calls and (not calls or errors is None):
            yield Doubt(f"no call of version {version} was counted: nobody can tell whether it works", missing=True)

    def _counted(self, version: str, since: datetime, until: datetime) -> dict[str, float]:
        """Sum what Lambda counts of a version's calls through the alias, in the minutes from one moment to another."""
        dimensions = {"FunctionName": self.function, "Resource": f"{self.function}:{LIVE}", "ExecutedVersion": version}
        named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        asked = [
            {
                "Id": name.lower(),
                "Label": name,
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": named},
                    "Period": int(_PERIOD.total_seconds()),
                    "Stat": "Sum",
                },
            }
            for name in ("Invocations", "Errors")
        ]
        begin = since.replace(second=0, microsecond=0)
        pages = self.cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=asked, StartTime=begin, EndTime=until.replace(second=0, microsecond=0) + _PERIOD
        )
        found: dict[str, float] = {}
        for page in pages:
            for one in page["MetricDataResults"]:
                for value in one["Values"]:
                    found[one["Label"]] = found.get(one["Label"], 0) + value
        return found


def _functions_of(alarm: Mapping[str, Any]) -> set[str]:
    """The functions whose metrics an alarm looks at, by its own dimensions or by those of what it calculates with."""
    metrics = [alarm, *(one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one)]
    return {one["Value"] for metric in metrics for one in metric.get("Dimensions", ()) if one["Name"] == "FunctionName"}
