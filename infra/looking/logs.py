"""The newest lines of a log group, all of them or those that tell of an error."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from infra.errors import InputError, UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import LOG_GROUPS, Resource, chosen
from infra.looking.found import Facts, Parts, Rows

COLUMNS: Final = ("when", "line")
_MOST_PAGES: Final = 200  # of a megabyte at the most
_BAD: Final = ("ERROR", "CRITICAL", "FATAL")
_ENDED: Final = ("timeout", "error", "failure")  # how Lambda says that an invocation ended, beside "success"
_POSTGRES: Final = re.compile(r"\b(?:ERROR|FATAL|PANIC)\b")


@dataclass(frozen=True, slots=True)
class Errors:
    """What an error is in a group: a pattern by which CloudWatch leaves lines out, none that ``told`` keeps."""

    pattern: str
    told: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: those since a moment, errors alone, those with a text; the newest ``limit`` of them."""

    since: timedelta
    errors: bool
    match: str | None
    limit: int


def _said(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:  # not every line of a group is JSON, and what is none has no members
        return {}
    return found if isinstance(found, dict) else {}


def _of_a_function(line: str) -> bool:
    said = _said(line)
    record = said.get("record")
    ended = record.get("status") if isinstance(record, dict) else None
    return said.get("level") in _BAD or ended in _ENDED


def _of_the_api(line: str) -> bool:
    said = _said(line)
    return str(said.get("status", "")).startswith("5") or said.get("error", "-") != "-"


_ANY: Final = " || ".join(
    [f'($.level = "{word}")' for word in _BAD] + [f'($.record.status = "{word}")' for word in _ENDED]
)
_FUNCTION: Final = Errors(f"{{ {_ANY} }}", _of_a_function)
# By the short name of the group; functions' own are all alike.
ERRORS: Final[Mapping[str, Errors]] = {
    "api-access": Errors('{ ($.status = "5*") || ($.error != "-") }', _of_the_api),
    "waf": Errors('{ $.action = "BLOCK" }', lambda line: _said(line).get("action") == "BLOCK"),
    "database": Errors("?ERROR ?FATAL ?PANIC", lambda line: _POSTGRES.search(line) is not None),
    "trail": Errors('{ $.errorCode = "*" }', lambda line: bool(_said(line).get("errorCode"))),
}


def parts(asking: Asking, name: str, wanted: Wanted) -> Parts:
    """Return what is read of a log group; raises InputError for one that is not declared, or has no known errors."""
    group = chosen(asking, LOG_GROUPS, name)
    errors = errors_of(group) if wanted.errors else None
    return {"lines": lambda: _lines(asking, group, wanted, errors)}


def errors_of(group: Resource) -> Errors:
    """Return what an error is in a group; raises InputError where nobody has said it."""
    if group.short in ERRORS:
        return ERRORS[group.short]
    if group.name.startswith("/aws/lambda/"):
        return _FUNCTION
    raise InputError(f"--errors: {group.short}: expected a function, or one of {', '.join(ERRORS)}")


def _lines(asking: Asking, group: Resource, wanted: Wanted, errors: Errors | None) -> Rows:
    asked: dict[str, Any] = {"logGroupName": group.name, "startTime": _milliseconds(asking.now - wanted.since)}
    asked |= {"filterPattern": errors.pattern} if errors else {}
    kept: deque[dict[str, Any]] = deque(maxlen=wanted.limit)
    for number, page in enumerate(asking.pages("logs", "filter_log_events", "events", **asked)):
        if number == _MOST_PAGES:
            raise UntoldError(f"{group.name}: more than {_MOST_PAGES} pages of lines: look at a shorter time")
        kept.extend(one for one in page if _is_wanted(one["message"], wanted, errors))
    return Rows(COLUMNS, [_row(one) for one in sorted(kept, key=lambda one: int(one["timestamp"]))], long=True)


def _is_wanted(line: str, wanted: Wanted, errors: Errors | None) -> bool:
    return (errors is None or errors.told(line)) and (wanted.match is None or wanted.match in line)


def _row(one: Mapping[str, Any]) -> Facts:
    return {"when": datetime.fromtimestamp(one["timestamp"] / 1000, UTC), "line": str(one["message"]).rstrip()}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
