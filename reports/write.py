"""Writes what people read into the run folder: a file is there whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports.disk import RecordError, write_whole
from reports.formats import ALWAYS, FORMATS, named
from reports.record import Record, load_record

PAGE = FORMATS["html"].file
SUMMARY = FORMATS["markdown"].file


def write_reports(folder: Path, formats: Sequence[str] = ALWAYS) -> Record:
    """Read the run folder and write it in these formats into it: its page, its summary, what others read.

    Raises:
        RecordError: the record cannot be read, a format is not known, or a file cannot be written.
    """
    chosen = named(formats)
    record = load_record(folder)
    for one in chosen.values():
        write_whole(folder / one.file, one.render(record))
    return record


def append(path: Path, text: str) -> None:
    """Append to a file that others write to as well, such as the summary of a CI job."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise RecordError(f"{path}: expected a file that can be appended to: {error.strerror or error}") from error
