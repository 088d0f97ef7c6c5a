"""What a month cost beside what was estimated, the budget, and what it cost before."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.cost.actual import Spent
from infra.outside import terminal

_WIDE, _BAR, _ROW = 420, 9, 26
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ padding: .2rem .6rem; text-align: right }}
td:first-child, th:first-child {{ text-align: left }}
thead {{ border-bottom: 1px solid }}
tfoot {{ border-top: 1px solid; font-weight: 600 }}
.estimate {{ fill: #8a94a6 }} .spent {{ fill: #2563eb }} text {{ fill: currentColor; font-size: 13px }}
</style></head><body><h1>{title}</h1>
{picture}
<table><thead><tr><th>service</th><th>estimated</th><th>spent</th><th>difference</th></tr></thead>
<tbody>{rows}</tbody><tfoot>{total}</tfoot></table>
{lines}
</body></html>
"""


@dataclass(frozen=True)
class Comparison:
    """One month of one environment; ``estimate`` is what that share of a month was to cost, by service."""

    environment: str
    spent: Spent
    estimate: Mapping[str, float]
    budget: float | None
    before: float | None

    @property
    def rows(self) -> list[tuple[str, float, float]]:
        """Service, estimated and spent, what was dearest first."""
        names = self.estimate.keys() | self.spent.usd.keys()
        found = [(name, self.estimate.get(name, 0.0), self.spent.usd.get(name, 0.0)) for name in names]
        return sorted(found, key=lambda row: (-row[2], -row[1], row[0]))

    @property
    def over(self) -> float | None:
        """US dollars that were spent beyond that share of the budget; negative where something is left."""
        return None if self.budget is None else self.spent.total - self.budget * self.spent.month.share

    @property
    def saved(self) -> float | None:
        """The share that is not spent any more of what a month cost before."""
        before = (self.before or 0) * self.spent.month.share
        return 1 - self.spent.total / before if before else None

    def lines(self) -> list[str]:
        """Say what it comes to."""
        told = [f"{_usd(self.spent.total)} spent, {_usd(sum(self.estimate.values()))} estimated, before the free tier"]
        if self.over is not None:
            said = f"{_usd(self.over)} over" if self.over > 0 else f"{_usd(-self.over)} under"
            told.append(f"budget {_usd((self.budget or 0) * self.spent.month.share)}: {said} it")
        if self.saved is not None:
            told.append(f"savings: {self.saved:.0%} of the {_usd(self.before or 0)} that a month cost before")
        if self.spent.estimated:
            told.append("the bill is not closed: Cost Explorer calls these figures estimated")
        return told

    def data(self) -> dict[str, Any]:
        """Return it as plain data, US dollars rounded to cents."""
        return {
            "environment": self.environment,
            "from": self.spent.month.begin.isoformat(),
            "until": self.spent.month.end.isoformat(),
            "estimated_by_aws": self.spent.estimated,
            "spent": round(self.spent.total, 2),
            "estimate": round(sum(self.estimate.values()), 2),
            "budget": self.budget,
            "over": None if self.over is None else round(self.over, 2),
            "saved": None if self.saved is None else round(self.saved, 3),
            "services": [
                {"service": name, "estimate": round(estimate, 2), "spent": round(spent, 2)}
                for name, estimate, spent in self.rows
            ],
        }


def show(console: Console, found: Comparison) -> None:
    """Print the table and what it comes to."""
    table = Table(title=Text(terminal(_title(found))), title_justify="left")
    table.add_column("service", overflow="fold")
    for name in ("estimated", "spent", "difference"):
        table.add_column(name, justify="right")
    for name, estimate, spent in found.rows:
        table.add_row(*(Text(terminal(cell)) for cell in (name, _usd(estimate), _usd(spent), _usd(spent - estimate))))
    console.print(table)
    for line in found.lines():
        console.print(Text(terminal(line)), soft_wrap=True)


def page(found: Comparison) -> str:
    """Return one HTML file: a picture, the table, and what it comes to."""
    rows = "".join(_row(name, estimate, spent) for name, estimate, spent in found.rows)
    total = _row("in all", sum(found.estimate.values()), found.spent.total)
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in found.lines())
    title = html.escape(_title(found))
    return _PAGE.format(title=title, picture=_picture(found), rows=rows, total=total, lines=lines)


def _title(found: Comparison) -> str:
    return f"{found.environment}: US dollars, {found.spent.month}"


def _row(name: str, estimate: float, spent: float) -> str:
    cells = (html.escape(name), _usd(estimate), _usd(spent), _usd(spent - estimate))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _picture(found: Comparison) -> str:
    most = max((max(estimate, spent) for _, estimate, spent in found.rows), default=0) or 1
    bars = []
    for number, (name, estimate, spent) in enumerate(found.rows):
        top = number * _ROW
        bars.append(f'<text x="0" y="{top + 15}">{html.escape(name)}</text>')
        for kind, amount, below in (("estimate", estimate, 2), ("spent", spent, 2 + _BAR)):
            wide = max(0.0, amount) / most * _WIDE
            bars.append(
                f'<rect class="{kind}" x="180" y="{top + below}" width="{wide:.1f}" height="{_BAR - 1}">'
                f"<title>{html.escape(name)} {kind}: {_usd(amount)}</title></rect>"
            )
    high = len(found.rows) * _ROW
    about = "Of each service: estimated above in grey, spent below in blue"
    return f'<svg viewBox="0 0 620 {high}" role="img" aria-label="{about}">{"".join(bars)}</svg><p>{about}.</p>'


def _usd(amount: float) -> str:
    cents = round(amount, 2)
    return f"-${-cents:,.2f}" if cents < 0 else f"${abs(cents):,.2f}"
