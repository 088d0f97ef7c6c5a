"""The verdicts of a record by control and environment, as the tables of every report show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.models import Control, Engine, Outcome, Tier, Verdict
from reports.record import Record
from reports.tally import RANK, Tally


@dataclass(frozen=True, slots=True)
class EnvironmentCell:
    """The verdicts of something in one environment, all tiers together; ``index`` is the environment's place."""

    index: int
    environment: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """The counts of one environment and tier; ``planned`` always is the sum of the tally."""

    index: int
    environment: str
    tier: Tier
    recorded: int
    tally: Tally


def own_controls(record: Record) -> list[Control]:
    """Return our own controls in the order of the plan."""
    return [control for control in record.controls if control.engine == "touchstone"]


def rules(record: Record, engine: Engine) -> list[Control]:
    """Return the rules of an engine in the order of the plan."""
    return [control for control in record.controls if control.engine == engine]


def by_control(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Return the verdicts of each control."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.control, []).append(verdict)
    return found


def across(record: Record, verdicts: Sequence[Verdict]) -> list[EnvironmentCell]:
    """Return one cell for every environment of the run; an empty tally says that nothing was planned there."""
    counts: dict[str, Counter[Outcome]] = {}
    for verdict in verdicts:
        counts.setdefault(verdict.environment, Counter())[verdict.verdict] += 1
    return [
        EnvironmentCell(index, note.name, Tally(counts.get(note.name, {})))
        for index, note in enumerate(record.run.environments)
    ]


def by_place(verdicts: Iterable[Verdict]) -> dict[tuple[str, Tier], list[Verdict]]:
    """Return the verdicts of each environment and tier."""
    found: dict[tuple[str, Tier], list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault((verdict.environment, verdict.tier), []).append(verdict)
    return found


def totals(record: Record) -> list[TotalsRow]:
    """Return the counts of every environment and tier of the run."""
    missing = record.reconciled.missing
    found = by_place(record.verdicts)
    rows = []
    for index, note in enumerate(record.run.environments):
        for tier in record.run.tiers:
            here = found.get((note.name, tier), [])
            recorded = sum(v.cell not in missing for v in here) if missing else len(here)
            rows.append(TotalsRow(index, note.name, tier, recorded, Tally.of(v.verdict for v in here)))
    return rows


def worst_first(controls: Iterable[Control], found: dict[str, list[Verdict]]) -> list[Control]:
    """Return the controls with the worst verdicts first, otherwise in the given order."""

    def rank(control: Control) -> int:
        bad = Tally.of(v.verdict for v in found.get(control.id, [])).worst
        return RANK[bad or Outcome.NOT_APPLICABLE]

    return sorted(controls, key=rank)
