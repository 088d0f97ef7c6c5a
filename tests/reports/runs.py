"""Small runs of a day each: one cell that says what a test wants, and another that always passes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.reports import sample as samples
from tests.reports.sample_catalogue import CONTROLS

Row = dict[str, Any]
CELL = ("BAK-01", "prod", "mocked", "Database")
PASS, FAIL, ERROR = "pass", "fail", "error"
CONTROL = next(one for one in CONTROLS if one["id"] == CELL[0])


def verdict(outcome: str, **changed: Any) -> Row:
    messages = {"pass": "as demanded", "error": "could not look: rds:DescribeDBInstances: AccessDenied"}
    row = {
        "control": CELL[0], "environment": CELL[1], "tier": CELL[2], "resource": CELL[3], "verdict": outcome,
        "severity": CONTROL["severity"], "message": messages.get(outcome, "keeps 3 days of backups; 7 are promised"),
        "evidence": [{"resource": "Database", "field": "BackupRetentionPeriod", "value": 7}], "location": None,
        "decided_by": [], "waiver": samples.WAIVER if outcome == "waived" else None, "at": samples.STARTED,
    }  # fmt: skip
    return row | changed


def run(
    folder: Path, outcome: str | None, *, day: int = 22, about: Row | None = None, closed: bool = True, **changed: Any
) -> Path:
    """Write a run that judged two cells; without an outcome the first was not planned."""
    at = datetime(2026, 11, day, 3, tzinfo=UTC).isoformat()
    plan = samples.plan()
    plan["run"] |= {"id": folder.name, "started": at, "commit": "aaaa", "catalogue": {"BAK-01": "1", "ENC-01": "1"}}
    plan["run"] |= about or {}
    plan["controls"] = [one for one in plan["controls"] if one["id"] in {"BAK-01", "ENC-01"}]
    resources = ["Database"] if outcome else []
    names = {"environment": "prod", "tier": "mocked"}
    plan["planned"] = [
        {"control": "ENC-01", **names, "resources": ["Other"]}, {"control": "BAK-01", **names, "resources": resources},
    ]  # fmt: skip
    severity = next(one["severity"] for one in plan["controls"] if one["id"] == "ENC-01")
    other = verdict(PASS, control="ENC-01", resource="Other", severity=severity)
    lines = [other, *([verdict(outcome, **changed)] if outcome else [])]
    for line in lines:
        line["at"] = at
    samples.write(folder, lines, plan_is=plan, closed=False)
    last = samples.summary(lines, len(lines))
    last["summary"] |= {"started": at, "finished": at, "commit": plan["run"]["commit"]}
    return samples.chained(folder, [*lines, samples.seal(folder, last)]) if closed else folder
