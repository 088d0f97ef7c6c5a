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
from fixtures.judging.judge import Context, Tried, judge, tried
from infra.errors import InputError
from reports.models import Outcome
from suites.catalogue import catalogue
from suites.proofs.mutants.mutant import Mutant, Steps
from suites.proofs.mutants.platform import Sound, built, sound

Word = Literal["killed", "refused", "proved", "explained", "surviving"]
_SILENT = (Outcome.PASS, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One control over one resource, or over the whole (``kind`` None); ``cost`` in seconds."""

    control: Control
    kind: type[Resource] | None
    key: str
    cost: float = field(default=0.0, compare=False)

    def said(self, context: Context) -> Tried:
        """What the control says of the cell in a context."""
        resource = None if self.kind is None else context.inventory.look(self.kind, self.key)
        return tried(self.control, context, resource)


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
        said = cell.said(context)
        timed = replace(cell, cost=time.process_time() - began)
        paths = {(resource.key, steps) for resource, steps in said.touched.facts.values()}
        paths |= {(key, (name,)) for key, name in said.touched.told}
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
    return next((cell.control.id for cell in cells if cell.said(after).outcome not in _SILENT), None)


def killers_by_everything(resource: Resource) -> set[str]:
    """Name every control that objects to a mutant, all of them judged as a whole: what `killer` is held against."""
    context = sound().context
    after = replace(context, inventory=context.inventory.with_one(resource))
    every = (control for control in catalogue() if "static" in control.tiers)
    return {control.id for control in every if any(one.verdict not in _SILENT for one in judge(control, after))}


def first_look(platform: Sound, cfn_type: str) -> Iterator[tuple[Judged, Resource | None]]:
    """Give each mutant of a type as refused, killed or surviving, with the damaged resource where it can be loaded."""
    for resource in platform.of(cfn_type):
        for mutant in platform.mutants_of(resource):
            try:
                after = built(resource, mutant)
            except InputError as error:
                yield Judged(mutant, "refused", str(error)), None
                continue
            by = killer(mutant, after)
            yield (Judged(mutant, "killed", by) if by else Judged(mutant, "surviving")), after
