"""JUnit for CI: one testcase a cell, so its totals are those of the report, however many processes judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

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
    known: dict[str, str] = {}
    began = record.run.started.isoformat()
    for note in record.run.environments:
        for tier in record.run.tiers:
            here = found.get((note.name, tier), [])
            yield f"  {_opened('testsuite', here, name=_escaped(f'{note.name}.{tier}'), timestamp=began)}\n"
            for verdict in here:
                yield f"    {_case(verdict, known)}\n"
            yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _opened(tag: str, verdicts: Sequence[Verdict], **attributes: str) -> str:
    """Return the tag with which an element begins that counts these verdicts."""
    found = Counter(_CALLED.get(verdict.verdict) for verdict in verdicts)
    counts = {
        "tests": len(verdicts),
        "failures": found["failure"],
        "errors": found["error"],
        "skipped": found["skipped"],
    }
    told = "".join(f' {name}="{value}"' for name, value in {**attributes, **counts}.items())
    return f"<{tag}{told}>"


def _case(verdict: Verdict, known: dict[str, str]) -> str:
    """Return the testcase of a verdict; ``known``: names that were written before, which stand in many cases."""
    where = f"{verdict.control}.{verdict.environment}.{verdict.tier}"
    for name in (where, verdict.resource):
        if name not in known:
            known[name] = _escaped(name)
    opened = f'<testcase classname="{known[where]}" name="{known[verdict.resource]}"'
    called = _CALLED.get(verdict.verdict)
    if not called:
        return f"{opened} />"
    waiver = f" ({verdict.waiver.id}: {verdict.waiver.reason})" if verdict.waiver else ""
    said = _escaped(f"{verdict.verdict.text}: {verdict.message}{waiver}")
    lines = _escaped(", ".join(verdict.lines))
    whole = f'<{called} message="{said}">{lines}</{called}>' if lines else f'<{called} message="{said}" />'
    return f"{opened}>\n      {whole}\n    </testcase>"


def _escaped(text: str) -> str:
    """Return text for an element or an attribute in quotes."""
    return xml(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
