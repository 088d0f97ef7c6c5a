"""The index over run folders: an SQLite file that says nothing but what they say, and is made of them at any time."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from reports.bases import made, opened
from reports.conclusion import conclude
from reports.disk import PLAN, RecordError, stamp_of
from reports.models import Cell, Outcome, State
from reports.record import Record, load_record
from reports.tally import Tally

INDEX: Final = "history.sqlite"
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE runs (
    name TEXT PRIMARY KEY, stamp TEXT NOT NULL, entry TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE controls (run TEXT, control TEXT, PRIMARY KEY (run, control)) WITHOUT ROWID;
CREATE TABLE cells (
    id INTEGER PRIMARY KEY, control TEXT, environment TEXT, tier TEXT, resource TEXT,
    UNIQUE (control, environment, tier, resource)
);
CREATE TABLE findings (
    run TEXT, cell INTEGER, verdict TEXT, severity TEXT, message TEXT, PRIMARY KEY (run, cell)
) WITHOUT ROWID;
"""


class Entry(BaseModel):
    """One run. ``unreadable`` says in a line why there is nothing else of it.

    ``places``: each environment and tier that was judged; ``counts``: how many verdicts of each kind;
    ``catalogue``: the digest of each control that there was.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    unreadable: str | None = None
    started: datetime | None = None
    code: str | None = None
    state: State | None = None
    headline: str = ""
    complete: bool = False
    places: tuple[tuple[str, str], ...] = ()
    counts: Mapping[Outcome, int] = Field(default_factory=dict)
    catalogue: Mapping[str, str] = Field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        """The counts of its verdicts."""
        return Tally(self.counts)


@dataclass(frozen=True, slots=True)
class Episode:
    """A finding from the first run that had it to the last one in a row; an error neither opens nor closes one."""

    cell: Cell
    severity: str
    first: str
    last: str
    runs: int


class Index:
    """The index of one folder of runs."""

    def __init__(self, out: Path) -> None:
        if not out.is_dir():
            raise RecordError(f"{out}: expected a folder with run folders")
        self.out = out
        self._base = opened(out / INDEX, _VERSION) or made(out / INDEX, _TABLES, _VERSION)

    def close(self) -> None:
        """Let the file go."""
        self._base.close()

    def refresh(self) -> None:
        """Read what is new or changed, and forget the runs whose folders are gone."""
        known = dict(self._base.execute("SELECT name, stamp FROM runs"))
        there = {path.name: stamp_of(path) for path in sorted(self.out.iterdir()) if _is_run(path)}
        with self._base:
            for name in known.keys() - there.keys():
                self._forget(name)
            for name, stamp in there.items():
                if known.get(name) != stamp:
                    self._forget(name)
                    self._read(name, stamp)

    def entries(self) -> list[Entry]:
        """Return all runs, the oldest first."""
        rows = self._base.execute("SELECT entry FROM runs ORDER BY name")
        return [Entry.model_validate_json(text) for (text,) in rows]

    def episodes(self) -> list[Episode]:
        """Return the failures with the runs in which they began and were last seen, by cell and time."""
        rows = self._base.execute(
            "SELECT c.control, c.environment, c.tier, c.resource, f.severity, f.run"
            " FROM findings f JOIN cells c ON c.id = f.cell WHERE f.verdict = 'fail' ORDER BY c.id, f.run"
        )
        found: list[Episode] = []
        judged = _Judged(self._base, self.entries())
        for *cell, severity, run in rows:
            last = found[-1] if found else None
            if last and last.cell == tuple(cell) and not judged.passed(last.cell, last.last, run):
                found[-1] = replace(last, severity=severity, last=run, runs=last.runs + 1)
            else:
                found.append(Episode((cell[0], cell[1], cell[2], cell[3]), severity, run, run, 1))
        return found

    def _forget(self, name: str) -> None:
        self._base.execute("DELETE FROM runs WHERE name = ?", (name,))
        for table in ("controls", "findings"):
            self._base.execute(f"DELETE FROM {table} WHERE run = ?", (name,))  # noqa: S608  our own two names

    def _read(self, name: str, stamp: str) -> None:
        try:
            record = load_record(self.out / name)
        except RecordError as error:
            self._keep(Entry(name=name, unreadable=str(error)), stamp)
            return
        said = conclude(record)
        entry = Entry(
            name=name,
            started=record.run.started,
            code=record.run.commit,
            state=said.state,
            headline=said.headline,
            complete=record.reconciled.complete,
            places=tuple(sorted({(row.environment, row.tier) for row in record.plan.planned})),
            counts=Tally.of(verdict.verdict for verdict in record.verdicts).counts,
            catalogue=record.run.catalogue,
        )
        self._keep(entry, stamp)
        controls = ((name, one.id) for one in record.controls)
        self._base.executemany("INSERT INTO controls VALUES (?, ?)", controls)
        self._keep_findings(name, record)

    def _keep(self, entry: Entry, stamp: str) -> None:
        self._base.execute("INSERT INTO runs VALUES (?, ?, ?)", (entry.name, stamp, entry.model_dump_json()))

    def _keep_findings(self, name: str, record: Record) -> None:
        found = [verdict for verdict in record.verdicts if verdict.is_finding]
        self._base.executemany(
            "INSERT OR IGNORE INTO cells (control, environment, tier, resource) VALUES (?, ?, ?, ?)",
            (verdict.cell for verdict in found),
        )
        self._base.executemany(
            "INSERT INTO findings SELECT ?, id, ?, ?, ? FROM cells"
            " WHERE control = ? AND environment = ? AND tier = ? AND resource = ?",
            ((name, one.verdict.value, one.severity, one.message, *one.cell) for one in found),
        )


@contextmanager
def refreshed(out: Path) -> Iterator[Index]:
    """Open the index of a folder of runs as they are now.

    Raises:
        RecordError: there is no such folder, or the index cannot be written.
    """
    try:
        index = Index(out)
        index.refresh()
    except (sqlite3.Error, OSError) as error:
        raise RecordError(f"{out / INDEX}: expected a file that can be written: {error}") from error
    try:
        yield index
    finally:
        index.close()


def _is_run(path: Path) -> bool:
    return not path.is_symlink() and path.is_dir() and (path / PLAN).exists()


class _Judged:
    """Which runs judged a cell without a word on it, which is what a pass leaves in the index."""

    def __init__(self, base: sqlite3.Connection, entries: Iterable[Entry]) -> None:
        self._runs: dict[tuple[str, str], list[str]] = {}
        for entry in entries:
            for place in entry.places:
                self._runs.setdefault(place, []).append(entry.name)
        self._controls = set(base.execute("SELECT run, control FROM controls"))
        undecided = (
            "SELECT f.run, c.control, c.environment, c.tier, c.resource FROM findings f JOIN cells c ON c.id = f.cell"
        )
        self._undecided = {(run, tuple(cell)) for run, *cell in base.execute(f"{undecided} WHERE f.verdict != 'fail'")}

    def passed(self, cell: Cell, last: str, run: str) -> bool:
        """Say whether a run between two others judged the cell, and it was no finding."""
        control, environment, tier, _ = cell
        runs = self._runs.get((environment, tier), [])
        between = runs[bisect_right(runs, last) : bisect_left(runs, run)]
        return any((name, control) in self._controls and (name, cell) not in self._undecided for name in between)
