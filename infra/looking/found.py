"""What a look finds: facts by name, or rows of them, in parts; a part that could not be read says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jmespath

from infra.errors import UntoldError

Value = str | int | float | bool | datetime | None
Facts = dict[str, Value]
_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "min"))


@dataclass(frozen=True, slots=True)
class Rows:
    """Several of a kind; ``columns`` are there without a row, too; ``long``: a row is a line, not part of a table."""

    columns: tuple[str, ...]
    rows: list[Facts]
    long: bool = False


Parts = Mapping[str, Callable[[], Facts | Rows]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as people call it, and the JMESPath at which an answer says it; ``always``: as AWS always does."""

    name: str
    path: str
    always: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of each part, and why the others could not be read."""

    parts: dict[str, Facts | Rows] = field(default_factory=dict)
    untold: dict[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 where all was read, 2 where something was not."""
        return UntoldError.exit_code if self.untold else 0


def look(parts: Parts) -> Found:
    """Read each part; one that cannot be read does not keep the others from being read."""
    found = Found()
    for name, read in parts.items():
        try:
            found.parts[name] = read()
        except UntoldError as error:
            found.untold[name] = str(error)
    return found


def facts(wanted: Iterable[Fact], said: Any, what: str) -> Facts:
    """Read facts from an answer; ``what`` begins the line of an UntoldError where it lacks what AWS always says."""
    found: Facts = {}
    for fact in wanted:
        value = jmespath.search(fact.path, said)
        if value is None and fact.always:
            raise UntoldError(f"{what}: the answer has no {fact.path}")
        found[fact.name] = plain(value)
    return found


def rows(wanted: tuple[Fact, ...], said: Iterable[Any], what: str) -> Rows:
    """Read a row from each of several; errors as of :func:`facts`."""
    return Rows(tuple(fact.name for fact in wanted), [facts(wanted, one, what) for one in said])


def plain(value: Any) -> Value:
    """Return a value that can be shown: what has parts is one text, and what is empty is nothing."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={text(plain(one))}" for key, one in value.items()) or None
    if isinstance(value, list):
        return ", ".join(text(plain(one)) for one in value) or None
    return value if isinstance(value, str | int | float | datetime) or value is None else str(value)


def text(value: Value) -> str:
    """Return a value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"{value:g}" if isinstance(value, float) else str(value)


def length(time: timedelta) -> str:
    """Return a length of time in its two largest units, such as ``3 d 4 h``."""
    seconds, told = int(time.total_seconds()), []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            told.append(f"{count} {unit}")
    return " ".join(told[:2]) if told else f"{seconds} s"
