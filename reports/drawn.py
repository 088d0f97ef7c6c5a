"""The record drawn for people at a terminal: a table with a column for each environment."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from infra.outside import terminal
from reports.conclusion import Conclusion
from reports.lookup import EnvironmentCell
from reports.models import Outcome
from reports.place import cloud_text
from reports.record import Record
from reports.tally import Tally
from reports.words import number

_STYLES: Final = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.ERROR: "bold yellow",
    Outcome.WAIVED: "magenta",
    Outcome.NOT_APPLICABLE: "dim",
    Outcome.MANUAL: "blue",
}
_HEADLINES: Final = {
    "conforms": "bold green",
    "exceptions": "bold magenta",
    "fails": "bold red",
    "cannot": "bold yellow",
}

Row = tuple[str, str, list[EnvironmentCell]]


def drawn(
    record: Record, said: Conclusion, rows: list[Row], reasons: Sequence[str], totals: str, *, colour: bool, width: int
) -> str:
    """Return the table of rows, after the reasons why the record is incomplete, before its totals and its headline."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=colour,
        no_color=not colour,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        color_system="standard" if colour else None,
    )
    for part in _parts(record, said, rows, reasons, totals):
        console.print(part, soft_wrap=isinstance(part, Text))  # where a line begins is not for a width to decide
    return stream.getvalue()


def _parts(
    record: Record, said: Conclusion, rows: list[Row], reasons: Sequence[str], totals: str
) -> list[RenderableType]:
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True, footer_style="bold")
    table.add_column("Control", no_wrap=True, footer="all")
    table.add_column("", ratio=1)
    for index, note in enumerate(record.run.environments):
        here = [v.verdict for v in record.verdicts if v.environment == record.run.environments[index].name]
        table.add_column(Text(terminal(note.name)), footer=_styled(Tally.of(here)))
    for name, title, cells in rows:
        table.add_row(Text(terminal(name)), Text(terminal(title)), *(_styled(item.tally) for item in cells))
    return [
        *(Text(line, style="bold red") for line in reasons),
        table,
        Text(totals),
        Text(terminal(cloud_text(record.run)), style="yellow"),
        Text(terminal(said.headline), style=_HEADLINES[said.state]),
    ]


def _styled(tally: Tally) -> Text:
    if not tally.total:
        return Text("not planned", style="dim")
    parts = [Text(f"{number(count)} {outcome.text}", style=_STYLES[outcome]) for outcome, count in tally.worst_first]
    return Text(", ").join(parts)
