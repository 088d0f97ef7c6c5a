"""What the page says before anybody looks at one control: cards, frameworks, counts, limits, permissions, resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.cards import Card, Since, cards
from reports.findings import Finding
from reports.history.trend import Point
from reports.models import Outcome, Verdict, WaiverNote
from reports.population import Population, populations
from reports.record import Record
from reports.requirements import STATUSES, Requirement, Status, requirements

MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework with the requirements that controls answer, and those that it names and no control answers."""

    name: str
    requirements: tuple[Requirement, ...]

    @property
    def counts(self) -> tuple[tuple[Status, int], ...]:
        """How many requirements are met, not met and so on; they add up to all that are listed."""
        found = Counter(one.status for one in self.requirements)
        return tuple((status, found[status]) for status in STATUSES)

    @property
    def share(self) -> tuple[int, int]:
        """How many requirements are met, of how many that are listed."""
        return sum(one.status == "met" for one in self.requirements), len(self.requirements)


@dataclass(frozen=True, slots=True)
class Limit:
    """A reason for which verdicts are errors, in its own words, with how many there are and what they are about."""

    reason: str
    count: int
    controls: tuple[str, ...]
    where: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """A waiver that was used, and how many verdicts it covers."""

    note: WaiverNote
    controls: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A resource with findings: each with its place among the page's findings."""

    name: str
    findings: tuple[tuple[int, Finding], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it; ``before`` names the run that this one is compared with."""

    cards: tuple[Card, ...]
    before: str | None
    points: tuple[Point, ...]
    frameworks: tuple[Framework, ...]
    population: tuple[Population, ...]
    limits: tuple[Limit, ...]
    permissions: tuple[Permission, ...]
    resources: tuple[ResourceRow, ...]

    @property
    def differing(self) -> tuple[Population, ...]:
        """The types of which the counters do not agree, or of which something was waived or unreadable."""
        return tuple(one for one in self.population if one.differences or one.waived or one.unreadable)


def overview(record: Record, found: Sequence[Finding], since: Since, *, by_resource: bool = True) -> Overview:
    """Work out the overview of a record; ``by_resource``: also by what findings that are told one by one are about."""
    return Overview(
        cards=cards(record, found, since),
        before=since.before.run.id if since.before else None,
        points=since.points,
        frameworks=tuple(_frameworks(record)),
        population=tuple(populations(record)),
        limits=tuple(_limits(record)),
        permissions=tuple(_permissions(record)),
        resources=tuple(_resources(found)) if by_resource else (),
    )


def _frameworks(record: Record) -> Iterator[Framework]:
    groups: dict[str, list[Requirement]] = {}
    for one in requirements(record):
        groups.setdefault(one.note.framework, []).append(one)
    for name, own in groups.items():
        yield Framework(name, tuple(own))


def _limits(record: Record) -> Iterator[Limit]:
    groups: dict[str, list[Verdict]] = {}
    for verdict in record.verdicts:
        if verdict.verdict is Outcome.ERROR:
            groups.setdefault(verdict.message, []).append(verdict)
    for reason, own in sorted(groups.items(), key=lambda group: -len(group[1])):
        yield Limit(
            reason=reason,
            count=len(own),
            controls=tuple(dict.fromkeys(one.control for one in own)),
            where=tuple(dict.fromkeys(f"{one.environment} {one.tier}" for one in own)),
            resources=tuple(dict.fromkeys(one.resource for one in own)),
        )


def _permissions(record: Record) -> Iterator[Permission]:
    groups: dict[str, list[Verdict]] = {}
    for verdict in record.verdicts:
        if verdict.waiver:
            groups.setdefault(verdict.waiver.id, []).append(verdict)
    for own in groups.values():
        if own[0].waiver:
            yield Permission(own[0].waiver, tuple(dict.fromkeys(one.control for one in own)), len(own))


def _resources(found: Sequence[Finding]) -> Iterator[ResourceRow]:
    groups: dict[str, list[tuple[int, Finding]]] = {}
    for place, finding in enumerate(found, start=1):
        groups.setdefault(finding.resource, []).append((place, finding))
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    yield from (ResourceRow(name, tuple(own)) for name, own in ordered)
