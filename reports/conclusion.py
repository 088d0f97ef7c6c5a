"""The conclusion of a run in words, and why it could not be concluded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.models import EXIT_CODES, Outcome, State, state_of
from reports.place import cloud
from reports.record import Record
from reports.tally import Tally
from reports.words import counted, listed, number


@dataclass(frozen=True, slots=True)
class Conclusion:
    """``headline`` is the verdict on the run, ``sentence`` its counts, ``scope`` what it is about.

    ``incomplete`` says why the record is not whole; it is shown loudly everywhere and empty for a complete run.
    ``remarks`` are what the run said of itself beside its counts.
    """

    state: State
    headline: str
    sentence: str
    scope: str
    incomplete: tuple[str, ...]
    remarks: tuple[str, ...]


def conclude(record: Record) -> Conclusion:
    """Say what the run shows: no more than it shows."""
    tally = Tally.of(verdict.verdict for verdict in record.verdicts)
    remarks = _remarks(record)
    state, headline = _headline(record, tally, remarks)
    return Conclusion(state, headline, sentence(record, tally), _scope(record), _incomplete(record), remarks)


def sentence(record: Record, tally: Tally) -> str:
    """Return how many verdicts were planned and recorded, and how they add up."""
    missing = len(record.reconciled.missing)
    parts = listed([f"{number(count)} {outcome.text}" for outcome, count in tally.parts]) or "none"
    planned = counted(tally.total, "planned verdict")
    if not missing:
        if not tally.total:
            return "Nothing was planned, so nothing was recorded."
        rest = " The record does not fit its plan." if record.reconciled.trouble else ""
        return f"All {planned} were recorded: {parts}.{rest}"
    recorded = tally.total - missing
    return f"{number(recorded)} of {planned} were recorded; {number(missing)} missing, counted as error: {parts}."


def _headline(record: Record, tally: Tally, remarks: tuple[str, ...]) -> tuple[State, str]:
    summary = record.summary
    shown = [verdict.verdict for verdict in (*record.verdicts, *record.reconciled.unplanned)]
    otherwise = summary.otherwise_failing if summary else 0
    state = state_of(shown, complete=record.reconciled.complete, otherwise_failing=otherwise)
    if state == "fails":
        rest = "" if record.reconciled.complete else ", and the record is incomplete"
        return state, f"Does not conform: {_failing(record, shown.count(Outcome.FAIL))}{rest}."
    if state == "cannot":
        return state, f"Cannot conclude: {_doubt(record, tally)}."
    if summary and summary.exit_code != EXIT_CODES[state]:
        why = f": {remarks[0]}" if remarks else " for a reason that no verdict shows"
        return "cannot", f"Cannot conclude: the run ended with exit code {summary.exit_code}{why}."
    return state, _conforms(tally)


def _failing(record: Record, failed: int) -> str:
    if failed or record.summary is None:
        return counted(failed, "verdict fails", "verdicts fail")
    stale = len(record.summary.stale_waivers)
    if stale:
        return f"{counted(stale, 'waiver is', 'waivers are')} no longer needed"
    return f"{counted(record.summary.other_failures, 'test')} beside the controls failed"


def _doubt(record: Record, tally: Tally) -> str:
    if not record.reconciled.complete:
        return "the record is incomplete"
    if tally[Outcome.ERROR]:
        return f"{counted(tally[Outcome.ERROR], 'verdict is an error', 'verdicts are errors')}"
    return "nothing was seen to pass"


def _conforms(tally: Tally) -> str:
    open_ones = []
    if tally[Outcome.WAIVED]:
        open_ones.append(counted(tally[Outcome.WAIVED], "waived failure"))
    if tally[Outcome.MANUAL]:
        open_ones.append(f"{counted(tally[Outcome.MANUAL], 'verdict')} left to a person")
    if open_ones:
        return f"Conforms, with {listed(open_ones)}."
    return "Conforms: everything that applies passes."


def _scope(record: Record) -> str:
    kind = cloud(record.run)
    if kind == "aws":
        return "It speaks of the accounts and regions named above, at the time of the run."
    if kind == "unknown":
        return "It speaks of whatever answered at the endpoint named above; whether that is AWS is not known."
    if kind == "none":
        return "It speaks of the templates. What runs in AWS was not looked at."
    return "It speaks of the templates and of their deployment to a mock cloud. What runs in AWS was not looked at."


def _incomplete(record: Record) -> tuple[str, ...]:
    reconciled = record.reconciled
    return (*([reconciled.interrupted] if reconciled.interrupted else []), *reconciled.trouble)


def _remarks(record: Record) -> tuple[str, ...]:
    """Return the lines that the run added to its summary, such as waivers that matched nothing."""
    if record.summary is None:
        return ()
    extra: dict[str, Any] = record.summary.model_extra or {}
    lines = list(record.summary.stale_waivers)
    if record.summary.other_failures:
        lines.append(f"other failures: {record.summary.other_failures}")
    for name, said in extra.items():
        words = name.replace("_", " ")
        items = said if isinstance(said, list) else [said]
        lines += [f"{words}: {item}" for item in items if item not in (None, "", {})]
    return tuple(lines)
