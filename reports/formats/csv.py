"""Every verdict as a row of CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv as _csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from infra.outside import sheet
from reports.formats.naming import told
from reports.models import Verdict
from reports.record import Record
from reports.words import value_text

COLUMNS: Final = (
    "run", "started", "environment", "account", "region", "tier", "control", "title", "severity", "requirements",
    "resource", "verdict", "message", "location", "decided by", "fact", "value", "source", "read at", "waiver",
    "owner", "approver", "ticket", "expires", "reason", "judged at",
)  # fmt: skip
_LONGEST: Final = 2_000  # characters of a fact's value; `verdicts.jsonl` has it whole


def csv(record: Record) -> Iterator[str]:
    """Yield one row a verdict, in the order of the plan, then those that were never planned."""
    yield _line(COLUMNS)
    for row in rows(record):
        yield _line([sheet(cell) for cell in row])


def _line(cells: Iterable[str]) -> str:
    stream = io.StringIO()
    _csv.writer(stream, quoting=_csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return stream.getvalue()


def rows(record: Record) -> Iterator[list[str]]:
    """Give the cells of each verdict's row, as they are before a medium's own care."""
    for one in told(record):
        verdict, place = one.verdict, one.place
        account, region = (place.account, place.region) if place else ("", "")
        head = [record.run.id, record.run.started.isoformat(), verdict.environment, account, region, verdict.tier]
        said = [verdict.control, one.title, verdict.severity, ", ".join(one.references), verdict.resource]
        where = [verdict.verdict.text, verdict.message, verdict.location or "", ", ".join(verdict.decided_by)]
        yield [*head, *said, *where, *_fact(verdict), *_waiver(verdict), verdict.at.isoformat() if verdict.at else ""]


def _fact(verdict: Verdict) -> list[str]:
    if not verdict.evidence:
        return [""] * 4
    first = verdict.evidence[0]
    name = first.field if first.resource == verdict.resource else f"{first.resource} {first.field}"
    read_at = first.read_at.isoformat() if first.read_at else ""
    return [name, value_text(first.value, _LONGEST), first.source or "", read_at]


def _waiver(verdict: Verdict) -> list[str]:
    note = verdict.waiver
    return [note.id, note.owner, note.approver, note.ticket, note.expires, note.reason] if note else [""] * 6
