"""The verdicts of a run as an SQLite file beside its record, which can be asked; made of the record at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reports.bases import made, opened
from reports.conclusion import conclude
from reports.disk import RecordError, part_of, stamp_of
from reports.models import Plan, Verdict
from reports.reconcile import name_of
from reports.record import Record, Seen, is_large, load_record

DATABASE: Final = "verdicts.sqlite"
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE verdicts (
    control TEXT, environment TEXT, tier TEXT, resource TEXT, verdict TEXT, severity TEXT, message TEXT, said TEXT
);
CREATE TABLE stamps (stamp TEXT);
CREATE TABLE reasons (reason TEXT);
"""
_INDEXES: Final = """
CREATE INDEX by_control ON verdicts (control, environment);
CREATE INDEX by_resource ON verdicts (resource);
"""
_INSERT: Final = "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which verdicts are wanted; what is empty asks for any."""

    control: str | None = None
    environment: str | None = None
    resource: str | None = None
    verdict: Sequence[str] = ()

    def clause(self) -> tuple[str, list[str]]:
        """Return the condition, and the values in it."""
        wanted: Mapping[str, Sequence[str]] = {
            "control": [self.control] if self.control else [],
            "environment": [self.environment] if self.environment else [],
            "resource": [self.resource] if self.resource else [],
            "verdict": self.verdict,
        }
        parts = [f"{name} IN ({', '.join('?' * len(values))})" for name, values in wanted.items() if values]
        return " AND ".join(parts) or "TRUE", [one for values in wanted.values() for one in values]


def ask(folder: Path, asked: Asked) -> Iterator[str]:
    """Yield the verdicts that are wanted, in the order of the record, as JSON.

    The database is made where there is none, or where it is of another record.

    Raises:
        RecordError: the record cannot be read, or the database not be written.
    """
    clause, values = asked.clause()
    with closing(_opened(folder)) as base:
        rows = base.execute(f"SELECT said FROM verdicts WHERE {clause} ORDER BY rowid", values)  # noqa: S608  our names
        yield from (said for (said,) in rows)


def reasons(folder: Path) -> list[str]:
    """Return why nothing may be concluded from what the record does not have; raises RecordError as `ask`."""
    with closing(_opened(folder)) as base:
        return [reason for (reason,) in base.execute("SELECT reason FROM reasons ORDER BY rowid")]


def _opened(folder: Path) -> sqlite3.Connection:
    path = folder / DATABASE
    try:
        base = opened(path, _VERSION)
        if base is None or not _is_of(base, folder):
            load_and_write(folder, facts=0, always=True)
            base = sqlite3.connect(path)
    except sqlite3.Error as error:
        raise RecordError(f"{path}: expected a database of the verdicts that can be read: {error}") from error
    return base


def _is_of(base: sqlite3.Connection, folder: Path) -> bool:
    """Say whether a database is of the record as it is now; one that is not is closed."""
    if base.execute("SELECT stamp FROM stamps").fetchone() == (stamp_of(folder),):
        return True
    base.close()
    return False


def load_and_write(folder: Path, *, facts: int | None, always: bool = False) -> Record:
    """Read a record, and while it is read write its database: every verdict, an error for each that was not recorded.

    Only a record with very many verdicts gets one, unless ``always``. ``facts``: as `load_record`.

    Raises:
        RecordError: the record cannot be read, or the database not be written.
    """
    path = folder / DATABASE
    try:
        with ExitStack() as begun:
            base: list[sqlite3.Connection] = []

            def begin(plan: Plan) -> Seen | None:
                if not always and not is_large(plan):
                    return None
                temporary = begun.enter_context(part_of(path))
                base.append(begun.enter_context(closing(made(temporary, _TABLES, _VERSION))))
                return lambda one, said: _insert(base[0], one, said)

            record = load_record(folder, facts=facts, watched=begin)
            for one in base:
                _finish(one, folder, record)
    except sqlite3.Error as error:
        raise RecordError(f"{path}: expected a place for the database of the verdicts: {error}") from error
    return record


def _insert(base: sqlite3.Connection, one: Verdict, said: str) -> None:
    base.execute(_INSERT, _row(one, said))


def _finish(base: sqlite3.Connection, folder: Path, record: Record) -> None:
    base.executemany(
        _INSERT, (_row(one, one.model_dump_json()) for one in record.verdicts if one.cell in record.reconciled.missing)
    )
    base.executemany("INSERT INTO reasons VALUES (?)", ((one,) for one in conclude(record).incomplete))
    base.execute("INSERT INTO stamps VALUES (?)", (stamp_of(folder),))
    base.executescript(_INDEXES)  # which are made faster of all rows than row by row
    base.commit()


def _row(one: Verdict, said: str) -> tuple[str, ...]:
    return (*one.cell, one.verdict.value, one.severity, one.message, said)


def line_of(said: str) -> str:
    """Return a verdict that `ask` gave in a line for people."""
    one = Verdict.model_validate_json(said)
    where = f" [{', '.join(one.lines)}]" if one.lines else ""
    return f"{one.verdict.text.upper()} {name_of(one.cell)}: {one.message}{where}"
