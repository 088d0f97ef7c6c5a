"""Reads JSON that somebody else may have written: what readers disagree about, or cannot read, is one line."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Never

from reports.disk import RecordError

_LONGEST_QUOTE: Final = 60


def json_of(text: bytes, where: str) -> Any:
    """Read a JSON text; ``where`` names it in what is said of one that is none.

    Raises:
        RecordError: it is no UTF-8, no JSON, has a member twice, a number that JSON does not have or with more digits
            than anybody reads, or is nested too deeply.
    """
    try:
        return _DECODER.decode(text.decode())
    except UnicodeDecodeError as error:
        raise RecordError(f"{where}: expected UTF-8 text: byte {error.start} is not") from error
    except json.JSONDecodeError as error:
        place = where if error.lineno == 1 else f"{where}:{error.lineno}"
        raise RecordError(f"{place}: expected JSON: {error.msg} at column {error.colno}") from error
    except ValueError as error:
        raise RecordError(f"{where}: expected JSON: {error}") from error
    except RecursionError as error:
        raise RecordError(f"{where}: expected JSON that is not nested this deeply") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; raises ValueError for two members of one name, of which readers take either."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{quoted(next(name for name in names if names.count(name) > 1))} stands twice in one object")
    return found


def _refused(word: str) -> Never:
    raise ValueError(f"{word} is no number of JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refused)


def is_whole(text: bytes) -> bool:
    """Whether no text in a JSON text is half a surrogate pair, which an escape alone can say."""
    return rb"\ud" not in text and rb"\uD" not in text


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nobody look for garbage while much is read and all of it is kept: there is none, and looking costs more."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def quoted(value: Any) -> str:
    """Return how a value is shown in a line, shortened where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
