"""How much of a run its page tells: as much as a browser opens at once, whatever the size of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reports import facts
from reports.record import Record

MOST_BYTES: Final = 4_500_000
"""Of a page; one that would have more tells less."""
_AIMED: Final = 3_000_000
_BESIDE: Final = 300_000
"""Bytes of a page that are neither findings nor what passes."""
_OF_A_FINDING: Final = 2_500
_OF_A_PASS: Final = 90
_OF_A_FACT: Final = 260
_FACTS: Final = (24, 12, 8, 5, 3, 2, 1, 0)
_ROOMS: Final = (1_500_000, 150_000, 0)


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is told: so many facts of what passes, or, ``grouped``, what passes in numbers and findings by cause.

    ``room``: bytes that a grouped page has for its findings, and as many again for those at their controls.
    """

    facts: int
    grouped: bool = False
    room: int = 0


def details(record: Record) -> Iterator[Detail]:
    """Yield how a page may tell the record, the most telling first that is expected to be small enough."""
    if not record.large:
        yield from (Detail(most) for most in _expected(record))
    yield from (Detail(0, grouped=True, room=room) for room in _ROOMS)


def _expected(record: Record) -> Iterator[int]:
    """Yield the most facts of what passes with which a page is about as large as it is meant to be, if there is any."""
    ours = {control.id for control in record.controls if control.engine == "touchstone"}
    own = [verdict for verdict in record.verdicts if verdict.control in ours]
    found = [verdict for verdict in own if verdict.is_finding]
    passing = [len(verdict.evidence) for verdict in own if not verdict.is_finding]
    shown = sum(min(len(verdict.evidence), facts.MOST_OF_A_FINDING) for verdict in found)
    rest = _AIMED - _BESIDE - _OF_A_PASS * len(passing) - _OF_A_FINDING * len(found) - _OF_A_FACT * shown
    fitting = (most for most in _FACTS if _OF_A_FACT * sum(min(most, count) for count in passing) <= rest)
    yield from [*fitting][:1]


def fitting(sizes: Iterable[int], room: int) -> int:
    """Return how many of these, from the first on, have room."""
    count = 0
    for size in sizes:
        room -= size
        if room < 0:
            break
        count += 1
    return count
