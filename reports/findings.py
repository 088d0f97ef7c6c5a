"""The findings: every verdict somebody has to look at, told once for all environments and tiers that share it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.models import SEVERITIES, Control, Outcome, Severity, Verdict, WaiverNote
from reports.record import Record
from reports.tally import RANK


@dataclass(frozen=True, slots=True)
class Finding:
    """One demand not met by one resource; ``control`` is empty where a verdict names one that was never planned."""

    verdict: Outcome
    severity: Severity
    control_id: str
    control: Control | None
    resource: str
    message: str
    waiver: WaiverNote | None
    places: tuple[tuple[str, str], ...]
    locations: tuple[str, ...]
    planned: bool


def findings(record: Record) -> list[Finding]:
    """Return the findings: failures first, then by severity, then in the order of the plan.

    A verdict that was never planned is a finding whatever it says.
    """
    groups: dict[tuple[object, ...], list[Verdict]] = {}
    unplanned = set(map(id, record.reconciled.unplanned))
    judged = (*record.verdicts, *record.reconciled.doubled)
    for verdict in (*(v for v in judged if v.is_finding), *record.reconciled.unplanned):
        waiver = verdict.waiver.id if verdict.waiver else None
        key = (
            verdict.control, verdict.resource, verdict.verdict, verdict.severity, verdict.message, waiver,
            id(verdict) in unplanned,
        )  # fmt: skip
        groups.setdefault(key, []).append(verdict)
    controls = {control.id: control for control in record.controls}
    found = [_finding(group, controls, planned=id(group[0]) not in unplanned) for group in groups.values()]
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    return sorted(found, key=lambda finding: (RANK[finding.verdict], order[finding.severity]))


def _finding(group: list[Verdict], controls: dict[str, Control], *, planned: bool) -> Finding:
    first = group[0]
    return Finding(
        verdict=first.verdict,
        severity=first.severity,
        control_id=first.control,
        control=controls.get(first.control),
        resource=first.resource,
        message=first.message,
        waiver=first.waiver,
        places=tuple(dict.fromkeys((verdict.environment, verdict.tier) for verdict in group)),
        locations=tuple(dict.fromkeys(verdict.location for verdict in group if verdict.location)),
        planned=planned,
    )
