"""AWS Security Hub's finding format (ASFF 2018-10-08): a line is a whole request to BatchImportFindings.

`aws securityhub batch-import-findings --cli-input-json "$line"` takes each. Source: AWS Security Hub User Guide, "AWS
Security Finding Format", and the service's limits: 100 findings a request, 240 kB a finding.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from infra.outside import terminal as said
from reports.formats.naming import Told, digest_of, told
from reports.models import Outcome
from reports.record import Record

MOST: Final = 100
# What could not be looked at is NOT_AVAILABLE, which Security Hub itself uses for an answer that did not come.
_STATUS: Final = {
    Outcome.PASS: "PASSED", Outcome.FAIL: "FAILED", Outcome.WAIVED: "FAILED", Outcome.ERROR: "NOT_AVAILABLE",
    Outcome.MANUAL: "NOT_AVAILABLE",
}  # fmt: skip
_TYPES: Final = ["Software and Configuration Checks/Industry and Regulatory Standards"]
_TITLE, _DESCRIPTION, _RESOURCE, _REASON = 256, 1024, 512, 2048
_REQUIREMENTS: Final = 32  # as many as Security Hub takes of a finding


def asff(record: Record) -> Iterator[str]:
    """Yield a request a line; what does not apply is no finding."""
    seen: Counter[tuple[str, ...]] = Counter()
    findings = (_finding(record, one, seen) for one in told(record) if one.verdict.verdict in _STATUS)
    while batch := list(islice(findings, MOST)):
        yield f"{json.dumps({'Findings': batch})}\n"


def _finding(record: Record, one: Told, seen: Counter[tuple[str, ...]]) -> dict[str, Any]:
    verdict = one.verdict
    seen[verdict.cell] += 1
    account = said(one.place.account) if one.place else "000000000000"
    region = said(one.place.region) if one.place else "us-east-1"
    at = _instant(verdict.at or record.run.started)
    passed = verdict.verdict is Outcome.PASS
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"touchstone/{digest_of(*verdict.cell, str(seen[verdict.cell]))}",
        "ProductArn": f"arn:aws:securityhub:{region}:{account}:product/{account}/default",
        "ProductName": "Touchstone",
        "GeneratorId": _cut(f"touchstone/{verdict.control}", _RESOURCE),
        "AwsAccountId": account,
        "Region": region,
        "Types": _TYPES,
        "CreatedAt": at,
        "UpdatedAt": at,
        "Severity": {"Label": "INFORMATIONAL" if passed else verdict.severity.upper()},
        "Title": _cut(f"{verdict.control} {one.title}", _TITLE),
        "Description": _cut(verdict.message or one.title, _DESCRIPTION),
        "Resources": [{"Type": "Other", "Id": _cut(verdict.resource, _RESOURCE), "Region": region}],
        "Compliance": _compliance(one),
        "Workflow": {"Status": "SUPPRESSED" if verdict.verdict is Outcome.WAIVED else "RESOLVED" if passed else "NEW"},
        "RecordState": "ACTIVE",
        "ProductFields": _fields(record, one),
    }


def _compliance(one: Told) -> dict[str, Any]:
    compliance: dict[str, Any] = {
        "Status": _STATUS[one.verdict.verdict],
        "SecurityControlId": _cut(one.verdict.control, _TITLE),
    }
    if one.references:
        compliance["RelatedRequirements"] = [said(name) for name in one.references[:_REQUIREMENTS]]
    if one.verdict.verdict is not Outcome.PASS:
        code = one.verdict.verdict.value.upper()
        compliance["StatusReasons"] = [{"ReasonCode": code, "Description": _cut(one.verdict.message or code, _REASON)}]
    return compliance


def _fields(record: Record, one: Told) -> dict[str, str]:
    verdict, note = one.verdict, one.verdict.waiver
    fields = {"touchstone/run": record.run.id, "touchstone/environment": verdict.environment}
    fields |= {"touchstone/tier": verdict.tier, "touchstone/verdict": verdict.verdict.value}
    if verdict.location:
        fields["touchstone/location"] = verdict.location
    if note:
        fields["touchstone/waiver"] = f"{note.id}, owner {note.owner}, until {note.expires}: {note.reason}"
    return {name: _cut(text, _REASON) for name, text in fields.items()}


def _cut(text: str, most: int) -> str:
    shown = said(text) or "(none)"
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
