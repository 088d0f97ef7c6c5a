"""Finds the run with which a run is compared: the last one before it that judged the same environments and tiers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reports.disk import PLAN, RecordError
from reports.history.trend import places_in, places_of
from reports.record import Record, load_record


def judged(record: Record) -> frozenset[tuple[str, str]]:
    """Return each environment and tier that a run judged."""
    return frozenset((row.environment, row.tier) for row in record.plan.planned)


def run_before(folder: Path, record: Record, *, facts: int | None = None) -> Record | None:
    """Return the last whole run beside a run's folder that began before it and judged the same, if there is one.

    What lies there and cannot be read is no run to compare with. ``facts``: as `load_record`.
    """
    return next(_earlier(folder, record, facts), None)


def _earlier(folder: Path, record: Record, facts: int | None) -> Iterator[Record]:
    here, places = folder.resolve(), places_of(record)
    beside = (
        path for path in here.parent.iterdir() if path != here and not path.is_symlink() and (path / PLAN).exists()
    )
    # A folder is named after the instant of its run, so the newest before this one comes first.
    for path in sorted((one for one in beside if one.name < here.name), key=lambda one: one.name, reverse=True):
        if places_in(path / PLAN) != places:  # a whole record is long to read, and this one judged something else
            continue
        try:
            found = load_record(path, facts=facts)
        except RecordError:
            continue
        if found.reconciled.complete and found.run.started < record.run.started and judged(found) == judged(record):
            yield found
