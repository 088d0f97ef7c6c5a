"""Mutants as template edits, so that some can be deployed: what the templates show, the deployment shows too."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from fixtures.aws.registry import ROWS
from fixtures.inventory.facts import Resource
from fixtures.judging.control import Break, Change, Control, Remove
from infra.errors import InputError
from suites.proofs.mutants.judged import concerned
from suites.proofs.mutants.mutant import Mutant, damaged
from suites.proofs.mutants.platform import Sound, built

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
_FOLDED: Final = "AWS::EC2::SecurityGroup"
"""Rules that stand alone in a template are part of their group among the facts."""
_SEED: Final = 20


@dataclass(frozen=True, slots=True)
class Edited:
    """A mutant as an edit of a template, and a control of both tiers that objects to it at the static one."""

    mutant: Mutant
    control: Control
    item: Break


def some(platform: Sound, number: int) -> Iterator[Edited]:
    """Yield so many mutants that can be deployed, the same ones in each run."""
    every = [(one, mutant) for one in platform.context.inventory.resources for mutant in platform.mutants_of(one)]
    random.Random(_SEED).shuffle(every)  # noqa: S311  the same ones in each run
    found = (edited for resource, mutant in every if (edited := _edited(platform, resource, mutant)) is not None)
    for _ in range(number):
        yield next(found)


def _edited(platform: Sound, resource: Resource, mutant: Mutant) -> Edited | None:
    """Give the mutant as an edit; None for one that no control sees at both tiers, or whose stack cannot write it."""
    name = str(mutant.damage.steps[0])
    properties = damaged(resource.properties(defaults=False), mutant.damage)
    if (
        resource.cfn_type == _FOLDED
        or _comes_from_elsewhere(resource, name)
        or not _is_of_one_stack(platform, resource, properties.get(name))
    ):
        return None
    try:
        after = built(resource, mutant)
    except InputError:
        return None
    context = platform.context
    changed = replace(context, inventory=context.inventory.with_one(after))
    both = (cell for cell in concerned(mutant) if "mocked" in cell.control.tiers)
    control = next((cell.control for cell in both if cell.objects(changed)), None)
    if control is None:
        return None
    path = f"{resource.key}.{name}"
    edit = Change(path, _as_template(properties[name])) if name in properties else Remove(path)
    return Edited(mutant, control, Break((edit,)))


def _comes_from_elsewhere(resource: Resource, name: str) -> bool:
    """Say whether a deployment mends it: a stack gives its tags to what it makes, and a reference follows a name."""
    schema = ROWS[resource.cfn_type].schema
    return name == schema.tag_property or name in schema.identifiers


def _is_of_one_stack(platform: Sound, resource: Resource, value: Any) -> bool:
    there = platform.context.inventory.stacks[str(resource.origin.stack)]
    return all(found[1] in there for found in _REFERENCE.finditer(repr(value)))


def _as_template(value: Any) -> Any:
    """Write references as a template does; they are text among the facts."""
    if isinstance(value, dict):
        return {key: _as_template(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_template(item) for item in value]
    return {"Fn::Sub": value} if isinstance(value, str) and _REFERENCE.search(value) else value
