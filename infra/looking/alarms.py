"""One alarm: how it is and why, what it looks at or which rule it has, and how it has changed."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any, Final

from infra.errors import UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import ALARMS, chosen
from infra.looking.found import Fact, Facts, Parts, Rows, facts, plain, rows

_KINDS: Final = ("MetricAlarm", "CompositeAlarm")
_NEWEST: Final = 10
_ALARM: Final = (
    Fact("state", "StateValue"),
    Fact("why", "StateReason"),
    Fact("since", "StateTransitionedTimestamp || StateUpdatedTimestamp"),
    Fact("acts", "ActionsEnabled"),
    Fact("about", "AlarmDescription", always=False),
)
_METRIC: Final = (
    Fact("goes off", "ComparisonOperator"),
    Fact("threshold", "Threshold", always=False),
    Fact("in periods", "DatapointsToAlarm || EvaluationPeriods"),
    Fact("of periods", "EvaluationPeriods"),
    Fact("without data", "TreatMissingData", always=False),
)
_COMPOSITE: Final = (Fact("rule", "AlarmRule"),)
_COLUMNS: Final = ("id", "metric", "of", "stat", "seconds")
_HISTORY: Final = (Fact("when", "Timestamp"), Fact("what", "HistorySummary"))


def parts(asking: Asking, name: str) -> Parts:
    """Return what is read of an alarm; raises InputError for one that is not declared."""
    alarm = chosen(asking, ALARMS, name).name
    return {
        "alarm": lambda: _alarm(_told(asking, alarm)),
        "looks at": lambda: _metrics(_told(asking, alarm)),
        "newest changes": lambda: _changes(asking, alarm),
    }


def _told(asking: Asking, alarm: str) -> dict[str, Any]:
    asked = {"AlarmNames": [alarm], "AlarmTypes": list(_KINDS)}
    told = asking.answer("cloudwatch", "describe_alarms", "MetricAlarms", **asked)
    found: list[dict[str, Any]] = [*told["MetricAlarms"], *told.get("CompositeAlarms", ())]
    if len(found) != 1:
        raise UntoldError(f"cloudwatch:DescribeAlarms: {alarm} is there {len(found)} times")
    return found[0]


def _alarm(told: dict[str, Any]) -> Facts:
    own = _COMPOSITE if "AlarmRule" in told else _METRIC
    return facts((*_ALARM, *own), told, "cloudwatch:DescribeAlarms")


def _metrics(told: dict[str, Any]) -> Rows:
    """Of a composite alarm none: its rule says which alarms it looks at."""
    asked = told.get("Metrics") or ([_alone(told)] if told.get("MetricName") else [])
    if not asked and "AlarmRule" not in told:
        raise UntoldError("cloudwatch:DescribeAlarms: the answer has no Metrics, MetricName")
    return Rows(_COLUMNS, [_row(one) for one in asked])


def _alone(told: dict[str, Any]) -> dict[str, Any]:
    metric = {key: told.get(key) for key in ("Namespace", "MetricName", "Dimensions")}
    stat = told.get("Statistic") or told.get("ExtendedStatistic")
    return {"MetricStat": {"Metric": metric, "Stat": stat, "Period": told.get("Period")}}


def _row(one: dict[str, Any]) -> Facts:
    stat = one.get("MetricStat") or {}
    metric = stat.get("Metric") or {}
    named = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()}
    what = f"{metric.get('Namespace')} {metric.get('MetricName')}" if metric else one.get("Expression")
    seconds = stat.get("Period") or one.get("Period")
    return {"id": one.get("Id"), "metric": what, "of": plain(named), "stat": stat.get("Stat"), "seconds": seconds}


def _changes(asking: Asking, alarm: str) -> Rows:
    asked = {"AlarmName": alarm, "AlarmTypes": list(_KINDS), "HistoryItemType": "StateUpdate"}
    pages = asking.pages(
        "cloudwatch", "describe_alarm_history", "AlarmHistoryItems", ScanBy="TimestampDescending", **asked
    )
    newest = list(islice(chain.from_iterable(pages), _NEWEST))
    return rows(_HISTORY, reversed(newest), "cloudwatch:DescribeAlarmHistory")
