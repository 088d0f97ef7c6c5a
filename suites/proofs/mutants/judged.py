"""What the controls say of a mutant. Only those cells are judged anew that looked at what is damaged.

A control is a function of what it reads: one that read nothing on the way to the damage says what it said before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from fixtures.inventory.facts import Resource
from fixtures.judging.control import Control
from fixtures.judging.judge import Context, said_of, tried
from infra.errors import InputError
from reports.models import Outcome
from suites.catalogue import catalogue
from suites.proofs.mutants.mutant import Mutant, Steps
from suites.proofs.mutants.platform import Sound, built, sound
from suites.proofs.mutants.proved import opens_nothing
from suites.proofs.mutants.shape import refusal

Word = Literal["killed", "refused", "proved", "explained", "surviving"]
_SILENT = (Outcome.PASS, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One control over one resource, or over the whole (``kind`` None); ``cost`` in seconds."""

    control: Control
    kind: type[Resource] | None
    key: str
    cost: float = field(default=0.0, compare=False)

    def resource(self, context: Context) -> Resource | None:
        """What the cell is about in a context."""
        return None if self.kind is None else context.inventory.look(self.kind, self.key)

    def objects(self, context: Context) -> bool:
        """Say whether the control objects to the cell in a context, or cannot judge it."""
        return said_of(self.control, context, self.resource(context))[0] not in _SILENT


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant, what became of it, and who or what says so."""

    mutant: Mutant
    word: Word
    by: str = ""


Looked = dict[tuple[str, str], list[tuple[Steps, Cell]]]
"""Resource and property -> the paths in it that were looked at, each with the cell that did."""


@cache
def looked_at() -> Looked:
    """Return what every cell of every control looks at on the sound platform, the cheapest cells first."""
    found: Looked = {}
    context = sound().context
    for cell in _cells(context):
        began = time.process_time()
        touched = tried(cell.control, context, cell.resource(context)).touched
        timed = replace(cell, cost=time.process_time() - began)
        paths = {(resource.key, steps) for resource, steps in touched.facts.values()}
        paths |= {(key, (name,)) for key, name in touched.told}
        for key, steps in paths:
            if steps:
                found.setdefault((key, str(steps[0])), []).append((steps, timed))
    for cells in found.values():
        cells.sort(key=lambda item: item[1].cost)
    return found


def _cells(context: Context) -> Iterator[Cell]:
    for control in catalogue():
        if "static" not in control.tiers:
            continue
        if not control.scope:
            yield Cell(control, None, "")
        for kind in control.scope:
            yield from (Cell(control, kind, key) for key in context.inventory.population(kind))


def concerned(mutant: Mutant) -> list[Cell]:
    """Give the cells that looked at what is damaged, at what it stands in, or at what stands in it."""
    steps = mutant.damage.steps
    if isinstance(steps[-1], int):  # of a list that has lost an item every other one may stand elsewhere
        steps = steps[:-1]
    there = looked_at().get((mutant.key, str(steps[0])), [])
    return list({id(cell): cell for seen, cell in there if _meets(seen, steps)}.values())


def _meets(one: Steps, other: Steps) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def killer(mutant: Mutant, resource: Resource) -> str | None:
    """Say which control objects to the mutant, or cannot judge it any more; None where none does."""
    cells = concerned(mutant)
    if not cells:
        return None
    context = sound().context
    after = replace(context, inventory=context.inventory.with_one(resource))
    return next((cell.control.id for cell in cells if cell.objects(after)), None)


def killers_by_everything(resource: Resource) -> set[str]:
    """Name every control that objects to a mutant in any of its cells: what `killer` is held against."""
    context = sound().context
    after = replace(context, inventory=context.inventory.with_one(resource))
    return {cell.control.id for cell in _cells(after) if cell.objects(after)}


def judged(platform: Sound, cfn_type: str) -> Iterator[Judged]:
    """Give what became of each mutant of a type, but for what a reason explains."""
    for resource in platform.of(cfn_type):
        for mutant in platform.mutants_of(resource):
            yield _judged(platform, mutant, resource)


def _judged(platform: Sound, mutant: Mutant, resource: Resource) -> Judged:
    """The cheapest question first: whether anybody loads it, who objects, what the schema says, what is proved."""
    try:
        after = built(resource, mutant)
    except InputError as error:
        return Judged(mutant, "refused", str(error))
    by = killer(mutant, after)
    if by is not None:
        return Judged(mutant, "killed", by)
    refused = refusal(resource, after.properties(defaults=False))
    if refused is not None:
        return Judged(mutant, "refused", refused)
    if opens_nothing(mutant, resource, platform.context.inventory.account):
        return Judged(mutant, "proved", "opens nothing")
    return Judged(mutant, "surviving")
