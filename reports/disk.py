"""A run folder on the disk: what its files are called, and writing one so that it is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
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
    temporary = path.with_suffix(path.suffix + ".part")
    try:
        with temporary.open("wb") as stream:
            for piece in (content,) if isinstance(content, str | bytes) else content:
                stream.write(piece if isinstance(piece, bytes) else piece.encode("utf-8", "backslashreplace"))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise RecordError(f"{path}: expected a place that can be written: {error.strerror or error}") from error


def create_folder(path: Path) -> None:
    """Make a folder and those above it, or say in one line why it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{path}: expected a folder that can be written: {error.strerror or error}") from error
