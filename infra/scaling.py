"""What target tracking moves behind the templates, and within which limits: there, and nowhere else, it is no drift.

AWS writes the units of a table, of an index, and the executions that are kept ready of an alias where a template, or
nobody, wrote them. What is written by hand beyond the limits, or without a policy that follows something, is drift.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.template import ResolvedResource

TARGET: Final = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY: Final = "AWS::ApplicationAutoScaling::ScalingPolicy"
# Scalable dimension -> the property that holds its capacity, and the member of it.
_WHERE: Final[Mapping[str, tuple[str, str]]] = {
    "dynamodb:table:ReadCapacityUnits": ("ProvisionedThroughput", "ReadCapacityUnits"),
    "dynamodb:table:WriteCapacityUnits": ("ProvisionedThroughput", "WriteCapacityUnits"),
    "dynamodb:index:ReadCapacityUnits": ("GlobalSecondaryIndexes", "ReadCapacityUnits"),
    "dynamodb:index:WriteCapacityUnits": ("GlobalSecondaryIndexes", "WriteCapacityUnits"),
    "lambda:function:ProvisionedConcurrency": ("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"),
}
_TABLE: Final = re.compile(r"table/(?P<name>[^/]+)(?:/index/(?P<inside>[^/]+))?")
_FUNCTION: Final = re.compile(r"function:(?P<name>[^:]+):(?P<inside>[^:]+)")


@dataclass(frozen=True, slots=True)
class Scaled:
    """What a resource id of Application Auto Scaling names: a table, its index, or a function's alias (``inside``)."""

    kind: str
    name: str
    inside: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """A capacity that target tracking moves: where it stands, and its limits."""

    property: str
    member: str
    index: str | None
    least: int
    most: int


def named_by(resource_id: str) -> Scaled | None:
    """Read a resource id (`table/NAME/index/NAME`, `function:NAME:ALIAS`); None for what is neither."""
    for kind, form in (("table", _TABLE), ("function", _FUNCTION)):
        found = form.fullmatch(resource_id)
        if found:
            return Scaled(kind, found["name"], found["inside"])
    return None


def move_of(dimension: str, index: str | None, least: int, most: int) -> Move | None:
    """Return where the capacity of a dimension stands; None for a dimension that no template of ours states."""
    place = _WHERE.get(dimension)
    return None if place is None else Move(*place, index if place[0] == "GlobalSecondaryIndexes" else None, least, most)


def settled(promised: Any, there: Any, moves: Iterable[Move]) -> Any:
    """Return a property as it is, with each capacity that was moved within its limits as it was promised."""
    for move in moves:
        there = _settled(promised, there, move)
    return there


def _settled(promised: Any, there: Any, move: Move) -> Any:
    if move.index is None:
        return _with_promised(promised, there, move)
    if not isinstance(there, list):
        return there
    wanted = {one.get("IndexName"): one for one in promised or () if isinstance(one, dict)}
    return [
        {**one, "ProvisionedThroughput": _with_promised(
            (wanted.get(move.index) or {}).get("ProvisionedThroughput"), one.get("ProvisionedThroughput"), move
        )}
        if isinstance(one, dict) and one.get("IndexName") == move.index and "ProvisionedThroughput" in one
        else one
        for one in there
    ]  # fmt: skip


def _with_promised(promised: Any, there: Any, move: Move) -> Any:
    if not isinstance(promised, dict) or not isinstance(there, dict) or move.member not in promised:
        return there
    capacity = str(there.get(move.member, ""))
    within = capacity.isdigit() and move.least <= int(capacity) <= move.most
    return {**there, move.member: promised[move.member]} if within else there


def moves_of(resources: Mapping[str, ResolvedResource]) -> dict[str, tuple[Move, ...]]:
    """Return what target tracking moves of each table that templates declare, by its logical id."""
    followed = {
        (str(_text(one.properties["ResourceId"])), str(one.properties["ScalableDimension"]))
        for one in resources.values()
        if one.type == POLICY and one.properties.get("PolicyType") == "TargetTrackingScaling"
    }
    found: dict[str, tuple[Move, ...]] = {}
    for logical_id, move in _moves(resources, followed):
        found[logical_id] = (*found.get(logical_id, ()), move)
    return found


def _moves(resources: Mapping[str, ResolvedResource], followed: set[tuple[str, str]]) -> Iterator[tuple[str, Move]]:
    for one in resources.values():
        if one.type != TARGET:
            continue
        resource_id, dimension = _text(one.properties["ResourceId"]), str(one.properties["ScalableDimension"])
        scaled = named_by(resource_id)
        if scaled is None or scaled.kind != "table" or (resource_id, dimension) not in followed:
            continue
        limits = int(one.properties["MinCapacity"]), int(one.properties["MaxCapacity"])
        move = move_of(dimension, scaled.inside, *limits)
        if move is not None:
            yield scaled.name.removeprefix("${").removesuffix("}"), move


def _text(value: Any) -> str:
    return str(value.get("Fn::Sub", value) if isinstance(value, Mapping) else value)
