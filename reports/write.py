"""Writes what people read into the run folder: a file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

from reports.disk import RecordError, write_whole
from reports.formats.junit import junit
from reports.formats.sarif import sarif
from reports.html import render
from reports.record import Record, load_record
from reports.summary import markdown

PAGE = "index.html"
SUMMARY = "summary.md"
JUNIT = "junit.xml"
SARIF = "findings.sarif"


def write_reports(folder: Path) -> Record:
    """Read the run folder and write its page, its summary, and what others read into it.

    Raises:
        RecordError: the record cannot be read, or a report cannot be written.
    """
    record = load_record(folder)
    write_whole(folder / PAGE, render(record))
    write_whole(folder / SUMMARY, markdown(record))
    write_whole(folder / JUNIT, junit(record))
    write_whole(folder / SARIF, sarif(record))
    return record


def append(path: Path, text: str) -> None:
    """Append to a file that others write to as well, such as the summary of a CI job."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise RecordError(f"{path}: expected a file that can be appended to: {error.strerror or error}") from error
