"""What ``history``, ``diff`` and ``sample`` print: text from outside is shown and never obeyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from infra.outside import terminal as shown
from reports.conclusion import conclude
from reports.facts import fact
from reports.history.changes import KINDS, Change, changes
from reports.history.index import Entry, Episode, refreshed
from reports.history.nights import Nights, control_changes, nights, period, within
from reports.history.sampling import again, sample
from reports.models import Outcome, Tier
from reports.record import Record, load_record
from reports.words import counted, instant, number

_MOST_DAYS = 31
_MARKS = {"new": "+", "changed": "~", "gone": "?", "fixed": "-", "still": "=", "appeared": "*"}
_KINDS = {
    "new": "new findings",
    "changed": "findings of another kind than before",
    "gone": "findings whose cells are judged no more, which is no repair",
    "fixed": "findings that are no more",
    "still": "findings that were there before",
    "appeared": "findings of cells that were not judged before",
}


def history(
    out: Path, *, since: date | None, until: date | None, environment: str | None, tier: Tier | None, now: datetime
) -> Iterator[str]:
    """Give the runs of a period, its nights, what became of the controls, and how long failures have lasted."""
    with refreshed(out) as index:
        every = index.entries()
        first, last = period(every, since, until, now)
        entries = within(every, first, last)
        yield from map(_run, entries)
        yield from _nights(nights(entries, first, last, environment, tier), environment, tier)
        altered = list(control_changes(entries))
        yield f"Controls that changed: {number(len(altered)) if altered else 'none'}"
        yield from (f"  {shown(one.control)} {one.what} in {shown(one.run)}" for one in altered)
        named = {entry.name for entry in entries}
        yield from _episodes([one for one in index.episodes() if one.last in named])


def _run(entry: Entry) -> str:
    if entry.started is None:
        return f"{shown(entry.name)}  cannot be read: {shown(entry.unreadable or '')}"
    places: dict[str, list[str]] = {}
    for environment, tier in entry.places:
        places.setdefault(environment, []).append(tier)
    judged = "; ".join(f"{environment} {', '.join(tiers)}" for environment, tiers in places.items())
    counts = ", ".join(f"{number(count)} {outcome.text}" for outcome, count in entry.tally.parts)
    code = f" at {entry.code[:12]}" if entry.code else ""
    return f"{shown(entry.name)}  {shown(entry.headline)} {counts} ({shown(judged)}{shown(code)})"


def _nights(found: Nights, environment: str | None, tier: str | None) -> Iterator[str]:
    what = " ".join(filter(None, (environment, tier and f"at {tier}"))) or "anything"
    days = (found.until - found.since).days + 1
    yield (
        f"Nights from {found.since} to {found.until} (UTC) in which {shown(what)} was judged: "
        f"{number(len(found.ran))} of {number(max(days, 0))}"
    )
    for word, which in (("not whole", found.incomplete), ("missing", found.missing)):
        if which:
            rest = len(which) - _MOST_DAYS
            more = f" and {number(rest)} more" if rest > 0 else ""
            yield f"  {word}: {', '.join(map(str, which[:_MOST_DAYS]))}{more}"


def _episodes(found: Sequence[Episode]) -> Iterator[str]:
    yield f"Failures: {number(len(found)) if found else 'none'}"
    for one in found:
        yield (
            f"  {one.severity} {shown(' '.join(one.cell))}: from {shown(one.first)} to {shown(one.last)}, "
            f"in {counted(one.runs, 'run')}"
        )


def diff(before: Path, after: Path) -> Iterator[str]:
    """Give what changed from one run to another, the new findings first, each with its causes."""
    then, now = load_record(before), load_record(after)
    found = changes(then, now)
    yield f"{_about(then)}\n→ {_about(now)}"
    for one in (then, now):
        yield from _lacks(one)
    counts = Counter(one.kind for one in found)
    for kind in KINDS:
        yield f"{_MARKS[kind]} {number(counts[kind])} {_KINDS[kind]}"
    yield from map(_change, found)


def _about(record: Record) -> str:
    return shown(f"{record.run.id} ({instant(record.run.started)}, commit {record.run.commit or 'unknown'})")


def _lacks(record: Record) -> Iterator[str]:
    """Give why nothing may be concluded from what the record does not have."""
    for reason in conclude(record).incomplete:
        yield f"  {shown(f'{record.run.id} is incomplete: {reason}')}"


def _change(one: Change) -> str:
    said = one.shown
    was = f"{one.before.verdict.text} → " if one.before and one.after and one.kind != "still" else ""
    why = f" because {'; and '.join(one.causes)}" if one.causes else ""
    lines = f" [{', '.join(said.lines)}]" if said.lines else ""
    text = f"{' '.join(one.cell)}: {was}{said.verdict.text} ({said.severity}): {said.message}{lines}{why}"
    return f"{_MARKS[one.kind]} {shown(text)}"


def sampled(folder: Path, size: int, seed: int, outcomes: Sequence[str]) -> Iterator[str]:
    """Give a sample of a run's cells: the verdict, what it rests on, and the command that judges it again."""
    record = load_record(folder)
    controls = {control.id: control for control in record.controls}
    chosen = sample(record, size, seed, outcomes=outcomes)
    population = sum(not outcomes or one.verdict.value in outcomes for one in record.verdicts)
    yield f"{number(len(chosen))} of {number(population)} cells of {_about(record)}, chosen by seed {seed}"
    yield from _lacks(record)
    for place, one in enumerate(chosen, start=1):
        cell = " ".join(one.cell)
        yield f"{place}. {shown(f'{cell}: {one.verdict.text}: {one.message}')}"
        for item in one.evidence:
            told = fact(item, one.resource, whole=False)
            source = f" from {item.source}" if item.source else ""
            at = f" at {item.read_at.astimezone(UTC).isoformat()}" if item.read_at else ""
            yield f"   {shown(f'{told.name} = {told.lines[0]}{source}{at}')}"
        yield f"   $ {shown(again(one, controls.get(one.control)))}"


def printed(lines: Iterable[str]) -> str:
    """Return the lines as they are written."""
    return "".join(f"{line}\n" for line in lines)


OUTCOMES = tuple(outcome.value for outcome in Outcome)
