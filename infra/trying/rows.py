"""What each smoke test said, as the child wrote it. It is read as data: a row that is not there is no pass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

from infra.trying.answers import Word

HOW_MANY: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One test: its name, its verdict, and what was expected and found, in one line."""

    name: str
    verdict: Word
    found: str


def rows_in(file: Path) -> tuple[Row, ...]:
    """Read the rows; a row that lacks, or is none, is one that cannot be told."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # the child was cut off, and its exit code says so too
        told = []
    rows = [_row(one) for one in told]
    return (*rows, *(Row("a test that was not run", "cannot tell", "nothing") for _ in range(HOW_MANY - len(rows))))


def _row(told: dict[str, Any]) -> Row:
    verdict: Word = next((word for word in get_args(Word) if word == told["verdict"]), "cannot tell")
    return Row(str(told["name"]), verdict, str(told["found"]))
