"""JUnit for CI: one testcase a cell, so its totals are those of the report, however many processes judged."""

from __future__ import annotations

from collections import Counter
from typing import Final
from xml.etree import ElementTree as ET

from infra.outside import xml
from reports.lookup import by_place
from reports.models import Outcome, Verdict
from reports.record import Record

# What JUnit calls a verdict. It has no word for "waived", "does not apply" and "for a person": all three are skipped.
_CALLED: Final = {
    Outcome.FAIL: "failure",
    Outcome.ERROR: "error",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.MANUAL: "skipped",
}


def junit(record: Record) -> str:
    """Return the record as JUnit XML: a suite for each environment and tier; a cell without a verdict is an error."""
    root = ET.Element("testsuites", name="touchstone")
    _count(root, record.verdicts)
    found = by_place(record.verdicts)
    for note in record.run.environments:
        for tier in record.run.tiers:
            here = found.get((note.name, tier), [])
            suite = ET.SubElement(root, "testsuite", name=xml(f"{note.name}.{tier}"))
            suite.set("timestamp", record.run.started.isoformat())
            _count(suite, here)
            for verdict in here:
                _case(suite, verdict)
    ET.indent(root)
    return f"{ET.tostring(root, encoding='unicode', xml_declaration=True)}\n"


def _count(element: ET.Element, verdicts: list[Verdict] | tuple[Verdict, ...]) -> None:
    found = Counter(_CALLED.get(verdict.verdict) for verdict in verdicts)
    element.set("tests", str(len(verdicts)))
    for name, called in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(found[called]))


def _case(suite: ET.Element, verdict: Verdict) -> None:
    where = xml(f"{verdict.control}.{verdict.environment}.{verdict.tier}")
    case = ET.SubElement(suite, "testcase", classname=where, name=xml(verdict.resource))
    called = _CALLED.get(verdict.verdict)
    if called:
        waiver = f" ({verdict.waiver.id}: {verdict.waiver.reason})" if verdict.waiver else ""
        said = xml(f"{verdict.verdict.text}: {verdict.message}{waiver}")
        ET.SubElement(case, called, message=said).text = xml(", ".join(verdict.lines))
