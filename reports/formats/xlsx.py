"""A workbook for an auditor: summary, findings, population, requirements, controls, waivers. No cell is a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Final

from infra.outside import sheet
from reports import lookup
from reports.conclusion import conclude
from reports.findings import findings
from reports.models import Outcome
from reports.place import cloud_text
from reports.population import populations
from reports.record import Record
from reports.requirements import requirements, share
from reports.tally import Tally
from reports.words import instant, shortened, value_text

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell = str | int
_LONGEST: Final = 8_000  # a cell holds 32,767 characters
_WIDEST: Final = 60
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def xlsx(record: Record) -> bytes:
    """Return the workbook; the same record gives the same bytes."""
    from openpyxl import Workbook  # noqa: PLC0415  a run that writes no workbook does not wait for it

    book = Workbook(write_only=True)
    book.properties.creator = "Touchstone"
    book.properties.title = sheet(record.run.id)
    started = record.run.started.astimezone(UTC).replace(tzinfo=None)
    book.properties.created = book.properties.modified = started
    for title, head, rows in _sheets(record):
        _fill(book.create_sheet(title), head, list(rows))
    stream = io.BytesIO()
    book.save(stream)
    return _dateless(stream.getvalue(), started.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _sheets(record: Record) -> Iterator[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]:
    outcomes = [outcome.text for outcome in Outcome]
    yield "Summary", ("What", "Is", "Tier", *outcomes), _summary(record)
    yield (
        "Findings",
        ("Verdict", "Severity", "Control", "Title", "Resource", "Finding", "Where", "Lines", "Facts", "Waiver"),
        _findings(record),
    )
    yield (
        "Population",
        ("Environment", "Tier", "Type", "Listed", "In our stacks", "To judge", "Judged", "Waived", "Unreadable",
         "Differences"),
        _population(record),
    )  # fmt: skip
    yield (
        "Requirements",
        ("Framework", "Requirement", "Title", "Status", "Passing", "Applying", "Controls", "Link"),
        _requirements(record),
    )
    yield (
        "Controls",
        ("Control", "Title", "Severity", "Judges", "Rationale", "Requirements", *outcomes),
        _controls(record),
    )
    yield "Waivers", ("Waiver", "Control", "Resource", "Environment", "Tier", "Finding", "Owner", "Approver", "Ticket",
                      "Expires", "Reason"), _waivers(record)  # fmt: skip


def _summary(record: Record) -> Iterator[Sequence[Cell]]:
    said = conclude(record)
    yield "Conclusion", said.headline
    yield "Scope", said.scope
    yield from (("Incomplete", line) for line in said.incomplete)
    yield from (("Remark", line) for line in said.remarks)
    yield "Looked at", cloud_text(record.run)
    yield "Run", record.run.id, instant(record.run.started)
    yield "Commit", record.run.commit or "unknown"
    yield "Command", record.run.command
    for row in lookup.totals(record):
        yield "Verdicts", row.environment, row.tier, *_numbers(row.tally)
    yield "Verdicts", "all", "", *_numbers(Tally.of(verdict.verdict for verdict in record.verdicts))


def _numbers(tally: Tally) -> list[int]:
    return [tally[outcome] for outcome in Outcome]


def _findings(record: Record) -> Iterator[Sequence[Cell]]:
    for one in findings(record):
        facts = "; ".join(f"{fact.field} = {value_text(fact.value, _LONGEST)}" for fact in one.decided)
        title = one.control.title if one.control else "(not in the plan)"
        waiver = one.waiver.id if one.waiver else ""
        said = (one.verdict.text, one.severity, one.control_id, title, one.resource, one.message)
        yield *said, one.where, ", ".join(one.locations), facts, waiver


def _population(record: Record) -> Iterator[Sequence[Cell]]:
    for one in populations(record):
        note = one.note
        counted = (note.listed, note.in_stacks, len(note.resources), one.judged, one.waived, one.unreadable)
        yield note.environment, note.tier, note.type, *counted, "; ".join(one.differences)


def _requirements(record: Record) -> Iterator[Sequence[Cell]]:
    for one in requirements(record):
        note, (passing, applying) = one.note, share(one.tally)
        said = (note.framework, note.reference, note.title, one.status)
        yield *said, passing, applying, ", ".join(one.controls), note.link or ""


def _controls(record: Record) -> Iterator[Sequence[Cell]]:
    found = lookup.by_control(record.verdicts)
    for one in record.controls:
        tally = Tally.of(verdict.verdict for verdict in found.get(one.id, []))
        said = (one.id, one.title, one.severity, one.scope, one.rationale, ", ".join(one.satisfies))
        yield *said, *_numbers(tally)


def _waivers(record: Record) -> Iterator[Sequence[Cell]]:
    for one in record.verdicts:
        if one.waiver:
            note, about = one.waiver, (one.control, one.resource, one.environment, one.tier, one.message)
            yield note.id, *about, note.owner, note.approver, note.ticket, note.expires, note.reason


def _fill(page: WriteOnlyWorksheet, head: Sequence[str], rows: list[Sequence[Cell]]) -> None:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    page.freeze_panes = "A2"
    for number, name in enumerate(head):
        widest = max((len(str(row[number])) for row in rows if number < len(row)), default=0)
        page.column_dimensions[get_column_letter(number + 1)].width = min(_WIDEST, max(len(name), widest) + 2)
    titles = [WriteOnlyCell(page, value=name) for name in head]
    for cell in titles:
        cell.font = Font(bold=True)
    page.append(titles)
    for row in rows:
        page.append([_cell(page, value) for value in row])
    if rows:
        page.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(rows) + 1}"


def _cell(page: WriteOnlyWorksheet, value: Cell) -> object:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if isinstance(value, int):
        return value
    if not value:
        return None
    cell = WriteOnlyCell(page, value=shortened(sheet(value), _LONGEST))
    cell.data_type = "s"  # whatever it begins with, it is text
    return cell


def _dateless(book: bytes, started: str) -> bytes:
    """Write the archive again without the time at which it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + started.encode() + rb"\g<2>", content)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
