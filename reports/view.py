"""What the page shows, worked out before a template sees it: the templates only lay it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports import facts, lookup
from reports.blocks import Block, blocks, keys_of, room_of_each
from reports.cards import NOTHING, Since
from reports.conclusion import Conclusion, conclude
from reports.findings import Finding, by_cause, findings
from reports.fitting import Detail, fitting
from reports.lookup import EnvironmentCell, TotalsRow
from reports.models import ENGINES, Control, Engine, Outcome, Verdict
from reports.overview import Overview, overview
from reports.record import Record
from reports.remedies import Remedy, remedy
from reports.tally import RANK, Tally

_ENTRY_BYTES = 1_500
_LONGEST_FACTS = 20_000
"""Characters of what decided one finding; more is shortened on a grouped page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding, or several alike, with the facts that decided and what is to be done; ``keys`` is what filters see."""

    finding: Finding
    facts: tuple[facts.Fact, ...]
    keys: str
    remedy: Remedy

    @property
    def size(self) -> int:
        """About how many bytes it has on the page."""
        told = sum(len(fact.name) + sum(map(len, fact.lines)) for fact in self.facts)
        return _ENTRY_BYTES + min(len(self.finding.message), facts.LONGEST_MESSAGE) + told


@dataclass(frozen=True, slots=True)
class Line:
    """What a rule of an engine says alike of several resources."""

    outcome: Outcome
    message: str | None
    environments: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A control, or a rule of an engine, with everything the page says about it."""

    control: Control
    anchor: str
    cells: tuple[EnvironmentCell, ...]
    tally: Tally
    keys: str
    blocks: tuple[Block, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether nobody has to look inside: what a printed edition leaves out."""
        return all(outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) for outcome, _ in self.tally.worst_first)

    @property
    def text(self) -> str:
        """What a search looks through."""
        control = self.control
        return " ".join((control.id, control.title, *control.satisfies, control.scope)).lower()


@dataclass(frozen=True, slots=True)
class EngineView:
    """An engine with its rules, the worst first."""

    name: Engine
    cells: tuple[EnvironmentCell, ...]
    tally: Tally
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page shows."""

    record: Record
    conclusion: Conclusion
    tally: Tally
    totals: tuple[TotalsRow, ...]
    overview: Overview
    detail: Detail
    findings: tuple[Entry, ...]
    found: int
    """How many findings there are, those that are told together one by one."""
    untold: int
    """How many of them a grouped page has no room for."""
    sections: tuple[Section, ...]
    engines: tuple[EngineView, ...]
    anchors: dict[str, str]


def page(record: Record, detail: Detail, since: Since = NOTHING) -> Page:
    """Work out the page of a record, beside what came before it."""
    found = lookup.by_control(record.verdicts)
    anchors = _anchors(record.controls)
    room = room_of_each(record, detail)
    one_by_one = findings(record)
    told = by_cause(one_by_one) if detail.grouped else one_by_one
    entries = [_entry(record, one, detail) for one in told]
    if detail.grouped:
        entries = entries[: fitting((one.size for one in entries), detail.room)]
    return Page(
        record=record,
        conclusion=conclude(record),
        tally=Tally.of(verdict.verdict for verdict in record.verdicts),
        totals=tuple(lookup.totals(record)),
        overview=overview(record, told, since, by_resource=not detail.grouped),
        detail=detail,
        findings=tuple(entries),
        found=len(one_by_one),
        untold=len(one_by_one) - sum(one.finding.count for one in entries),
        sections=tuple(
            _base(record, control, anchors, own, blocks=blocks(record, own, detail, room))
            for control in lookup.own_controls(record)
            for own in [found.get(control.id, [])]
        ),
        engines=tuple(_engine(record, engine, anchors, found) for engine in ENGINES if lookup.rules(record, engine)),
        anchors=anchors,
    )


def _entry(record: Record, one: Finding, detail: Detail) -> Entry:
    keys = keys_of(record, ((place, one.verdict) for place, _ in one.places))
    decided = tuple(facts.fact(item, one.resource, whole=True) for item in one.decided)
    if detail.grouped and sum(len(line) for fact in decided for line in fact.lines) > _LONGEST_FACTS:
        decided = tuple(facts.fact(item, one.resource, whole=False) for item in one.decided)
    return Entry(one, decided, keys, remedy(one))


def _anchors(controls: Iterable[Control]) -> dict[str, str]:
    """Return an id for each control that is safe in a link and unique whatever the control is called."""
    anchors: dict[str, str] = {}
    for number, control in enumerate(controls):
        slug = re.sub(r"[^A-Za-z0-9]+", "-", control.id).strip("-").lower()
        name = f"control-{slug}"
        anchors[control.id] = name if slug and name not in anchors.values() else f"{name}-{number}"
    return anchors


def _base(
    record: Record,
    control: Control,
    anchors: dict[str, str],
    found: list[Verdict],
    *,
    blocks: tuple[Block, ...] = (),
    lines: tuple[Line, ...] = (),
) -> Section:
    return Section(
        control=control,
        anchor=anchors[control.id],
        cells=tuple(lookup.across(record, found)),
        tally=Tally.of(verdict.verdict for verdict in found),
        keys=keys_of(record, ((verdict.environment, verdict.verdict) for verdict in found)),
        blocks=blocks,
        lines=lines,
    )


def _engine(record: Record, engine: Engine, anchors: dict[str, str], found: dict[str, list[Verdict]]) -> EngineView:
    own = lookup.rules(record, engine)
    together = [verdict for control in own for verdict in found.get(control.id, [])]
    sections = [
        _base(record, control, anchors, here, lines=_lines(here))
        for control in lookup.worst_first(own, found)
        for here in [found.get(control.id, [])]
    ]
    tally = Tally.of(verdict.verdict for verdict in together)
    return EngineView(engine, tuple(lookup.across(record, together)), tally, tuple(sections))


def _lines(found: Sequence[Verdict]) -> tuple[Line, ...]:
    """Tell together what is said alike, then together the environments in which it is said of the same resources."""
    alike: dict[tuple[Outcome, str | None], dict[str, list[str]]] = {}
    for verdict in found:
        message = None if verdict.verdict is Outcome.PASS else verdict.message
        environments = alike.setdefault((verdict.verdict, message), {})
        environments.setdefault(verdict.environment, []).append(verdict.resource)
    lines: dict[tuple[Outcome, str | None, tuple[str, ...]], list[str]] = {}
    for (outcome, message), environments in alike.items():
        for name, resources in environments.items():
            lines.setdefault((outcome, message, tuple(resources)), []).append(name)
    told = [Line(outcome, message, tuple(names), rest) for (outcome, message, rest), names in lines.items()]
    return tuple(sorted(told, key=lambda line: RANK[line.outcome]))
