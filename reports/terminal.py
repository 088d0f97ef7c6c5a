"""The record on a terminal: one row a control, one an engine, and a totals line that the rows add up to."""

from __future__ import annotations

from collections.abc import Iterator

from infra.outside import terminal as shown
from reports import lookup
from reports.conclusion import Conclusion, conclude
from reports.findings import Finding, together
from reports.lookup import EnvironmentCell
from reports.models import ENGINES, Outcome
from reports.place import cloud_text
from reports.record import Record
from reports.tally import Tally
from reports.words import number, some, value_text

MOST_REASONS = 10
LONGEST_VALUE = 2_000

Row = tuple[str, str, list[EnvironmentCell]]


def summary(record: Record, *, terminal: bool, colour: bool, width: int) -> str:
    """Return the summary: a table for a terminal, plain lines for anything else."""
    said = conclude(record)
    if not terminal:
        return "".join(f"{line}\n" for line in _lines(record, said))
    from reports.drawn import drawn  # noqa: PLC0415  rich is for people at a terminal, and takes a while to import

    return drawn(record, said, rows(record), (*_reasons(said),), totals_line(record), colour=colour, width=width)


def finding_lines(record: Record) -> list[str]:
    """Return the lines of the findings: each once, with where it was seen, what decided, and where that is written."""
    return [shown(line) for finding in together(record) for line in _finding(finding)]


def _finding(finding: Finding) -> Iterator[str]:
    stray = "" if finding.planned else " (was never planned)"
    yield f"{finding.verdict.text.upper()} {finding.control_id} {finding.resource}: {finding.message}{stray}"
    if finding.alike:
        yield f"  and {number(len(finding.alike))} more alike: {some(finding.alike)}"
    yield f"  in {finding.where}"
    for fact in finding.decided:
        of = "" if fact.resource == finding.resource else f"{fact.resource} "
        yield f"  {of}{fact.field} = {value_text(fact.value, LONGEST_VALUE)}"
    for location in finding.locations:
        yield f"  {location}"


def rows(record: Record) -> list[Row]:
    """Return a row for every control of ours and one for each engine, with a cell for every environment."""
    found = lookup.by_control(record.verdicts)
    table: list[Row] = [
        (control.id, control.title, lookup.across(record, found.get(control.id, [])))
        for control in lookup.own_controls(record)
    ]
    for engine in ENGINES:
        own = lookup.rules(record, engine)
        if own:
            together = [verdict for control in own for verdict in found.get(control.id, [])]
            table.append((engine, f"{number(len(own))} rules", lookup.across(record, together)))
    return table


def totals_line(record: Record) -> str:
    """Return how the verdicts add up, over all rows."""
    tally = Tally.of(verdict.verdict for verdict in record.verdicts)
    parts = " + ".join(f"{number(tally[outcome])} {outcome.text}" for outcome in Outcome)
    missing = len(record.reconciled.missing)
    rest = f" ({number(missing)} of the errors: no verdict recorded)" if missing else ""
    return f"{number(tally.total)} planned = {parts}{rest}"


def _reasons(said: Conclusion) -> list[str]:
    if not said.incomplete:
        return []
    rest = len(said.incomplete) - MOST_REASONS
    more = [f"  and {number(rest)} more"] if rest > 0 else []
    return ["THIS RECORD IS INCOMPLETE", *(f"  {shown(line)}" for line in said.incomplete[:MOST_REASONS]), *more]


def _lines(record: Record, said: Conclusion) -> list[str]:
    lines = list(_reasons(said))
    for name, title, cells in rows(record):
        told = " | ".join(f"{shown(item.environment)} {_plain(item.tally)}" for item in cells)
        lines.append(f"{shown(name)}  {shown(title)}: {told}")
    return [*lines, totals_line(record), shown(cloud_text(record.run)), shown(said.headline)]


def _plain(tally: Tally) -> str:
    return ", ".join(f"{number(count)} {outcome.text}" for outcome, count in tally.worst_first) or "not planned"
