"""Every mutant of a resource: each property, each member and each item of a list damaged in its type's way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fixtures.aws.schemas import Schema
from fixtures.inventory.values import as_json
from suites.proofs.mutants.mutant import REMOVED, Damage, Family, Mutant, Steps, at, members, named
from suites.proofs.mutants.policies import is_policy, of_policy
from suites.proofs.mutants.rules import RULES, of_rules
from suites.proofs.mutants.values import World, changes

_GROUP: Final = "AWS::EC2::SecurityGroup"
_NO_SCHEMA: Final = Schema("", {"properties": {}})
"""What is known of a JSON document that a property takes as text."""
_GUARDED: Final = re.compile(
    r"encrypt|kms|sse(?=[A-Z])|backup|snapshot(?!Window)|recover|public|retention|deletionprotection|lockconfig|"
    r"versioningconfig|accesscontrol|ownership|transit|masteruserpassword|masterusersecret|iamdatabase",
    re.IGNORECASE,
)
"""The names of what encrypts, what is kept, and what opens to the public."""


def mutants(cfn_type: str, key: str, properties: Mapping[str, Any], schema: Schema, world: World) -> Iterator[Mutant]:
    """Give every mutant of one resource, whose properties have references as text; each differs from the resource."""
    for damage in _of_members(properties, (), cfn_type, schema, world):
        if at(properties, damage.steps) == damage.value:
            continue
        path = tuple(named(properties, damage.steps))
        yield Mutant(cfn_type, key, path, damage, _family(cfn_type, properties, damage.steps))


def _family(cfn_type: str, properties: Mapping[str, Any], steps: Steps) -> Family:
    tree: Any = properties
    for step in steps:
        if is_policy(tree):
            return "policy"
        tree = members(tree)[step]
    if is_policy(tree) or steps[-1] in ("PolicyDocument", "KeyPolicy", "ResourcePolicy", "AccessPolicy"):
        return "policy"
    if cfn_type == _GROUP and steps[0] in RULES:
        return "rule"
    return "guarded" if _GUARDED.search(".".join(str(step) for step in steps)) else ""


def _of_members(
    members: Mapping[str, Any], steps: Steps, cfn_type: str, schema: Schema, world: World
) -> Iterator[Damage]:
    for name, value in members.items():
        yield Damage((*steps, name), "removed", REMOVED)
        yield from _of_value(value, (*steps, name), cfn_type, schema, world)


def _of_value(value: Any, steps: Steps, cfn_type: str, schema: Schema, world: World) -> Iterator[Damage]:
    if is_policy(value):
        yield from of_policy(value, steps, world)
    elif isinstance(value, Mapping):
        yield from _of_members(value, steps, cfn_type, schema, world)
    elif isinstance(value, list):
        if len(value) > 1:
            yield Damage(steps, "emptied", [])
        if value and steps[0] != schema.tag_property:  # of a further tag nobody asks anything
            yield Damage(steps, "an item more", [*value, _strange(value[0], (*steps, 0), schema, world)])
        if cfn_type == _GROUP and steps[-1] in RULES:
            yield from of_rules(value, steps)
        for number, item in enumerate(value):
            yield Damage((*steps, number), "removed", REMOVED)
            yield from _of_value(item, (*steps, number), cfn_type, schema, world)
    elif isinstance(value, str) and (document := as_json(value)) is not None:
        yield from _of_value(document, steps, cfn_type, _NO_SCHEMA, world)
    else:
        inside = schema.inside(steps)
        yield from (Damage(steps, kind, other) for kind, other in changes(value, inside, world))


def _strange(value: Any, steps: Steps, schema: Schema, world: World) -> Any:
    """Give an item like another one that speaks of strangers wherever it can, and otherwise of something else."""
    if isinstance(value, Mapping):
        return {name: _strange(item, (*steps, name), schema, world) for name, item in value.items()}
    if isinstance(value, list):
        return [_strange(item, (*steps, number), schema, world) for number, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    others = dict(changes(value, schema.inside(steps), world))
    return others.get("a stranger's") or next(iter(others.values()), value)
