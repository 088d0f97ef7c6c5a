"""Which mutants are shown to open nothing: policies by the evaluator, group rules by sets of addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fixtures.inventory.facts import Resource
from fixtures.judging.access.newly import newly_allowed
from fixtures.judging.access.patterns import UndecidedError
from fixtures.judging.network.newly import newly_admitted
from suites.proofs.mutants.mutant import Damage, Mutant, Steps, damaged
from suites.proofs.mutants.platform import built
from suites.proofs.mutants.policies import is_policy
from suites.proofs.mutants.rules import AWS_OWN_EGRESS, RULES


def opens_nothing(mutant: Mutant, resource: Resource, ours: str) -> bool:
    """Say whether it is shown that the mutant of a sound resource allows, or admits, nothing new.

    One that leaves unsaid what AWS documents as its default says the same.
    What is not shown, or cannot be decided, is False: then a control has to object.
    """
    if built(resource, mutant) == resource:
        return True
    before = resource.properties(defaults=False)
    after = damaged(before, mutant.damage)
    if mutant.family == "policy":
        return _allows_nothing_new(before, after, mutant.damage, ours)
    if mutant.family == "rule":
        return all(newly_admitted(_rules(before, name), _rules(after, name)) is None for name in RULES)
    return False


def _rules(properties: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Give a group's rules; one that names no rule outward has the one of AWS, which lets everything leave."""
    stated = properties.get(name) or ([AWS_OWN_EGRESS] if name == RULES[1] else [])
    return list(stated)


def _allows_nothing_new(before: Mapping[str, Any], after: Mapping[str, Any], damage: Damage, ours: str) -> bool:
    place = _document(before, damage.steps)
    if place is None:
        return False
    try:
        return newly_allowed(_at(before, place), _at(after, place), ours) is None
    except UndecidedError:
        return False


def _document(tree: Any, steps: Steps) -> Steps | None:
    """Give where the policy document stands in which a damage is; None where it takes the document away."""
    for end in range(len(steps)):
        if is_policy(tree):
            return steps[:end]
        tree = tree[steps[end]]
    return None


def _at(tree: Any, steps: Steps) -> Mapping[str, Any]:
    for step in steps:
        tree = tree[step]
    found: Mapping[str, Any] = tree
    return found
