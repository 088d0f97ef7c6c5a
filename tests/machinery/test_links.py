"""Every link of the templates is followed: what is gone, a stranger's, or not ours any more is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import pytest

from fixtures.aws.registry import ROWS
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.judging.links import load_links, texts
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.stacks import resolve_platform
from suites.controls.linked import dangling

_REFERENCE: Final = re.compile(r"\$\{[A-Za-z0-9]+(?:\.[A-Za-z0-9.]+)?\}")
# Their statements are evaluated: what they name they let in, or let do.
_POLICIES: Final = {"PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument", "ResourcePolicy", "AccessPolicy"}
STRANGE: Final = "arn:aws:sns:us-east-1:999999999999:theirs"
PLACES: Final = [(cfn_type, path) for cfn_type, links in load_links().links.items() for path in links]
TARGETS: Final = sorted({one for links in load_links().links.values() for targets in links.values() for one in targets})
Place = tuple[str, ...]


@cache
def inventory(environment: str) -> Inventory:
    return from_platform(resolve_platform(load_environment(environment)), datetime(2026, 11, 29, tzinfo=UTC))


def referring(value: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the paths of what holds a reference, through lists."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from referring(item, (*place, str(name)))
    elif isinstance(value, list):
        for item in value:
            yield from referring(item, place)
    elif isinstance(value, str) and _REFERENCE.search(value):
        yield place


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_reference_of_the_templates_is_asked_about(environment: str) -> None:
    """A link that nobody lists would be one that nobody follows."""
    table = load_links()
    listed = {
        f"{cfn_type} {path}" for cfn_type, links in table.links.items() for path in links
    } | table.elsewhere.keys()
    found = {
        f"{resource.cfn_type} {'.'.join(place)}"
        for resource in inventory(environment).resources
        for place in referring(resource.properties(defaults=False))
        if not _POLICIES & set(place)
    }
    assert found - listed == set()


def test_what_is_listed_is_a_property() -> None:
    """A misspelt path would be a link that leads nowhere, without a word."""
    places = [*PLACES, *(one.split(" ") for one in load_links().elsewhere)]
    assert [place for place in places if place[1].split(".")[0] not in ROWS[place[0]].schema.properties] == []


def named(value: Any, steps: Place, text: str) -> Any:
    """Give data in which what stands at a path names something else."""
    if isinstance(value, list):
        return [named(item, steps, text) for item in value]
    if not steps:
        return text
    if isinstance(value, Mapping) and steps[0] in value:
        return {**value, steps[0]: named(value[steps[0]], steps[1:], text)}
    return value


def place_of(cfn_type: str, path: str) -> tuple[Inventory, Resource] | None:
    """Give the first resource that has something at a path, of the environment with most in it."""
    for environment in ("prod", "dev"):
        found = inventory(environment)
        for resource in found.resources:
            if resource.cfn_type == cfn_type and list(
                texts(resource.properties(defaults=False), tuple(path.split(".")))
            ):
                return found, resource
    return None


def instead(found: Inventory, resource: Resource, other: Resource | None) -> Inventory:
    kept = (other if one is resource else one for one in found.resources)
    return replace(found, resources=tuple(one for one in kept if one is not None))


@pytest.mark.parametrize("text", [STRANGE, "gone", "${Gone}", "${Gone.Arn}"])
@pytest.mark.parametrize(("cfn_type", "path"), PLACES, ids=[f"{cfn_type} {path}" for cfn_type, path in PLACES])
def test_what_dangles_is_named(cfn_type: str, path: str, text: str) -> None:
    """Every link, made to name what is gone or a stranger's."""
    place = place_of(cfn_type, path)
    assert place is not None, "no template has it"
    found, resource = place
    data = named(resource.properties(defaults=False), tuple(path.split(".")), text)
    broken = instead(found, resource, type(resource).build(data, resource.origin))
    assert any(one.startswith(f"{resource.key}.{path} names {text}") for one in dangling(broken))


@pytest.mark.parametrize(
    "cfn_type", sorted({target for links in load_links().links.values() for many in links.values() for target in many})
)
def test_what_leads_to_something_that_was_removed_is_named(cfn_type: str) -> None:
    """Every target, taken away or found to be no stack's."""
    found = inventory("prod")
    targets = [one for one in found.resources if one.cfn_type == cfn_type]
    named_by = {
        target.key for target in targets if any(f"${{{target.key}" in str(one.properties()) for one in found.resources)
    }
    assert named_by, "nothing leads to any"
    target = next(one for one in targets if one.key in named_by)
    origin = replace(target.origin, logical_id=None, physical_id="made-by-hand")
    elsewhere = type(target).build(target.properties(defaults=False), origin)
    for other in (None, elsewhere):
        assert list(dangling(instead(found, target, other))), target.key
