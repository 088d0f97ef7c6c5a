"""TOML files that people write: read into models that refuse what they do not know, in one line that names the key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

import pydantic

from infra.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
Model = TypeVar("Model", bound=pydantic.BaseModel)


def shown(path: Path) -> str:
    """Return ``path`` as a reader of the repository knows it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def read_toml(path: Path, model: type[Model]) -> Model:
    """Read one TOML file into ``model``.

    Raises:
        InputError: unreadable, not TOML, an unknown or missing key, or a value of the wrong kind.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{shown(path)}: expected a readable UTF-8 file: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{shown(path)}: not valid TOML: {error}") from error
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        raise InputError(f"{shown(path)}: {_first(error)}") from error


def key_lines(text: str, table: str) -> dict[str, int]:
    """Return the line (1-based) on which each key of a table of a valid TOML text is set.

    tomllib gives no positions. A text cut behind a line is valid TOML only where that line ends a statement, so the key
    that is new there began on the line behind the end of the statement before.
    """
    lines, found = text.splitlines(keepends=True), dict[str, int]()
    begins = 1
    for end in range(1, len(lines) + 1):
        try:
            data = tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # inside a value of several lines
        for key in data.get(table, {}):
            found.setdefault(key, begins)
        begins = end + 1
    return found


def _first(error: pydantic.ValidationError) -> str:
    """Say the first thing that is wrong: the key, what was expected, what was found."""
    details = error.errors(include_url=False)
    first = details[0]
    key = ".".join(str(part) for part in first["loc"]) or "the file"
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    if first["type"] == "extra_forbidden":
        return f"{key}: unknown key{more}"
    if first["type"] == "missing":
        return f"{key}: expected a value, the key is missing{more}"
    return f"{key}: {first['msg']}, got {first['input']!r}{more}"
