"""The facts a verdict rests on, as the page shows them: those from one source together, those of a finding whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.models import Evidence
from reports.words import instant, value_lines, value_text

LONGEST_VALUE = 800  # of what passes; whatever a finding rests on is shown whole
LONGEST_LINE = 100
MOST_OF_A_FINDING = 40
LONGEST_MESSAGE = 1_200


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name (with the resource, where that is another one) and its value as JSON, in lines if long."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that were read from one place at one time."""

    facts: tuple[Fact, ...]
    source: str | None
    read_at: str | None


def grouped(evidence: Sequence[Evidence], resource: str, *, whole: bool) -> tuple[FactGroup, ...]:
    """Group neighbouring facts by where and when they were read; ``whole``: no value is shortened."""
    groups = groupby(evidence, key=lambda item: (item.source, item.read_at))
    return tuple(
        FactGroup(
            tuple(fact(item, resource, whole=whole) for item in items),
            source,
            instant(read_at) if read_at is not None else None,
        )
        for (source, read_at), items in groups
    )


def fact(item: Evidence, resource: str, *, whole: bool) -> Fact:
    """Show one fact of a verdict about a resource."""
    name = item.field if item.resource == resource else f"{item.resource} {item.field}"
    return Fact(name, value_lines(item.value, LONGEST_LINE) if whole else (value_text(item.value, LONGEST_VALUE),))
