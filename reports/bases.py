"""SQLite files that hold nothing of their own: what is none of ours, or of another version, is made anew."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def opened(path: Path, version: int) -> sqlite3.Connection | None:
    """Open a file of this version; None for what is no file, no database, or one of another version.

    Raises:
        sqlite3.OperationalError: it is a database, and cannot be read now.
    """
    if not path.is_file():
        return None
    base = sqlite3.connect(path)
    try:
        (found,) = base.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:
        base.close()
        raise
    except sqlite3.DatabaseError:
        found = None
    if found == version:
        return base
    base.close()
    return None


def made(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """Make a file of this version, in the place of whatever is there.

    Raises:
        OSError: what is there cannot be taken away.
        sqlite3.Error: it cannot be written.
    """
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    try:
        base.executescript(f"{tables}PRAGMA user_version = {version};")
    except sqlite3.Error:
        base.close()
        raise
    return base
