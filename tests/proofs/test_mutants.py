"""Every property is damaged, each damage changes something, and only who looked at it has to be asked again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.aws.schemas import Inside
from infra.errors import InputError
from suites.proofs.mutants.judged import killer, killers_by_everything
from suites.proofs.mutants.mutant import REMOVED, Damage, Mutant, Steps, damaged
from suites.proofs.mutants.platform import Sound, built, sound
from suites.proofs.mutants.policies import is_policy
from suites.proofs.mutants.values import World, changes

_SOME = 24
_ANYTHING = Inside({}, {}, takes_objects=False, is_open=False, words=frozenset(), least=None, most=None)


@pytest.fixture(scope="module")
def platform() -> Sound:
    return sound()


def places(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    """Every member, item and leaf; of a policy its statements' members."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inside in items:
        yield (*steps, name)
        yield from places(inside, (*steps, name))


def test_every_property_of_every_resource_is_damaged(platform: Sound) -> None:
    """What no mutant touches nobody would miss."""
    for resource in platform.context.inventory.resources:
        properties = resource.properties(defaults=False)
        damages = [mutant.damage.steps for mutant in platform.mutants_of(resource)]
        reached = {steps[:end] for steps in damages for end in range(1, len(steps) + 1)}
        missed = [place for place in places(properties) if place not in reached and not _said_by_a_part(place)]
        assert not missed, f"{resource.key}: {missed[:3]}"


def _said_by_a_part(place: Steps) -> bool:
    """Say whether a policy's way damages the whole in its place: one action that is widened is all actions widened."""
    return bool({"Action", "NotAction", "Resource", "NotResource", "Principal"} & set(place[:-1]))


def test_each_damage_changes_its_resource_and_has_a_name_of_its_own(platform: Sound) -> None:
    """A mutant that is the sound platform is killed by nobody; two of one name are one in every listing."""
    seen = set()
    for resource in platform.context.inventory.resources:
        properties = resource.properties(defaults=False)
        for mutant in platform.mutants_of(resource):
            assert damaged(properties, mutant.damage) != properties, mutant.id
            assert mutant.id not in seen
            seen.add(mutant.id)
        assert properties == resource.properties(defaults=False)
    assert len(seen) > 10_000


def test_mutants_are_the_same_in_each_run(platform: Sound) -> None:
    """A mutant that has another name tomorrow cannot be explained."""
    for resource in platform.context.inventory.resources[:40]:
        assert [one.id for one in platform.mutants_of(resource)] == [one.id for one in platform.mutants_of(resource)]


@given(st.one_of(st.booleans(), st.integers(-5, 10**6), st.text(max_size=12), st.sampled_from(
    ("10.0.0.0/16", "${Key.Arn}", "arn:aws:sns:us-east-1:333333333333:${Topic}", "cron(0 5 * * ? *)", "rate(5 minutes)",
     "true", "30", "a-1"))))  # fmt: skip
def test_every_kind_of_damage_gives_another_value_of_the_same_type(value: Any) -> None:
    """A value of another type would be refused at load, and show nothing of the controls."""
    world = World({"Key": ("Other",), "Topic": ()})
    found = list(changes(value, _ANYTHING, world))
    assert len({kind for kind, _ in found}) == len(found)
    assert all(other != value and type(other) in (type(value), float) for _, other in found)
    assert found or value in ("", 0)


def test_a_list_that_loses_an_item_keeps_the_others() -> None:
    """What is damaged beside the damage would be judged for another reason."""
    tree = {"A": [{"B": 1}, {"B": 2}], "C": 3}
    assert damaged(tree, Damage(("A", 0), "removed", REMOVED)) == {"A": [{"B": 2}], "C": 3}
    assert tree == {"A": [{"B": 1}, {"B": 2}], "C": 3}


def test_the_statement_of_a_web_acl_is_no_policy() -> None:
    """It has an effect of its own, and is damaged as what it is."""
    assert not is_policy({"Statement": {"RateBasedStatement": {"Limit": 1}}})
    assert is_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


def _unkilled(platform: Sound) -> Iterator[tuple[Mutant, Any]]:
    every = [(one, mutant) for one in platform.context.inventory.resources for mutant in platform.mutants_of(one)]
    random.Random(11).shuffle(every)  # noqa: S311  the same ones in each run
    for resource, mutant in every:
        try:
            after = built(resource, mutant)
        except InputError:
            continue
        if killer(mutant, after) is None:
            yield mutant, after


def test_who_did_not_look_at_the_damage_has_nothing_to_say_about_it(platform: Sound) -> None:
    """Only the cells that touched what is damaged are judged anew: judged as a whole, no control objects either."""
    found = _unkilled(platform)
    for _ in range(_SOME):
        mutant, after = next(found)
        assert not killers_by_everything(after), f"{mutant.id} is killed by who was not asked"
