"""The findings: every verdict somebody has to look at, told once for all environments and tiers that share it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from reports.models import SEVERITIES, Control, Evidence, Hop, Outcome, Severity, Verdict, WaiverNote
from reports.record import Record
from reports.tally import RANK

# What differs from resource to resource: references, ARNs, what is quoted, words with a digit or a slash.
_NAMES: Final = re.compile(r"""\$\{[^}]*\}|arn:[^\s;,]+|'[^']*'|"[^"]*"|[^\s;,()]*[\d/][^\s;,()]*""")


@dataclass(frozen=True, slots=True)
class Finding:
    """One demand not met by one resource; ``control`` is empty where a verdict names one that was never planned.

    ``locations`` are the lines that declare what decided, then those on which that depends; ``decided`` are the facts;
    ``way`` is the way through the network that it is about.
    """

    verdict: Outcome
    severity: Severity
    control_id: str
    control: Control | None
    resource: str
    message: str
    waiver: WaiverNote | None
    places: tuple[tuple[str, str], ...]
    locations: tuple[str, ...]
    decided: tuple[Evidence, ...]
    planned: bool
    way: tuple[Hop, ...] = ()
    alike: tuple[str, ...] = ()
    """Further resources of which the same is told, where findings are told together."""

    @property
    def count(self) -> int:
        """How many findings it stands for."""
        return 1 + len(self.alike)

    @property
    def by_environment(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Where it was seen: each environment once, with its tiers."""
        tiers: dict[str, list[str]] = {}
        for environment, tier in self.places:
            tiers.setdefault(environment, []).append(tier)
        return tuple((environment, tuple(own)) for environment, own in tiers.items())

    @property
    def where(self) -> str:
        """Where it was seen, in words: ``staging static; prod static, mocked``."""
        return "; ".join(f"{environment} {', '.join(tiers)}" for environment, tiers in self.by_environment)


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


def together(record: Record) -> list[Finding]:
    """Return the findings as people are told them: of a large run those of one control and cause are one."""
    found = findings(record)
    return by_cause(found) if record.large else found


def by_cause(found: Iterable[Finding]) -> list[Finding]:
    """Return findings with those of one control and cause as one.

    One cause is what is said in the same words, whatever the names and numbers in it, at the same places.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for one in found:
        waiver = one.waiver.id if one.waiver else None
        key = (one.control_id, one.verdict, one.severity, cause(one.message), waiver, one.planned, one.places)
        groups.setdefault(key, []).append(one)
    return [replace(group[0], alike=tuple(one.resource for one in group[1:])) for group in groups.values()]


def cause(message: str) -> str:
    """Return what a message says without its names and numbers."""
    return _NAMES.sub("…", message)


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
        locations=_locations(group),
        decided=_decided(group),
        planned=planned,
        way=first.way,
    )


def _locations(group: list[Verdict]) -> tuple[str, ...]:
    declared = [verdict.location for verdict in group if verdict.location]
    return tuple(dict.fromkeys((*declared, *(line for verdict in group for line in verdict.decided_by))))


def _decided(group: list[Verdict]) -> tuple[Evidence, ...]:
    """Return the fact on which each verdict rests, once for all that saw the same, unless the message is all it says.

    An engine's fact is its message, and of what could not be read the fact is why.
    """
    first = [verdict.evidence[0] for verdict in group if verdict.evidence]
    told = (group[0].message, group[0].message.replace("could not look: ", "unread: ", 1))
    seen = {(fact.resource, fact.field, repr(fact.value)): fact for fact in first if fact.value not in told}
    return tuple(seen.values())
