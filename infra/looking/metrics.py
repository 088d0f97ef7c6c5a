"""What CloudWatch has counted in the last minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from infra.errors import UntoldError
from infra.looking.asking import Asking
from infra.looking.found import Facts

MINUTES: Final = 15
_PERIOD: Final = timedelta(minutes=1)
_JOINED: Final[Mapping[str, Callable[[list[float]], float]]] = {"Sum": sum, "Maximum": max, "Minimum": min}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as people call it, and as CloudWatch does."""

    name: str
    metric: str
    stat: Literal["Sum", "Maximum", "Minimum"] = "Sum"


def counted(asking: Asking, space: str, metrics: Sequence[Metric], dimensions: Mapping[str, str]) -> Facts:
    """Return one figure of each metric over the last 15 minutes; None where nothing was counted.

    Raises:
        UntoldError: CloudWatch cannot be asked, or does not tell all of it.
    """
    ends = asking.now.replace(second=0, microsecond=0) + _PERIOD
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    asked = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {"Namespace": space, "MetricName": one.metric, "Dimensions": named},
                "Period": int(_PERIOD.total_seconds()),
                "Stat": one.stat,
            },
        }
        for number, one in enumerate(metrics)
    ]
    between = {"StartTime": ends - _PERIOD * MINUTES, "EndTime": ends}
    told = asking.all("cloudwatch", "get_metric_data", "MetricDataResults", MetricDataQueries=asked, **between)
    found: Facts = {}
    for number, one in enumerate(metrics):
        mine = [result for result in told if result.get("Id") == f"m{number}"]
        if not mine or mine[-1].get("StatusCode") != "Complete":
            raise UntoldError(f"cloudwatch:GetMetricData: does not tell all of {one.metric}")
        values = [float(value) for result in mine for value in result["Values"]]
        found[one.name] = _JOINED[one.stat](values) if values else None
    return found
