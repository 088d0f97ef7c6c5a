"""The runs before one that judged the same, each by its last line alone: enough for a line of bars."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from reports.disk import PLAN, VERDICTS, RecordError
from reports.models import Outcome, Summary
from reports.record import Record
from reports.sealing import opened, read
from reports.tally import Tally

MOST: Final = 30
_TAIL: Final = 262_144  # bytes; a summary line has a digest for each inventory and is far shorter


Places = tuple[list[str], list[str]]


@dataclass(frozen=True, slots=True)
class Point:
    """One run: how many verdicts failed, how many were errors, and whether its record is whole."""

    run: str
    failing: int
    errors: int
    complete: bool


def trend(folder: Path, record: Record) -> tuple[Point, ...]:
    """Return at most 30 runs beside a run's folder that came before it, the oldest first, and the run itself.

    What cannot be read is left out: the page of one run says nothing about what is wrong with another.
    """
    here = folder.resolve()
    places = places_of(record)
    found: list[Point] = []
    for path in sorted((one for one in here.parent.iterdir() if one.name < here.name), reverse=True):
        if len(found) == MOST - 1:
            break
        if not path.is_symlink() and places_in(path / PLAN) == places:
            point = _point(path)
            found += [point] if point else []
    now = Tally.of(verdict.verdict for verdict in record.verdicts)
    return (*reversed(found), Point(here.name, now[Outcome.FAIL], now[Outcome.ERROR], record.reconciled.complete))


def places_of(record: Record) -> Places:
    """Return the environments and the tiers that a run judged."""
    return sorted(note.name for note in record.run.environments), sorted(record.run.tiers)


def places_in(path: Path) -> Places | None:
    """Return the same as a plan says it, without reading the rest of its record; None for what is no plan."""
    try:
        run = json.loads(read(path))["run"]
        return sorted(note["name"] for note in run["environments"]), sorted(run["tiers"])
    except (RecordError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _point(folder: Path) -> Point | None:
    try:
        with opened(folder / VERDICTS) as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - _TAIL))
            last = stream.read().rstrip(b"\n").rpartition(b"\n")[2]
        said = Summary.model_validate(json.loads(last)["summary"])
    except (RecordError, ValueError, KeyError, TypeError, ValidationError, RecursionError):
        return None
    return Point(folder.name, said.verdicts.fail, said.verdicts.error, said.complete)
