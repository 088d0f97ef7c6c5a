"""A run folder on the disk: what its files are called, and writing one so that it is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.outside import terminal

PLAN = "plan.json"
VERDICTS = "verdicts.jsonl"


class RecordError(Exception):
    """A run folder cannot be read or written; ``str(error)`` is the one line shown, written as text from outside."""

    exit_code = 3

    def __str__(self) -> str:
        return terminal(super().__str__())


def write_whole(path: Path, content: str | bytes | Iterable[str]) -> None:
    """Write a file through a temporary one: temporary file, fsync, rename. A text, whole or in pieces, becomes UTF-8.

    Raises:
        RecordError: the place cannot be written to.
    """
    with part_of(path) as temporary, temporary.open("xb") as stream:
        for piece in (content,) if isinstance(content, str | bytes) else content:
            stream.write(piece if isinstance(piece, bytes) else piece.encode("utf-8", "backslashreplace"))
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """Give the place of a temporary file, which is made into the file that is meant once it is written.

    Whatever happens, nothing half-written stays; what somebody left in this place is taken away, unless it is a folder.

    Raises:
        RecordError: the place cannot be written to.
    """
    temporary = path.with_suffix(path.suffix + ".part")
    try:
        temporary.unlink(missing_ok=True)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RecordError(f"{path}: expected a place that can be written: {error.strerror or error}") from error


def stamp_of(folder: Path) -> str:
    """Return what tells one state of a record from another: size and time of its two files, as far as they are there.

    What is made of a record and holds nothing of its own is made anew when this is another.
    """
    told = [path.stat() for path in (folder / PLAN, folder / VERDICTS) if path.exists()]
    return " ".join(f"{one.st_size}:{one.st_mtime_ns}" for one in told)


def create_folder(path: Path) -> None:
    """Make a folder and those above it, or say in one line why it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{path}: expected a folder that can be written: {error.strerror or error}") from error
