"""Holds the plan against the verdicts: every planned cell gets exactly one, and whatever does not fit is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reports.models import Cell, Control, Outcome, Plan, Summary, Verdict
from reports.tally import Tally, worst

MISSING = "planned, no verdict recorded"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """``verdicts`` are exactly the planned cells; a missing one is an ``error`` among them, never left out.

    ``doubled`` are the further verdicts of cells that have several, so that none of what they say is lost.
    """

    verdicts: tuple[Verdict, ...]
    missing: frozenset[Cell]
    unplanned: tuple[Verdict, ...]
    doubled: tuple[Verdict, ...]
    interrupted: str | None
    trouble: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether the record is whole: closed, not interrupted, and every planned cell has exactly one verdict."""
        return self.interrupted is None and not self.trouble


def reconcile(
    plan: Plan, recorded: tuple[Verdict, ...], summary: Summary | None, torn: str | None, also: tuple[str, ...] = ()
) -> Reconciled:
    """Give every planned cell its verdict and say what is missing, doubled, not planned or added up wrongly.

    ``also``: what else is wrong with the record.
    """
    found: dict[Cell, Verdict | None] = dict.fromkeys(plan.cells())
    several: dict[Cell, list[Verdict]] = {}
    unplanned = []
    for verdict in recorded:
        cell = verdict.cell
        if cell not in found:
            unplanned.append(verdict)
            continue
        first = found[cell]
        if first is None:
            found[cell] = verdict
        else:
            several.setdefault(cell, [first]).append(verdict)
    found |= {cell: _worst(own) for cell, own in several.items()}
    controls = {control.id: control for control in plan.controls}
    trouble = [*also, *_unfit(plan, found, several, unplanned), *_sums(summary, recorded, len(found))]
    return Reconciled(
        verdicts=tuple(one or _never_recorded(cell, controls) for cell, one in found.items()),
        missing=frozenset(cell for cell, one in found.items() if one is None),
        unplanned=tuple(unplanned),
        doubled=tuple(one for one in recorded if several and one.cell in several and one is not found[one.cell]),
        interrupted=_interrupted(summary, torn),
        trouble=tuple(trouble),
    )


def _worst(found: list[Verdict]) -> Verdict:
    bad = worst(verdict.verdict for verdict in found)
    return next(verdict for verdict in found if verdict.verdict is bad)


def _never_recorded(cell: Cell, controls: Mapping[str, Control]) -> Verdict:
    """Return the ``error`` of a cell for which nothing was recorded."""
    control, environment, tier, resource = cell
    return Verdict.model_validate(
        {
            "control": control,
            "environment": environment,
            "tier": tier,
            "resource": resource,
            "verdict": Outcome.ERROR,
            "severity": controls[control].severity,
            "message": MISSING,
            "at": None,
        }
    )


def _unfit(
    plan: Plan,
    found: Mapping[Cell, Verdict | None],
    several: Mapping[Cell, list[Verdict]],
    unplanned: Iterable[Verdict],
) -> Iterator[str]:
    """Yield what does not fit: in the order of the plan, then of the record."""
    twice = Counter(plan.cells()) if sum(len(row.resources) for row in plan.planned) > len(found) else Counter[Cell]()
    for cell, one in found.items():
        if one is None:
            yield f"{name_of(cell)}: {MISSING}"
        yield from [f"{name_of(cell)}: planned twice"] * (twice[cell] - 1)
    for cell, own in several.items():
        yield f"{name_of(cell)}: {len(own)} verdicts, expected one ({_words(own)}); the worst is shown"
    others: dict[Cell, list[Verdict]] = {}
    for verdict in unplanned:
        others.setdefault(verdict.cell, []).append(verdict)
    for cell, own in others.items():
        yield f"{name_of(cell)}: a verdict that was not planned ({_words(own)})"


def _words(found: list[Verdict]) -> str:
    return ", ".join(verdict.verdict.text for verdict in found)


def _sums(summary: Summary | None, recorded: Iterable[Verdict], planned: int) -> Iterator[str]:
    if summary is None:
        return
    tally = Tally.of(verdict.verdict for verdict in recorded)
    said = [("planned", summary.planned, planned), ("recorded", summary.recorded, tally.total)]
    said += [(outcome.text, summary.verdicts.of(outcome), tally[outcome]) for outcome in Outcome]
    for name, claim, count in said:
        if claim != count:
            yield f"the summary line says {claim} {name}, the record holds {count}"


def _interrupted(summary: Summary | None, torn: str | None) -> str | None:
    if summary is None:
        reason = "the record has no summary line: the run broke off"
        return f"{reason} ({torn})" if torn else reason
    if summary.interrupted is not None:
        return f"the run was interrupted: {summary.interrupted}"
    return None if summary.complete else "the run says of itself that it is not complete"


def name_of(cell: Cell) -> str:
    """Return how a cell is called in a line."""
    return " · ".join(cell)
