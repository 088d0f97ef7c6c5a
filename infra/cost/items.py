"""A resource as the rules of the bill see it, and what they may ask about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.cost.usage import Usage


@dataclass(frozen=True, slots=True)
class Item:
    """A resource as the rules see it; ``get`` gives a property in CloudFormation's shape, None where none is stated."""

    stack: str
    logical_id: str
    type: str
    get: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule may ask about one resource."""

    item: Item
    others: Mapping[str, tuple[Item, ...]]
    usage: Usage

    def used(self, figure: str) -> float:
        """Return what the environment's usage says of this resource."""
        return self.usage.of(self.item.logical_id, self.item.type, figure)


Rule = Callable[[Asked], Iterable[tuple[str, float]]]
