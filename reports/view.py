"""What the page shows, worked out before a template sees it: the templates only lay it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports import facts, lookup
from reports.cards import NOTHING, Since
from reports.conclusion import Conclusion, conclude
from reports.findings import Finding, together
from reports.lookup import EnvironmentCell, TotalsRow
from reports.models import ENGINES, Control, Engine, Outcome, Tier, Verdict
from reports.overview import Overview, overview
from reports.place import tier_name
from reports.record import Record
from reports.remedies import Remedy, remedy
from reports.tally import RANK, Tally

MOST_ROWS = 10
"""Findings of a control in one environment and tier that the page of a large run lists."""


@dataclass(frozen=True, slots=True)
class Row:
    """One resource's verdict with the facts shown; ``more`` counts the facts only ``verdicts.jsonl`` has.

    ``again``: the same was found in an environment or tier before.
    """

    verdict: Verdict
    facts: tuple[facts.FactGroup, ...]
    more: int
    again: bool


@dataclass(frozen=True, slots=True)
class Block:
    """The verdicts of a control in one environment and tier; ``keys`` is what the filter looks at."""

    environment: str
    tier: str
    tally: Tally
    keys: str
    rows: tuple[Row, ...]
    left_out: int
    """Verdicts that the database of a large run has and the page does not."""

    @property
    def opened(self) -> bool:
        """Whether somebody has to look inside."""
        return any(row.verdict.is_finding for row in self.rows)


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
    findings: tuple[tuple[Finding, str, Remedy], ...]
    sections: tuple[Section, ...]
    engines: tuple[EngineView, ...]
    anchors: dict[str, str]

    @property
    def found(self) -> int:
        """How many findings there are, those that are told together one by one."""
        return sum(finding.count for finding, _, _ in self.findings)


def page(record: Record, since: Since = NOTHING) -> Page:
    """Work out the page of a record, beside what came before it."""
    found = lookup.by_control(record.verdicts)
    anchors = _anchors(record.controls)
    most = facts.limit([v for v in record.verdicts if not v.is_finding])
    sections = tuple(
        _section(record, control, anchors, found.get(control.id, []), most) for control in lookup.own_controls(record)
    )
    names = [note.name for note in record.run.environments]
    told = together(record)
    return Page(
        record=record,
        conclusion=conclude(record),
        tally=Tally.of(verdict.verdict for verdict in record.verdicts),
        totals=tuple(lookup.totals(record)),
        overview=overview(record, told, since),
        findings=tuple(
            (item, _keys(names, ((place, item.verdict) for place, _ in item.places)), remedy(item)) for item in told
        ),
        sections=sections,
        engines=tuple(_engine(record, engine, anchors, found) for engine in ENGINES if lookup.rules(record, engine)),
        anchors=anchors,
    )


def _anchors(controls: Iterable[Control]) -> dict[str, str]:
    """Return an id for each control that is safe in a link and unique whatever the control is called."""
    anchors: dict[str, str] = {}
    for number, control in enumerate(controls):
        slug = re.sub(r"[^A-Za-z0-9]+", "-", control.id).strip("-").lower()
        name = f"control-{slug}"
        anchors[control.id] = name if slug and name not in anchors.values() else f"{name}-{number}"
    return anchors


def _section(record: Record, control: Control, anchors: dict[str, str], found: list[Verdict], most: int) -> Section:
    blocks = []
    seen: set[tuple[str, str]] = set()
    places = lookup.by_place(found)
    for note in record.run.environments:
        for tier in record.run.tiers:
            here = places.get((note.name, tier), [])
            if here:
                blocks.append(_block(record, note.name, tier, here, most, seen))
    return _base(record, control, anchors, found, blocks=tuple(blocks))


def _base(
    record: Record,
    control: Control,
    anchors: dict[str, str],
    found: list[Verdict],
    *,
    blocks: tuple[Block, ...] = (),
    lines: tuple[Line, ...] = (),
) -> Section:
    names = [note.name for note in record.run.environments]
    return Section(
        control=control,
        anchor=anchors[control.id],
        cells=tuple(lookup.across(record, found)),
        tally=Tally.of(verdict.verdict for verdict in found),
        keys=_keys(names, ((verdict.environment, verdict.verdict) for verdict in found)),
        blocks=blocks,
        lines=lines,
    )


def _block(
    record: Record, environment: str, tier: Tier, found: Sequence[Verdict], most: int, seen: set[tuple[str, str]]
) -> Block:
    names = [note.name for note in record.run.environments]
    worst_first = sorted(found, key=lambda verdict: RANK[verdict.verdict])
    if record.large:
        worst_first = [verdict for verdict in worst_first if verdict.is_finding][:MOST_ROWS]
    rows = [_row(verdict, most, again=(verdict.resource, verdict.message) in seen) for verdict in worst_first]
    tally = Tally.of(verdict.verdict for verdict in found)
    keys = _keys(names, ((environment, verdict.verdict) for verdict in found))
    seen.update((verdict.resource, verdict.message) for verdict in found)
    return Block(environment, tier_name(record.run, tier), tally, keys, tuple(rows), len(found) - len(rows))


def _row(verdict: Verdict, most: int, *, again: bool) -> Row:
    shown = verdict.evidence[: facts.MOST_OF_A_FINDING if verdict.is_finding else most]
    whole = verdict.is_finding
    return Row(verdict, facts.grouped(shown, verdict.resource, whole=whole), len(verdict.evidence) - len(shown), again)


def _keys(names: Sequence[str], pairs: Iterable[tuple[str, Outcome]]) -> str:
    """Return ``0:pass 2:fail``: the place of each environment among the run's, with a verdict found there."""
    places = {name: index for index, name in enumerate(names)}
    keys = {f"{places.get(name, len(names))}:{outcome}" for name, outcome in pairs}
    return " ".join(sorted(keys))


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
