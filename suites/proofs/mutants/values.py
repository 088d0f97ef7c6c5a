"""How a value is damaged in its type's way: each kind of damage has a name, and gives another value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fixtures.aws.schemas import Inside
from fixtures.inventory.values import as_reference
from fixtures.judging.network.ranges import read

STRANGER: Final = "999999999999"
"""The account of somebody else."""
WORLD: Final = "0.0.0.0/0"
_ACCOUNT: Final = re.compile(r"(?<![0-9a-f])[0-9]{12}(?![0-9a-f])")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_REFERENCE: Final = re.compile(r"\$\{[A-Za-z0-9]+(?:\.[A-Za-z0-9.]+)?\}")
_CRON: Final = re.compile(r"cron\((\S+) (\S+) .*\)")
_RATE: Final = re.compile(r"rate\((\d+) (\w+?)s?\)")
_LAST: Final = re.compile(r"([0-9A-Za-z])(?=[^0-9A-Za-z]*\Z)")
_MOST_WORDS: Final = 5
Change = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """What else there is. ``others``: logical id -> the ids of the other resources of its type, in order."""

    others: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def another(self, logical_id: str) -> str | None:
        """Give the next resource of the same type, the first after the last; None where there is no other."""
        known = self.others.get(logical_id, ())
        return next((one for one in known if one > logical_id), known[0] if known else None)


def changes(value: Any, inside: Inside, world: World) -> Iterator[Change]:
    """Give (kind, other value) for a leaf; every kind at most once, and never the value itself."""
    seen = set()
    for kind, other in _changes(value, inside, world):
        if other != value and kind not in seen:
            seen.add(kind)
            yield kind, other


def _changes(value: Any, inside: Inside, world: World) -> Iterator[Change]:
    if isinstance(value, bool):
        yield "turned", not value
    elif isinstance(value, int | float):
        yield from numbers(value, inside)
    elif isinstance(value, str):
        yield from _texts(value, inside, world)


def numbers(value: float, inside: Inside) -> Iterator[Change]:
    """Give zero, one more, half, ten times, and the ends of the range that the schema knows."""
    yield "zero", type(value)(0)
    yield "one more", value + 1
    yield "halved", value // 2 if isinstance(value, int) else value / 2
    yield "ten times", value * 10
    for kind, end in (("least", inside.least), ("most", inside.most)):
        if end is not None:
            yield kind, type(value)(end)


def _texts(value: str, inside: Inside, world: World) -> Iterator[Change]:
    words = sorted({str(word) for word in inside.words} - {value})
    if words:
        yield from ((f"becomes {word}", word) for word in words[:_MOST_WORDS])
    elif value in ("true", "false"):
        yield "turned", "false" if value == "true" else "true"
    elif _NUMBER.fullmatch(value):
        yield from ((kind, str(number)) for kind, number in numbers(int(value), inside))
    elif as_reference(value) is not None:
        yield from _references(value, world)
    else:
        yield from _free_texts(value, world)


def _references(value: str, world: World) -> Iterator[Change]:
    reference = as_reference(value)
    assert reference is not None
    other = world.another(reference.logical_id)
    if other is not None:
        yield "another's", f"${{{other}.{reference.attribute}}}" if reference.attribute else f"${{{other}}}"
    yield "a stranger's", f"arn:aws:stranger:us-east-1:{STRANGER}:of/{reference.logical_id.lower()}"


def _free_texts(value: str, world: World) -> Iterator[Change]:
    cron, rate = _CRON.fullmatch(value), _RATE.fullmatch(value)
    if cron is not None:
        yield "once a year", f"cron({cron[1]} {cron[2]} 1 1 ? *)"
    elif rate is not None:
        yield "ten times as rare", f"rate({int(rate[1]) * 10} {rate[2]}s)"
    elif _is_network(value):
        yield "the world", WORLD
        yield "another network", "10.99.0.0/16"
    else:
        yield "another text", another_text(value)
    if _ACCOUNT.search(value):
        yield "a stranger's", _ACCOUNT.sub(STRANGER, value)
    found = _REFERENCE.search(value)
    if found is not None:
        yield from ((kind, value.replace(found[0], other)) for kind, other in _references(found[0], world))


def another_text(value: str) -> str:
    """Give a text as long and of the same signs: its last letter or digit is the one before, or the one after."""
    found = _LAST.search(value)
    if found is None:
        return f"{value}x"
    sign = found[1]
    other = chr(ord(sign) + (1 if sign in "0aA" else -1))
    return f"{value[: found.start()]}{other}{value[found.end(1) :]}"


def _is_network(value: str) -> bool:
    if "/" not in value:
        return False
    try:
        return bool(read(value))
    except ValueError:
        return False
