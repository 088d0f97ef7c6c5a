"""The seal of a record: what its files were when it was closed, so that whatever is changed afterwards is named.

It stands in the last line of the journal, whose lines seal each other (`chain.py`). A seal says that a record is whole,
not whose it is: who changes a file and the seal together is found by what then contradicts itself
(`contradictions.py`), or by a signature over the folder.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

from reports.disk import PLAN, RecordError
from reports.models import Seal

INVENTORY: Final = "inventory"


def digest(content: bytes) -> str:
    """Return the SHA-256 of what a file holds."""
    return hashlib.sha256(content).hexdigest()


def sealed(folder: Path) -> Seal:
    """Return the seal of a run folder."""
    return Seal(plan=digest(read(folder / PLAN)), files=dict(_files(folder)))


def broken(folder: Path, seal: Seal, plan: bytes) -> Iterator[str]:
    """Yield a line for each file but the journal that is not what it was when the record was closed."""
    if digest(plan) != seal.plan:
        yield f"{PLAN} is not what it was when the record was closed"
    there = dict(_files(folder))
    for name in sorted(seal.files.keys() | there.keys()):
        if name not in there:
            yield f"{name} is not there any more"
        elif name not in seal.files:
            yield f"{name} was not there when the record was closed"
        elif there[name] != seal.files[name]:
            yield f"{name} is not what it was when the record was closed"


def _files(folder: Path) -> Mapping[str, str]:
    """Return the digest of every inventory by its name in the folder."""
    return {f"{INVENTORY}/{path.name}": _digest_of(path) for path in inventories(folder)}


def inventories(folder: Path) -> list[Path]:
    """Return the inventories of a run folder; none where it has no place for them."""
    return sorted((folder / INVENTORY).iterdir()) if (folder / INVENTORY).is_dir() else []


def _digest_of(path: Path) -> str:
    with opened(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read(path: Path) -> bytes:
    """Read a file of a run; raises RecordError as `opened`."""
    with opened(path) as stream:
        return stream.read()


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a file of a run to read it.

    Raises:
        RecordError: it is not there, cannot be read, or is no file: what waits for a writer is never read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RecordError(f"{path}: expected a file of a run, found something else")
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise RecordError(f"{path}: expected a file of a run: {error.strerror or error}") from error
