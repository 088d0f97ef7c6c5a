"""Holds the plan against the verdicts: every planned cell gets exactly one, and whatever does not fit is named."""

from __future__ import annotations

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
    by_cell: dict[Cell, list[Verdict]] = {}
    for verdict in recorded:
        by_cell.setdefault(verdict.cell, []).append(verdict)
    controls = {control.id: control for control in plan.controls}
    planned = list(plan.cells())
    cells = dict.fromkeys(planned)
    missing = frozenset(cell for cell in cells if cell not in by_cell)
    shown = tuple(_verdict(cell, by_cell, controls) for cell in cells)
    chosen = set(map(id, shown))
    trouble = [*also, *_unfit(planned, by_cell), *_sums(summary, recorded, len(cells))]
    return Reconciled(
        verdicts=shown,
        missing=missing,
        unplanned=tuple(verdict for verdict in recorded if verdict.cell not in cells),
        doubled=tuple(verdict for verdict in recorded if verdict.cell in cells and id(verdict) not in chosen),
        interrupted=_interrupted(summary, torn),
        trouble=tuple(trouble),
    )


def _verdict(cell: Cell, recorded: Mapping[Cell, list[Verdict]], controls: Mapping[str, Control]) -> Verdict:
    """Return the cell's verdict: the worst where several were recorded, an ``error`` where none was."""
    found = recorded.get(cell)
    if found:
        bad = worst(verdict.verdict for verdict in found)
        return next(verdict for verdict in found if verdict.verdict is bad)
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


def _unfit(planned: list[Cell], recorded: Mapping[Cell, list[Verdict]]) -> Iterator[str]:
    seen: set[Cell] = set()
    for cell in planned:
        if cell in seen:
            yield f"{name_of(cell)}: planned twice"
        elif cell not in recorded:
            yield f"{name_of(cell)}: {MISSING}"
        seen.add(cell)
    for cell, found in recorded.items():
        words = ", ".join(verdict.verdict.text for verdict in found)
        if cell not in seen:
            yield f"{name_of(cell)}: a verdict that was not planned ({words})"
        elif len(found) > 1:
            yield f"{name_of(cell)}: {len(found)} verdicts, expected one ({words}); the worst is shown"


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
