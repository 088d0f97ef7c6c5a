"""What an environment's month is counted with: the prices of its region and its declared usage."""

from __future__ import annotations

from dataclasses import dataclass

from infra.cost.prices import Prices, load_prices
from infra.cost.usage import Usage, load_usage
from infra.environment import Environment


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices and usage, neither of which any template says."""

    prices: Prices
    usage: Usage


def load_costs(environment: Environment) -> Costs:
    """Read both, once a process; bad input is an ``InputError`` that names file and key."""
    return Costs(load_prices(environment.region), load_usage(environment.name))
