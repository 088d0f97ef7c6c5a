"""The estimate for people at a terminal: by stack and service, beside the brief, the budget and the prices' age."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.cost.estimate import Estimate
from infra.cost.prices import OLD, Prices
from infra.outside import terminal

_DEAREST: Final = 10


def as_data(
    estimate: Estimate, prices: Prices, expected: dict[str, float], budget: float | None, today: date
) -> dict[str, Any]:
    """Return the estimate as plain data, US dollars a month rounded to cents."""
    return {
        "environment": estimate.environment,
        "budget": budget,
        "usd": round(estimate.usd, 2),
        "usd_after_free_tier": round(estimate.to_pay, 2),
        "usd_at_unverified_prices": round(estimate.unverified, 2),
        "oldest_price_days": prices.age(today),
        "by_service": _rounded(estimate.by(lambda line: line.price.service)),
        "by_stack": _rounded(estimate.by(lambda line: line.stack)),
        "expected": expected,
        "lines": [
            {
                "stack": line.stack, "resource": line.logical_id, "type": line.type, "price": line.key,
                "quantity": round(line.quantity, 2), "unit": line.price.unit, "usd": round(line.usd, 2),
                "source": line.price.source, "read": line.price.read.isoformat(), "verified": line.price.verified,
            }
            for line in estimate.dearest(len(estimate.lines))
        ],
    }  # fmt: skip


def _rounded(found: dict[str, float]) -> dict[str, float]:
    return {name: round(usd, 2) for name, usd in found.items()}


def show_estimate(
    console: Console, estimate: Estimate, prices: Prices, expected: dict[str, float], budget: float | None, today: date
) -> None:
    """Print the tables and what has to be known about them."""
    services = estimate.by(lambda line: line.price.service)
    _print(
        console, f"{estimate.environment}: US dollars a month by service", ("service", "estimate", "the brief"),
        ((name, _usd(services.get(name, 0)), _usd(expected.get(name))) for name in (services | expected)),
    )  # fmt: skip
    _print(
        console, "by stack", ("stack", "estimate"),
        ((name, _usd(usd)) for name, usd in estimate.by(lambda line: line.stack).items()),
    )  # fmt: skip
    _print(
        console, "what costs most", ("resource", "price", "quantity", "unit", "estimate"),
        ((line.logical_id, line.key, f"{line.quantity:,.0f}", line.price.unit, _usd(line.usd))
         for line in estimate.dearest(_DEAREST)),
    )  # fmt: skip
    console.print(Text(f"{_usd(estimate.usd)} without the free tier, {_usd(estimate.to_pay)} after it", style="bold"))
    if budget is not None:
        over = estimate.to_pay - budget
        said = f"{_usd(over)} over" if over > 0 else f"{_usd(-over)} under"
        console.print(Text(f"budget {_usd(budget)}: {said} it", style="red" if over > 0 else "green"))
    share = estimate.unverified / estimate.usd if estimate.usd else 0
    console.print(Text(f"{share:.0%} of it rests on prices that nobody has seen on a page or in a price list of AWS"))
    age = prices.age(today)
    console.print(Text(f"the oldest price was read {age} days ago", style="yellow" if age >= OLD else ""))


def _usd(amount: float | None) -> str:
    return "" if amount is None else f"${amount:,.2f}"


def _print(console: Console, title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(title=Text(terminal(title)), title_justify="left")
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place and name not in ("price", "unit") else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(terminal(cell)) for cell in row))
    console.print(table)
