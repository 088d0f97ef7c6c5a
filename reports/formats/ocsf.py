"""OCSF 1.8.0 compliance findings (class 2003) for a SIEM: one event a verdict that applies, in an array."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from infra.outside import terminal as said
from reports.formats.naming import Told, digest_of, told
from reports.models import Outcome, Severity
from reports.record import Record

VERSION: Final = "1.8.0"
_SEVERITIES: Final[dict[Severity, tuple[int, str]]] = {
    "low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High"), "critical": (5, "Critical"),
}  # fmt: skip
# compliance.status_id. What could not be looked at is OCSF's Warning: no result for want of information, never Pass.
_STATUS: Final = {
    Outcome.PASS: (1, "Pass"), Outcome.ERROR: (2, "Warning"), Outcome.FAIL: (3, "Fail"), Outcome.WAIVED: (3, "Fail"),
    Outcome.MANUAL: (0, "Unknown"), Outcome.NOT_APPLICABLE: (99, "Other"),
}  # fmt: skip
_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")


def ocsf(record: Record) -> Iterator[str]:
    """Yield the array of the events, one after the other; what does not apply is among them as `Other`."""
    seen: Counter[tuple[str, ...]] = Counter()
    before = "["
    for one in told(record):
        text = json.dumps(_event(record, one, seen), indent=1).replace("\n", "\n ")
        yield f"{before}\n {text}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _event(record: Record, one: Told, seen: Counter[tuple[str, ...]]) -> dict[str, Any]:
    verdict = one.verdict
    at = int((verdict.at or record.run.started).timestamp() * 1000)
    severity_id, severity = _SEVERITIES[verdict.severity]
    status_id, status = _SUPPRESSED if verdict.verdict is Outcome.WAIVED else _NEW
    event = {
        "activity_id": 1, "activity_name": "Create", "category_uid": 2, "category_name": "Findings",
        "class_uid": 2003, "class_name": "Compliance Finding", "type_uid": 200301,
        "type_name": "Compliance Finding: Create",
        "time": at,
        "severity_id": severity_id, "severity": severity,
        "status_id": status_id, "status": status,
        "message": said(verdict.message),
        "metadata": _metadata(record),
        "finding_info": _info(one, seen),
        "compliance": _compliance(one),
        "resources": [_resource(one)],
        "cloud": _cloud(one),
        "unmapped": {"verdict": verdict.verdict.value, "tier": verdict.tier, "environment": said(verdict.environment)},
    }  # fmt: skip
    if verdict.evidence:
        first = verdict.evidence[0]
        fact = {"field": said(first.field), "value": said(json.dumps(first.value)), "source": said(first.source or "")}
        event["evidences"] = [{"name": said(first.resource), "data": fact}]
    return event


def _metadata(record: Record) -> dict[str, Any]:
    product = {"name": "Touchstone", "vendor_name": "Touchstone"}
    return {"version": VERSION, "product": product, "profiles": ["cloud"], "correlation_uid": said(record.run.id)}


def _info(one: Told, seen: Counter[tuple[str, ...]]) -> dict[str, Any]:
    """Name the finding so that it has the same uid in every run; a cell that was judged twice has two."""
    cell = one.verdict.cell
    seen[cell] += 1
    info: dict[str, Any] = {"uid": digest_of(*cell, str(seen[cell])), "title": said(one.title)}
    if one.control:
        info["desc"] = said(one.control.rationale)
    return info


def _compliance(one: Told) -> dict[str, Any]:
    status_id, status = _STATUS[one.verdict.verdict]
    note = one.verdict.waiver
    compliance: dict[str, Any] = {
        "control": said(one.verdict.control),
        "requirements": [said(reference) for reference in one.references],
        "standards": list(dict.fromkeys(said(name.partition(":")[0]) for name in one.references)),
        "status_id": status_id,
        "status": status,
        "status_detail": said(one.verdict.message),
    }
    if note:
        compliance["status_code"] = said(f"waived by {note.id} until {note.expires}")
    return compliance


def _resource(one: Told) -> dict[str, Any]:
    resource = {"uid": said(one.verdict.resource), "name": said(one.verdict.resource)}
    scope = one.control.scope if one.control else ""
    return {**resource, "type": said(scope)} if scope else resource


def _cloud(one: Told) -> dict[str, Any]:
    if one.place is None:
        return {"provider": "AWS"}
    return {"provider": "AWS", "region": said(one.place.region), "account": {"uid": said(one.place.account)}}
