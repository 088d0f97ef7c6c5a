"""Which nights of a period ran, which did not, and which controls changed within it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from reports.history.index import Entry


@dataclass(frozen=True, slots=True)
class Nights:
    """The days (UTC) of a period, both ends in it: with a whole run, with a broken one only, and with none."""

    since: date
    until: date
    ran: tuple[date, ...]
    incomplete: tuple[date, ...]
    missing: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ControlChange:
    """What happened to a control from one run to the next."""

    run: str
    control: str
    what: str


def nights(entries: Sequence[Entry], since: date, until: date, environment: str | None, tier: str | None) -> Nights:
    """Say of each day whether an environment was judged at a tier; either may be any."""
    whole: set[date] = set()
    begun: set[date] = set()
    for entry in entries:
        if entry.started is None or not _judges(entry, environment, tier):
            continue
        (whole if entry.complete else begun).add(entry.started.astimezone(UTC).date())
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    return Nights(
        since,
        until,
        tuple(day for day in days if day in whole),
        tuple(day for day in days if day in begun - whole),
        tuple(day for day in days if day not in whole | begun),
    )


def _judges(entry: Entry, environment: str | None, tier: str | None) -> bool:
    return any(environment in (None, one) and tier in (None, at) for one, at in entry.places)


def within(entries: Sequence[Entry], since: date, until: date) -> list[Entry]:
    """Return the runs of a period, and those that cannot be read and so have no time."""
    return [one for one in entries if one.started is None or since <= one.started.astimezone(UTC).date() <= until]


def period(entries: Sequence[Entry], since: date | None, until: date | None, now: datetime) -> tuple[date, date]:
    """Return the period that was asked for; without ends it is from the first run to today."""
    first = min((one.started for one in entries if one.started), default=now).astimezone(UTC).date()
    return since or min(first, until or first), until or now.astimezone(UTC).date()


def control_changes(entries: Sequence[Entry]) -> Iterator[ControlChange]:
    """Give the controls that are new, gone or altered, run by run; what a run chose does not matter for that."""
    told = [entry for entry in entries if entry.catalogue]
    for before, after in pairwise(told):
        for control in sorted(before.catalogue.keys() | after.catalogue.keys()):
            was, is_ = before.catalogue.get(control), after.catalogue.get(control)
            if was != is_:
                what = "is new" if was is None else "is no more" if is_ is None else "was altered"
                yield ControlChange(after.name, control, what)
