"""TOML files that people write: read into models that refuse what they do not know, in one line that names the key.

Nothing is converted: a ``true`` is no number, a ``"no"`` no boolean, a ``7.0`` no whole number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pydantic
from pydantic import AfterValidator, StringConstraints

from infra.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
Model = TypeVar("Model", bound=pydantic.BaseModel)
Item = TypeVar("Item")
_MOST_SHOWN = 80


def one_line(text: str) -> str:
    """Return a text of one line that begins and ends with something to see; raises ValueError for any other."""
    if not text.isprintable() or text != text.strip():
        raise ValueError("expected one line of printable characters with no space at either end")
    return text


def _distinct(items: tuple[Item, ...]) -> tuple[Item, ...]:
    for index, item in enumerate(items):
        if item in items[:index]:
            raise ValueError(f"expected each item once, found {item!r} twice")
    return items


Text = Annotated[str, StringConstraints(min_length=1), AfterValidator(one_line)]
Words = Annotated[str, StringConstraints(min_length=2), AfterValidator(one_line)]
Reason = Annotated[str, StringConstraints(min_length=20), AfterValidator(one_line)]
Distinct = Annotated[tuple[Item, ...], AfterValidator(_distinct)]


def shown(path: Path) -> str:
    """Return ``path`` as a reader of the repository knows it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def stems(folder: Path, suffix: str, expected: str) -> tuple[str, ...]:
    """Return the names of the files in a folder of settings, without the suffix that all of them have.

    Raises:
        InputError: something else is there, which nobody would read. Only hidden files of other kinds may be.
    """
    if not folder.is_dir():
        raise InputError(f"{shown(folder)}: expected a folder of {expected}")
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")) and not path.name.lower().endswith(suffix):
            continue
        if path.suffix != suffix or path.name.startswith(".") or not path.is_file():
            raise InputError(f"{shown(folder)}/{path.name}: nothing reads it: expected only {expected}")
        found.append(path.stem)
    return tuple(found)


def read_toml(path: Path, model: type[Model]) -> Model:
    """Read one TOML file into ``model``.

    Raises:
        InputError: unreadable, not TOML, an unknown or missing key, or a value of the wrong kind.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{shown(path)}: expected a readable UTF-8 file: {error}") from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, a number too long to convert, a list too deep
        raise InputError(f"{shown(path)}: not valid TOML: {error!s}") from error
    try:
        return model.model_validate(_frozen(data), strict=True)
    except pydantic.ValidationError as error:
        raise InputError(f"{shown(path)}: {_first(error)}") from error


def _frozen(value: Any) -> Any:
    """Return TOML's data with its lists as tuples: frozen models hold nothing that can change."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return {key: _frozen(item) for key, item in value.items()} if isinstance(value, dict) else value


def key_lines(text: str, table: str) -> dict[str, int]:
    """Return the line (1-based) on which each key of a table of a valid TOML text is set.

    tomllib gives no positions. Lines after the end of a statement that are valid TOML by themselves are the next one: a
    table's head, or a key of the table whose head came last.
    """
    lines, found = text.splitlines(keepends=True), dict[str, int]()
    begins, head = 1, ""
    for end in range(1, len(lines) + 1):
        statement = "".join(lines[begins - 1 : end])
        try:
            if statement.lstrip().startswith("["):
                data, head = tomllib.loads(statement), statement
            else:
                data = tomllib.loads(head + statement)
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
    key = _key(first["loc"])
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    if first["type"] == "extra_forbidden":
        return f"{key}: unknown key{more}"
    if first["type"] == "missing":
        return f"{key}: expected a value, the key is missing{more}"
    said = (
        first["msg"]
        .removeprefix("Value error, ")
        .replace("Input should be", "expected")
        .replace("tuple", "list")
        .replace("Tuple", "List")
    )
    if first["type"] == "value_error" and not first["loc"]:  # a check of the whole file names the key itself
        return f"{said}{more}"
    return f"{key}: {said}, got {_told(first['input'])}{more}"


def _key(place: Sequence[Any]) -> str:
    """Name a key as the file does; what pydantic adds for the members of a union is no part of it."""
    return ".".join(str(part) for part in place) or "the file"


def _told(value: Any) -> str:
    """Write a value of a file as short as it can be said."""
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
