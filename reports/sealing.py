"""The seal of a record: what its files were when it was closed, so that whatever is changed afterwards is named.

A seal says that a record is whole, not whose it is: who changes a file and the seal together is found by what then
contradicts itself (`contradictions.py`), or by a signature over the folder.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from reports.disk import PLAN, VERDICTS, RecordError
from reports.models import Seal

INVENTORY: Final = "inventory"


def digest(content: bytes) -> str:
    """Return the SHA-256 of what a file holds."""
    return hashlib.sha256(content).hexdigest()


def seal_of(folder: Path, verdicts: bytes) -> Seal:
    """Return the seal of a run folder; ``verdicts``: what its journal holds before its last line."""
    return Seal(plan=digest(read(folder / PLAN)), verdicts=digest(verdicts), files=dict(_files(folder)))


def broken(folder: Path, seal: Seal, plan: bytes, verdicts: bytes) -> Iterator[str]:
    """Yield a line for each file that is not what it was when the record was closed."""
    if digest(plan) != seal.plan:
        yield f"{PLAN} is not what it was when the record was closed"
    if digest(verdicts) != seal.verdicts:
        yield f"{VERDICTS} is not what it was when the record was closed"
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
    inventories = folder / INVENTORY
    if not inventories.is_dir():
        return {}
    return {f"{INVENTORY}/{path.name}": digest(read(path)) for path in sorted(inventories.iterdir())}


def read(path: Path) -> bytes:
    """Read a file of a run.

    Raises:
        RecordError: it is not there, or it is no file: what waits for a writer is never read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RecordError(f"{path}: expected a file of a run, found something else")
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: expected a file of a run: {error.strerror or error}") from error
