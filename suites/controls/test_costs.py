"""The platform costs what was agreed, and no template makes it dearer unseen.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from fixtures.aws.ledger import Gap, Unread
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.touching import note_property
from fixtures.inventory.types import TYPES
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Change, control
from infra.cost.costs import Costs
from infra.cost.estimate import estimate
from infra.cost.items import Item
from infra.cost.rules import RULES
from infra.environment import Environment
from suites.controls.looking import told

_OLDEST: Final = 365
_NAMED: Final = 3


@control(
    "CST-01",
    severity="medium",
    satisfies=("AC5",),
    broken_by=(
        Change("Database.DBInstanceClass", "db.m7g.large"),
        Change("IngestFunction.MemorySize", 1024),
        Change("Cache.NumCacheClusters", 5),
        Change("AuthorizerExecutions.MinCapacity", 8),
    ),
)
def test_a_month_stays_within_the_budget(
    inventory: Inventory, costs: Costs, baseline: Baseline, environment: Environment, now: datetime
) -> None:
    """A template that doubles the bill should be seen before the bill is.

    What our stacks have, at the listed prices and with the declared usage, after the free tier of the account.
    """
    resources = {(type(one).cfn_type, one.key): one for one in _billed(inventory)}
    if inventory.tier == "live" and (age := costs.prices.age(now.date())) > _OLDEST:
        detail = f"the oldest price was read {age} days ago; {_OLDEST} at most can be believed"
        raise Unread(Gap(service="pricing", operation="Prices", kind="missing", detail=detail, at=now))
    items = (Item("", one.key, type(one).cfn_type, partial(told, one)) for one in resources.values())
    found = estimate(environment.name, items, costs.prices, costs.usage)
    dearest = found.dearest(_NAMED)
    for line in reversed(dearest):
        if line.by is not None:
            note_property(resources[line.type, line.logical_id], line.by)
    most = ", ".join(f"{line.logical_id} ${line.usd:.2f} ({line.quantity:.0f} {line.price.unit})" for line in dearest)
    assert found.to_pay <= baseline.monthly_budget, (
        f"a month costs ${found.to_pay:.2f}, most of it {most}; ${baseline.monthly_budget} at most is promised"
    )


def _billed(inventory: Inventory) -> Iterator[Resource]:
    """Yield what our stacks have of every type that costs something."""
    for kind in RULES:
        yield from (one for one in inventory.of(TYPES[kind]) if one.managed)
