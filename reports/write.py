"""Writes what people read into the run folder: a file is there whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports.cards import Since
from reports.database import load_and_write
from reports.disk import RecordError, write_whole
from reports.formats import ALWAYS, FORMATS, named
from reports.history.trend import trend
from reports.notices.before import run_before
from reports.reading import uncollected
from reports.record import Record

PAGE = FORMATS["html"].file
SUMMARY = FORMATS["markdown"].file


def write_reports(folder: Path, formats: Sequence[str] = ALWAYS) -> Record:
    """Read the run folder and write it in these formats into it: its page, its summary, what others read.

    Raises:
        RecordError: the record cannot be read, a format is not known, or a file cannot be written.
    """
    chosen = named(formats)
    with uncollected():
        record = load_and_write(folder, facts=0 if chosen.keys() <= set(ALWAYS) else 1)
        for name, one in chosen.items():
            write_whole(folder / one.file, _page(folder, record) if name == "html" else one.render(record))
    return record


def _page(folder: Path, record: Record) -> str:
    """Return the page, which also says what changed since the run before; a record alone does not know that."""
    from reports.html import render  # noqa: PLC0415  who wants no page does not wait for its templates

    return render(record, Since(run_before(folder, record, facts=0), trend(folder, record)))


def append(path: Path, text: str) -> None:
    """Append to a file that others write to as well, such as the summary of a CI job."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise RecordError(f"{path}: expected a file that can be appended to: {error.strerror or error}") from error
