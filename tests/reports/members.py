"""Every member of a JSON text, changed in every way: another value, another type, removed, doubled, one more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

KINDS: Final = ("changed", "retyped", "removed", "doubled", "added")
Place = tuple[str | int, ...]
_MARK: Final = "this member stands twice"
# For a word of a closed list another one of it, so that it can be read as well.
_OTHER: Final = {
    "fail": "pass", "waived": "pass", "high": "low", "critical": "low", "medium": "low", "low": "high",
    "static": "mocked", "mocked": "static", "touchstone": "checkov",
}  # fmt: skip


def edited(said: Any) -> Iterator[tuple[str, Place, str]]:
    """Yield (kind, where, text) for each edit of each member; of a list the first item stands for all."""
    for place, value in _places(said):
        for kind in KINDS:
            if kind == "added" and not isinstance(value, dict):
                continue
            if kind == "doubled" and isinstance(place[-1], int):
                continue
            yield kind, place, _edit(said, place, kind)


def _places(said: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    members = said.items() if isinstance(said, dict) else [(0, said[0])] if isinstance(said, list) and said else []
    for name, value in members:
        yield (*place, name), value
        yield from _places(value, (*place, name))


def _edit(said: Any, place: Place, kind: str) -> str:
    whole = deepcopy(said)
    holder = whole
    for name in place[:-1]:
        holder = holder[name]
    name, value = place[-1], holder[place[-1]]
    if kind == "removed":
        del holder[name]
    elif kind == "added":
        value["further"] = "member"
    elif kind == "doubled":
        holder[_MARK] = _other(value)
        return json.dumps(whole).replace(json.dumps(_MARK), json.dumps(name), 1)
    else:
        holder[name] = _other(value) if kind == "changed" else _of_another_type(value)
    return json.dumps(whole)


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case None:
            return "said"
        case str():
            return _OTHER.get(value) or (value.replace("T10:0", "T11:0") if "T10:0" in value else f"{value}x")
        case list():
            return [*value, *value] if value else ["said"]
    return {**value, next(iter(value), "further"): "other"}


def _of_another_type(value: Any) -> Any:
    match value:
        case bool():
            return "yes"
        case int():
            return str(value)
        case None | str():
            return 7
        case list():
            return {}
    return []
