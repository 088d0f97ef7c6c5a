"""Rows as a person reads them: a number, a name, a verdict or a state in its colour, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.outside import terminal

STYLES = {
    "pass": "green", "fail": "bold red", "cannot tell": "yellow",
    "OK": "green", "ALARM": "bold red", "insufficient data": "yellow",
}  # fmt: skip


def show_rows(console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a verdict or a state has its colour."""
    named = Text(terminal(title))
    table = Table(title=named, title_justify="left", min_width=min(named.cell_len, console.width))
    for column in ("", *columns):
        table.add_column(column, overflow="fold")
    for number, row in enumerate(rows, start=1):
        table.add_row(str(number), *(Text(terminal(cell), style=STYLES.get(cell, "")) for cell in row))
    console.print(table)
