"""The sound platform that is damaged: what each resource says, and every mutant of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fixtures.aws.registry import ROWS
from fixtures.inventory.facts import Resource
from fixtures.judging.judge import Context
from infra.errors import InputError
from suites.proofs.mutants.generating import mutants
from suites.proofs.mutants.mutant import Mutant, damaged
from suites.proofs.mutants.values import World
from suites.proofs.sound_and_broken import sound_static_context


@dataclass(frozen=True, slots=True)
class Sound:
    """The platform as it is, at the static tier."""

    context: Context
    world: World

    @property
    def types(self) -> tuple[str, ...]:
        """Every type of which the platform has a resource."""
        return tuple(sorted({one.cfn_type for one in self.context.inventory.resources}))

    def of(self, cfn_type: str) -> tuple[Resource, ...]:
        """The resources of a type, in the order of the templates."""
        return tuple(one for one in self.context.inventory.resources if one.cfn_type == cfn_type)

    def mutants_of(self, resource: Resource) -> Iterator[Mutant]:
        """Every mutant of a resource."""
        schema = ROWS[resource.cfn_type].schema
        yield from mutants(resource.cfn_type, resource.key, resource.properties(defaults=False), schema, self.world)


@cache
def sound() -> Sound:
    """Return the sound platform."""
    context = sound_static_context()
    ids: dict[str, list[str]] = {}
    for one in context.inventory.resources:
        ids.setdefault(one.cfn_type, []).append(one.key)
    others = {key: sorted(set(keys) - {key}) for keys in ids.values() for key in keys}
    return Sound(context, World(others))


def built(resource: Resource, mutant: Mutant) -> Resource:
    """Give the damaged resource.

    Raises:
        InputError: nobody could load it: the type has no such property, or the value is none that it can have.
    """
    properties = damaged(resource.properties(defaults=False), mutant.damage)
    schema = ROWS[resource.cfn_type].schema
    for complaint in schema.problems(properties):
        raise InputError(f"{mutant.id}: {complaint}")
    name = str(mutant.damage.steps[0])
    why = schema.impossible(name, properties[name]) if name in properties else None
    if why:
        raise InputError(f"{mutant.id}: {why}")
    return type(resource).build(properties, resource.origin)
