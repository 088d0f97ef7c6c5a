"""How the record speaks: numbers, instants, lists, and long values cut short."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

_MINUTE: Final = 60
_PLAIN: Final = json.JSONEncoder(ensure_ascii=False)
_SORTED: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def value_text(value: Any, longest: int) -> str:
    """Return a fact's value as JSON, shortened with an ellipsis where it is longer than ``longest`` characters."""
    return shortened(_SORTED.encode(value), longest)


def value_lines(value: Any, longest: int) -> tuple[str, ...]:
    """Return a fact's whole value as JSON: on one line, or indented where that is longer than ``longest``."""
    text = _PLAIN.encode(value)
    short = len(text) <= longest or not isinstance(value, list | dict)
    return (text,) if short else tuple(json.dumps(value, ensure_ascii=False, indent=2).split("\n"))


def shortened(text: str, longest: int) -> str:
    """Return the text, cut with an ellipsis that says how much is missing."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({number(len(text) - longest)} more characters)"


def number(value: int) -> str:
    """Return 1234 as ``1,234``."""
    return f"{value:,}"


def dollars(value: float) -> str:
    """Return 1234.5 as ``$1,234.50``."""
    return f"${value:,.2f}"


def counted(value: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 verdict``, ``1,234 verdicts``."""
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return ``a, b and c``."""
    if len(words) < 2:  # noqa: PLR2004  nothing to join
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def some(words: Sequence[str], most: int = 10) -> str:
    """Return ``a, b, c and 4 more``."""
    return listed([*words[:most], *([f"{number(len(words) - most)} more"] if len(words) > most else [])])


@lru_cache(maxsize=4_096)
def instant(at: datetime) -> str:
    """Return an instant in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(start: datetime, end: datetime) -> str:
    """Return how long something took, in minutes and seconds."""
    seconds = max(0, round((end - start).total_seconds()))
    minutes, rest = divmod(seconds, _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
