"""What AWS refuses about scaling and costs, looked for before a deployment meets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.deploy.checked import Checked, Verdict
from infra.deploy.connect import ClientOf
from infra.scaling import TARGET, named_by
from infra.stacks import Platform

_MONITOR: Final = "AWS::CE::AnomalyMonitor"
_CLEAR: Final = (
    "finish the shift or take it back: aws lambda update-alias --function-name {} --name {} --routing-config "
    "AdditionalVersionWeights={{}}"
)


def _ready(platform: Platform) -> Iterator[tuple[str, str, int]]:
    """Yield the function, the alias and the least of each target that keeps executions ready."""
    for one in platform.resources().values():
        scaled = named_by(str(one.properties.get("ResourceId"))) if one.type == TARGET else None
        least = int(one.properties.get("MinCapacity", 0))
        if scaled is not None and scaled.kind == "function" and scaled.inside is not None and least:
            yield scaled.name, scaled.inside, least


def ready_executions(platform: Platform) -> int:
    """Return how many executions are to be kept ready in all."""
    return sum(least for _, _, least in _ready(platform))


def weighted_aliases(platform: Platform, client_of: ClientOf) -> Iterator[Checked]:
    """Yield the aliases that send a share of calls elsewhere, of which executions are to be kept ready.

    AWS refuses provisioned concurrency on an alias with weights. Raises botocore's errors as any call does.
    """
    functions = client_of("lambda")
    for function, alias, _ in _ready(platform):
        try:
            told = functions.get_alias(FunctionName=function, Name=alias)
        except functions.exceptions.ResourceNotFoundException:
            continue  # it will be made without weights
        weights = (told.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        if weights:
            shares = ", ".join(f"{weight:.0%} to version {version}" for version, weight in weights.items())
            found = f"sends {shares}: AWS keeps no execution of it ready"
            yield Checked(f"alias {function}:{alias}", Verdict.WRONG, found, _CLEAR.format(function, alias))


def monitors_of_costs(platform: Platform, client_of: ClientOf) -> Iterator[Checked]:
    """Yield a monitor of costs that stands in the way of ours: an account has one for each dimension.

    AWS makes `Default-Services-Monitor` in an account whose costs somebody has looked at. Raises botocore's errors.
    """
    wanted = {
        str(one.properties["MonitorDimension"]): str(one.properties["MonitorName"])
        for one in platform.resources().values()
        if one.type == _MONITOR and one.properties.get("MonitorType") == "DIMENSIONAL"
    }
    costs = client_of("ce")
    asked: dict[str, str] = {}
    while wanted:
        page = costs.get_anomaly_monitors(**asked)
        for one in page["AnomalyMonitors"]:
            name = wanted.get(str(one.get("MonitorDimension")))
            if name is not None and one["MonitorName"] != name:
                found = f"{one['MonitorName']} watches the same already, and an account has one such"
                fix = f"aws ce delete-anomaly-monitor --monitor-arn {one['MonitorArn']}, or import it as CostMonitor"
                yield Checked(f"monitor {name}", Verdict.WRONG, found, fix)
        if not page.get("NextPageToken"):
            return
        asked = {"NextPageToken": page["NextPageToken"]}
