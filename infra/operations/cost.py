"""``python -m infra cost``: what a month of an environment costs."""

from __future__ import annotations

from datetime import UTC, datetime

from infra.cost.costs import load_costs
from infra.cost.estimate import budget_of, estimate_platform
from infra.cost.show import as_data, show_estimate
from infra.environment import load_environment
from infra.operations.options import Env, Json, console, once
from infra.stacks import resolve_platform


def cost(env: Env, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Estimate what a month costs: the templates' resources and the declared usage, at the listed prices."""
    environment = load_environment(once("--env", env) or "")
    platform = resolve_platform(environment)
    costs = load_costs(environment)
    found, today = estimate_platform(platform, costs.prices, costs.usage), datetime.now(UTC).date()
    told = (found, costs.prices, dict(costs.usage.expected), budget_of(platform), today)
    if as_json:
        console.print_json(data=as_data(*told))
    else:
        show_estimate(console, *told)
