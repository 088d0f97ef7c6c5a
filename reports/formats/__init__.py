"""The record in the formats that others read, one file each; ``FORMATS`` names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from reports.disk import RecordError
from reports.record import Record


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the file that it is written to, what it is for, and the function that makes it of a record."""

    file: str
    purpose: str
    made_by: str

    def render(self, record: Record) -> str | bytes | Iterator[str]:
        """Return the record in this format, what tells every verdict piece by piece; always the same bytes."""
        module, function = self.made_by.split(":")
        # Who wants no PDF does not wait for a typesetter.
        make: Callable[[Record], str | bytes | Iterator[str]] = getattr(import_module(module), function)
        return make(record)


FORMATS: Final[Mapping[str, Format]] = {
    "html": Format("index.html", "the report, for a browser", "reports.html:render"),
    "markdown": Format("summary.md", "the record in brief, for a pull request", "reports.summary:markdown"),
    "junit": Format("junit.xml", "a testcase a cell, for a CI", "reports.formats.junit:junit"),
    "sarif": Format("findings.sarif", "SARIF 2.1.0, for code scanning", "reports.formats.sarif:sarif"),
    "csv": Format("verdicts.csv", "every verdict, for a spreadsheet", "reports.formats.csv:csv"),
    "xlsx": Format("report.xlsx", "a workbook, for an auditor", "reports.formats.xlsx:xlsx"),
    "pdf": Format("report.pdf", "the auditor's report, tagged (PDF/UA-1)", "reports.formats.pdf:pdf"),
    "ocsf": Format("findings.ocsf.json", "OCSF compliance findings, for a SIEM", "reports.formats.ocsf:ocsf"),
    "asff": Format(
        "findings.asff.jsonl", "requests to AWS Security Hub, 100 findings each", "reports.formats.asff:asff"
    ),
    "oscal": Format("results.oscal.json", "OSCAL assessment results", "reports.formats.oscal:oscal"),
}
ALWAYS: Final = ("html", "markdown", "junit", "sarif")
"""What every run writes."""


def named(names: Sequence[str]) -> dict[str, Format]:
    """Return the formats of these names; raises RecordError for a name that there is not."""
    for name in names:
        if name not in FORMATS:
            raise RecordError(f"--format {name!r}: expected one of {', '.join(FORMATS)}")
    return {name: FORMATS[name] for name in names}
