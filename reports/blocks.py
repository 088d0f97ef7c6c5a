"""The verdicts of a control by environment and tier, as the page shows them: findings one by one, then what passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports import facts, lookup
from reports.fitting import Detail, fitting
from reports.models import Outcome, Tier, Verdict
from reports.passing import passing
from reports.place import tier_name
from reports.record import Record
from reports.tally import RANK, Tally

MOST_ROWS = 10
"""Findings of a control in one environment and tier that a grouped page lists."""
_MOST_FACTS = 8
"""Facts of a finding that a grouped page lists at its control."""
_ROW_BYTES = 400
_FACT_BYTES = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One resource's finding with the facts shown; ``more`` counts the facts only ``verdicts.jsonl`` has.

    ``again``: the same was found in an environment or tier before.
    """

    verdict: Verdict
    facts: tuple[facts.FactGroup, ...]
    more: int
    again: bool

    @property
    def size(self) -> int:
        """About how many bytes it has on the page."""
        shown = (fact for group in self.facts for fact in group.facts)
        told = sum(_FACT_BYTES + len(fact.name) + sum(map(len, fact.lines)) for fact in shown)
        return _ROW_BYTES + min(len(self.verdict.message), facts.LONGEST_MESSAGE) + told


@dataclass(frozen=True, slots=True)
class Block:
    """The verdicts of a control in one environment and tier; ``keys`` is what the filter looks at."""

    environment: str
    tier: str
    tally: Tally
    keys: str
    rows: tuple[Row, ...]
    """The findings, the worst first."""
    passing: Markup
    """Everything else."""
    left_out: int
    """Verdicts that a grouped page does not have."""

    @property
    def opened(self) -> bool:
        """Whether somebody has to look inside: there are findings, listed or not."""
        return any(outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE) for outcome, _ in self.tally.parts)


def blocks(record: Record, found: Iterable[Verdict], detail: Detail, room: int) -> tuple[Block, ...]:
    """Return the blocks of a control in the order of the run; ``room``: bytes for the findings of a grouped one."""
    told = []
    seen: set[tuple[str, str]] = set()
    places = lookup.by_place(found)
    for note in record.run.environments:
        for tier in record.run.tiers:
            here = places.get((note.name, tier), [])
            if here:
                told.append(_block(record, note.name, tier, here, detail, room, seen))
    return tuple(told)


def room_of_each(record: Record, detail: Detail) -> int:
    """Return how many bytes the findings of one control have in one environment and tier of a grouped page."""
    return detail.room // max(1, len({one.cell[:3] for one in record.verdicts if one.is_finding}))


def _block(
    record: Record,
    environment: str,
    tier: Tier,
    found: Sequence[Verdict],
    detail: Detail,
    room: int,
    seen: set[tuple[str, str]],
) -> Block:
    worst_first = sorted(found, key=lambda verdict: RANK[verdict.verdict])
    findings = [verdict for verdict in worst_first if verdict.is_finding]
    shown = findings[:MOST_ROWS] if detail.grouped else findings
    rows = [_row(verdict, detail, again=(verdict.resource, verdict.message) in seen) for verdict in shown]
    if detail.grouped:
        rows = rows[: fitting((row.size for row in rows), room)]
    rest = [] if detail.grouped else [verdict for verdict in worst_first if not verdict.is_finding]
    keys = keys_of(record, ((environment, verdict.verdict) for verdict in found))
    seen.update((row.verdict.resource, row.verdict.message) for row in rows)
    return Block(
        environment=environment,
        tier=tier_name(record.run, tier),
        tally=Tally.of(verdict.verdict for verdict in found),
        keys=keys,
        rows=tuple(rows),
        passing=passing(rest, detail.facts),
        left_out=len(found) - len(rows) - len(rest),
    )


def _row(verdict: Verdict, detail: Detail, *, again: bool) -> Row:
    shown = verdict.evidence[: _MOST_FACTS if detail.grouped else facts.MOST_OF_A_FINDING]
    told = facts.grouped(shown, verdict.resource, whole=not detail.grouped)
    return Row(verdict, told, len(verdict.evidence) - len(shown), again)


def keys_of(record: Record, pairs: Iterable[tuple[str, Outcome]]) -> str:
    """Return ``0:pass 2:fail``: the place of each environment among the run's, with a verdict found there."""
    places = {note.name: index for index, note in enumerate(record.run.environments)}
    keys = {f"{places.get(name, len(places))}:{outcome}" for name, outcome in pairs}
    return " ".join(sorted(keys))
