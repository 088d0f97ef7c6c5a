"""JUnit for CI: one testcase a cell, so its totals are those of the report, however many processes judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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


def junit(record: Record) -> Iterator[str]:
    """Yield the record as JUnit XML: a suite for each environment and tier; a cell without a verdict is an error."""
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield f"{_opened('testsuites', record.verdicts, name='touchstone')}\n"
    found = by_place(record.verdicts)
    began = record.run.started.isoformat()
    for note in record.run.environments:
        for tier in record.run.tiers:
            here = found.get((note.name, tier), [])
            yield f"  {_opened('testsuite', here, name=xml(f'{note.name}.{tier}'), timestamp=began)}\n"
            for verdict in here:
                yield f"    {_case(verdict)}\n"
            yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _opened(tag: str, verdicts: Sequence[Verdict], **attributes: str) -> str:
    """Return the tag with which an element begins that counts these verdicts."""
    found = Counter(_CALLED.get(verdict.verdict) for verdict in verdicts)
    element = ET.Element(tag, {**attributes, "tests": str(len(verdicts))})
    for name, called in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(found[called]))
    return ET.tostring(element, encoding="unicode", short_empty_elements=False).removesuffix(f"</{tag}>")


def _case(verdict: Verdict) -> str:
    where = xml(f"{verdict.control}.{verdict.environment}.{verdict.tier}")
    case = ET.Element("testcase", classname=where, name=xml(verdict.resource))
    called = _CALLED.get(verdict.verdict)
    if called:
        waiver = f" ({verdict.waiver.id}: {verdict.waiver.reason})" if verdict.waiver else ""
        said = xml(f"{verdict.verdict.text}: {verdict.message}{waiver}")
        ET.SubElement(case, called, message=said).text = xml(", ".join(verdict.lines))
    ET.indent(case, level=2)
    return ET.tostring(case, encoding="unicode")
