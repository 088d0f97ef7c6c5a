"""What a record says of itself in two places, and not alike: found without any key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from reports.models import EXIT_CODES, Outcome, Plan, Summary, Verdict, state_of
from reports.reconcile import name_of
from reports.sealing import INVENTORY, inventories, opened

_MOST = 5
"""Lines of one kind; of more it is said how many there are."""
_HEAD = ("environment", "tier", "account", "region")
_HEAD_BYTES = 4096
"""More than the first lines of an inventory have."""


def contradictions(plan: Plan, summary: Summary | None, recorded: Sequence[Verdict]) -> Iterator[str]:
    """Yield a line for each thing that plan, verdicts and summary say differently."""
    yield from _few("severities", _severities(plan, recorded))
    yield from _few("waivers", _waivers(plan, recorded))
    if summary is None:
        return
    if summary.started != plan.run.started:
        yield f"the summary line is of a run begun at {summary.started}, the plan of one begun at {plan.run.started}"
    if summary.commit != plan.run.commit:
        yield f"the summary line is of commit {summary.commit}, the plan of {plan.run.commit}"
    if summary.finished < summary.started:
        yield f"the summary line says that the run ended at {summary.finished}, before it began"
    yield from _few("moments", _moments(summary, recorded))
    if plan.run.replays is None:
        yield from _few("moments", _readings(summary, recorded))
    outcomes = [verdict.verdict for verdict in recorded]
    state = state_of(outcomes, complete=summary.complete, otherwise_failing=summary.otherwise_failing)
    if summary.exit_code != EXIT_CODES[state]:
        yield f"the summary line says exit code {summary.exit_code}, its verdicts {EXIT_CODES[state]}"


def misplaced(folder: Path, plan: Plan) -> Iterator[str]:
    """Yield a line for each inventory of a run folder that says to be another place's than its name, or the plan, says.

    Raises:
        RecordError: one cannot be read.
    """
    notes = {note.name: note for note in plan.run.environments}
    for path in inventories(folder):
        name, _, tier = path.stem.rpartition("-")
        if name not in notes:
            yield f"{INVENTORY}/{path.name}: the plan has no environment {name!r}"
            continue
        wanted = (name, tier, notes[name].account, notes[name].region)
        for key, here, said in zip(_HEAD, _head(path), wanted, strict=True):
            if here != said:
                yield f"{INVENTORY}/{path.name}: {key}: expected {said}, found {here}"


def _head(path: Path) -> tuple[str | None, ...]:
    """Return what the first lines of an inventory say: whose facts they are."""
    with opened(path) as stream:
        lines = stream.read(_HEAD_BYTES).split(b"\n")[: len(_HEAD) + 1]
    try:
        said = json.loads(b"".join(lines).rstrip(b",}") + b"}")
        return tuple(said[key] for key in _HEAD)
    except (ValueError, KeyError, TypeError):
        return tuple(None for _ in _HEAD)


def _severities(plan: Plan, recorded: Iterable[Verdict]) -> Iterator[str]:
    known = {control.id: control.severity for control in plan.controls}
    for verdict in recorded:
        if verdict.control in known and verdict.severity != known[verdict.control]:
            yield f"{name_of(verdict.cell)}: severity {verdict.severity}, the plan says {known[verdict.control]}"


def _waivers(plan: Plan, recorded: Iterable[Verdict]) -> Iterator[str]:
    used = set()
    for verdict in recorded:
        if verdict.verdict is Outcome.WAIVED and verdict.waiver is None:
            yield f"{name_of(verdict.cell)}: waived, and no waiver says so"
        if verdict.waiver is None:
            continue
        used.add(verdict.waiver.id)
        if verdict.verdict is Outcome.WAIVED and verdict.waiver.expires < plan.run.started.date().isoformat():
            yield f"{name_of(verdict.cell)}: waiver {verdict.waiver.id} had expired on {verdict.waiver.expires}"
    if len(used) > plan.run.waivers:
        yield f"{len(used)} waivers are used ({', '.join(sorted(used))}), {plan.run.waivers} were in force"


def _moments(summary: Summary, recorded: Iterable[Verdict]) -> Iterator[str]:
    for verdict in recorded:
        if not _is_during(summary, verdict.at):
            yield f"{name_of(verdict.cell)}: of {verdict.at}, which is not during the run"


def _readings(summary: Summary, recorded: Iterable[Verdict]) -> Iterator[str]:
    for verdict in recorded:
        for fact in verdict.evidence:
            if not _is_during(summary, fact.read_at):
                name = f"{name_of(verdict.cell)}: {fact.resource} {fact.field}"
                yield f"{name}: read at {fact.read_at}, which is not during the run"


def _is_during(summary: Summary, moment: datetime | None) -> bool:
    return moment is None or summary.started <= moment <= summary.finished


def _few(what: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST} {what} more that contradict the plan"
