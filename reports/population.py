"""How complete the evidence is: of each type what every counter counted, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reports.models import Outcome, PopulationNote
from reports.record import Record


@dataclass(frozen=True, slots=True)
class Population:
    """The resources of one type: how many got a verdict, how many have a waived one, how many one that is an error."""

    note: PopulationNote
    judged: int
    waived: int
    unreadable: int

    @property
    def strangers(self) -> int:
        """How many were listed that no stack of ours has."""
        return max(0, self.note.listed + len(self.note.unread) - self.note.in_stacks)

    @property
    def differences(self) -> tuple[str, ...]:
        """Where the counters do not agree, in words."""
        return tuple(self._differences())

    def _differences(self) -> Iterator[str]:
        note = self.note
        if note.gap:
            yield f"could not be listed: {note.gap}"
        if note.unread:
            yield f"in a stack and not listed: {', '.join(note.unread)}"
        if self.strangers:
            yield f"{self.strangers} listed that no stack has"
        if self.judged != len(note.resources):
            yield f"{len(note.resources)} to judge, {self.judged} judged"


def populations(record: Record) -> list[Population]:
    """Return the populations of a record, in the order of its plan."""
    scopes = {control.id: control.scope.split(" | ") for control in record.controls}
    seen: dict[tuple[str, str, str], dict[str, set[Outcome]]] = {}
    missing = record.reconciled.missing
    for verdict in record.verdicts:
        if missing and verdict.cell in missing:
            continue
        for kind in scopes[verdict.control]:
            of_kind = seen.setdefault((verdict.environment, verdict.tier, kind), {})
            of_kind.setdefault(verdict.resource, set()).add(verdict.verdict)
    return [
        _population(note, seen.get((note.environment, note.tier, note.type), {})) for note in record.plan.population
    ]


def _population(note: PopulationNote, seen: dict[str, set[Outcome]]) -> Population:
    found = Counter(outcome for key in note.resources for outcome in seen.get(key, ()))
    judged = sum(key in seen for key in note.resources)
    return Population(note, judged, found[Outcome.WAIVED], found[Outcome.ERROR])
