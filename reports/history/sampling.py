"""A seeded sample of cells, each with its evidence and the command that judges it again: what an auditor asks for."""

from __future__ import annotations

import random
from collections.abc import Sequence

from reports.models import Control, Verdict
from reports.record import Record


def sample(record: Record, size: int, seed: int, *, outcomes: Sequence[str] = ()) -> list[Verdict]:
    """Return cells chosen by a seed alone, in the order of the plan; all of them where there are no more.

    ``outcomes``: only verdicts of these kinds are chosen from.
    """
    chosen_from = [one for one in record.verdicts if not outcomes or one.verdict.value in outcomes]
    ordered = sorted(chosen_from, key=lambda verdict: verdict.cell)
    picked = {one.cell for one in random.Random(seed).sample(ordered, min(size, len(ordered)))}  # noqa: S311  repeatable
    return [one for one in chosen_from if one.cell in picked]


def again(verdict: Verdict, control: Control | None) -> str:
    """Return the command that judges a cell again, with all others of its control in its environment and tier."""
    if control is None:
        return "no command: the plan has no such control"
    return command(control, verdict.environment, verdict.tier)


def command(control: Control, environment: str, tier: str) -> str:
    """Return the command that judges a control, or an engine's rules, in an environment at a tier."""
    if control.engine == "touchstone":
        return f"pytest suites/controls --env {environment} --tier {tier} --control {control.id}"
    return f"pytest suites/static --env {environment} --tier static -k {control.engine.replace('-', '_')}"
