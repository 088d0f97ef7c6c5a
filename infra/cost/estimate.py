"""The estimate: every resource by the rule of its type, summed by stack and service, with and without the free tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from infra.cost.items import Asked, Item
from infra.cost.prices import Price, Prices
from infra.cost.rules import FREE, RULES
from infra.cost.usage import Usage
from infra.errors import InputError
from infra.stacks import Platform


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity of one resource in a month, in the unit of its price; ``usd`` leaves the free tier out.

    ``by``: the property that was looked at last for it, if any was.
    """

    stack: str
    logical_id: str
    type: str
    key: str
    price: Price
    quantity: float
    by: str | None

    @property
    def usd(self) -> float:
        """US dollars a month."""
        return self.quantity * self.price.usd


@dataclass(frozen=True)
class Estimate:
    """A month of one environment."""

    environment: str
    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """US dollars a month, as if nothing was free."""
        return sum(line.usd for line in self.lines)

    @property
    def free(self) -> Mapping[str, float]:
        """US dollars a month that AWS does not ask for, by price: each account has the free tier once."""
        quantities: dict[str, float] = {}
        prices: dict[str, Price] = {}
        for line in self.lines:
            quantities[line.key] = quantities.get(line.key, 0) + line.quantity
            prices[line.key] = line.price
        return {key: min(count, prices[key].free) * prices[key].usd for key, count in quantities.items()}

    @property
    def to_pay(self) -> float:
        """US dollars a month after the free tier."""
        return self.usd - sum(self.free.values())

    @property
    def unverified(self) -> float:
        """US dollars a month that rest on prices which nobody has seen on a page of AWS."""
        return sum(line.usd for line in self.lines if not line.price.verified)

    def by(self, key: Callable[[Line], str]) -> dict[str, float]:
        """Return US dollars a month in groups, the dearest first."""
        found: dict[str, float] = {}
        for line in self.lines:
            found[key(line)] = found.get(key(line), 0) + line.usd
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    def dearest(self, count: int) -> list[Line]:
        """Return the lines that cost most."""
        return sorted(self.lines, key=lambda line: -line.usd)[:count]


def estimate(environment: str, items: Iterable[Item], prices: Prices, usage: Usage) -> Estimate:
    """Add up a month.

    Raises:
        InputError: a type without a rule, a price or a figure of usage that is not there.
    """
    by_type: dict[str, list[Item]] = {}
    for item in items:
        by_type.setdefault(item.type, []).append(item)
    others = {kind: tuple(found) for kind, found in by_type.items()}
    lines = [line for found in others.values() for item in found for line in _lines(Asked(item, others, usage), prices)]
    return Estimate(environment, tuple(lines))


def _lines(asked: Asked, prices: Prices) -> Iterator[Line]:
    item = asked.item
    if item.type in FREE:
        return
    if item.type not in RULES:
        raise InputError(f"{item.logical_id}: {item.type}: expected a rule in infra/cost/rules.py of what it costs")
    last: str | None = None

    def get(name: str) -> Any:
        nonlocal last
        last = name
        return item.get(name)

    for key, quantity in RULES[item.type](replace(asked, item=replace(item, get=get))):
        price = prices.of(key, item.logical_id)
        yield Line(item.stack, item.logical_id, item.type, key, price, quantity, last)


def estimate_platform(platform: Platform, prices: Prices, usage: Usage) -> Estimate:
    """Add up a month of what an environment's templates declare; raises InputError as `estimate` does.

    Usage of what is not declared is refused, too: it would be a figure that counts for nothing.
    """
    resources = platform.resources()
    known = {*resources, *(resource.type for resource in resources.values())}
    left = [name for name in usage.used if name not in known]
    if left:
        raise InputError(f"{usage.place}: used.{left[0]}: expected a resource or a type that {usage.environment} has")
    items = (
        Item(stack, name, resource.type, resource.properties.get)
        for stack, resolved in platform.stacks.items()
        for name, resource in resolved.resources.items()
    )
    return estimate(platform.environment.name, items, prices, usage)


def budget_of(platform: Platform) -> float | None:
    """Return the monthly limit of the environment's budget, in US dollars; None where no stack declares one."""
    found = (one.properties for one in platform.resources().values() if one.type == "AWS::Budgets::Budget")
    limits = [one["Budget"]["BudgetLimit"]["Amount"] for one in found if one["Budget"].get("TimeUnit") == "MONTHLY"]
    return float(limits[0]) if limits else None
