"""What capacity costs that is there before it is used: executions that are kept ready, alarms that move units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from infra.cost.items import Asked, Item
from infra.errors import InputError

Quantities = Iterator[tuple[str, float]]
HOURS: Final = 730
_SECONDS: Final = HOURS * 3600
# Alarms that target tracking keeps for what it follows, each on one metric.
_ALARMS: Final[Mapping[str, int]] = {"dynamodb": 4, "lambda": 2}


def scalable_target(asked: Asked) -> Quantities:
    """Executions that are kept ready are paid for by the second, used or not; units of tables are billed to the table.

    Raises InputError where nobody declares the function.
    """
    least = float(asked.item.get("MinCapacity") or 0)
    if asked.item.get("ServiceNamespace") == "lambda" and least:
        _, name, _ = str(asked.item.get("ResourceId")).split(":")
        functions = asked.others.get("AWS::Lambda::Function", ())
        function = next((one for one in functions if one.get("FunctionName") == name), None)
        if function is None:
            raise InputError(f"{asked.item.logical_id}: {name}: expected a function of this name")
        gigabytes = float(function.get("MemorySize") or 128) / 1024
        yield f"lambda.{architecture_of(function)}.provisioned.gigabyte-seconds", least * gigabytes * _SECONDS


def scaling_policy(asked: Asked) -> Quantities:
    """Target tracking keeps alarms, which are billed as any other."""
    followed = asked.item.get("PolicyType") == "TargetTrackingScaling"
    yield "cloudwatch.alarm-metrics", _ALARMS.get(str(asked.item.get("ServiceNamespace")), 0) if followed else 0


def architecture_of(function: Item) -> str:
    """Return what a function runs on, in the words of prices."""
    (architecture,) = function.get("Architectures") or ("x86_64",)
    return str(architecture).replace("_", "-")
