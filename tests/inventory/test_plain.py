"""What stands at a place is what stands there in the whole, made plain: every place of every resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fixtures.inventory.plain import NOTHING, fields_by_name, inside
from fixtures.inventory.touching import Steps
from suites.proofs.sound_and_broken import sound_static_context


def _places(value: Any, before: Steps) -> Iterator[tuple[Steps, Any]]:
    """Give every place and what stands there, and beside each one at which nothing does."""
    yield before, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in members:
        yield from _places(item, (*before, step))
    for step in ("NoSuchMember", 10_000):
        yield (*before, step), None


def test_every_place_of_every_resource() -> None:
    tried = 0
    for resource in sound_static_context().inventory.resources:
        for name in fields_by_name(type(resource)):
            for steps, expected in _places(resource.understood(name), (name,)):
                assert resource.understood_at(steps) == expected, (resource.key, steps)
                tried += 1
    assert tried > 10_000


def test_nothing_stands_inside_of_a_text_or_a_number() -> None:
    for value in ("text", 7, None, True, ("a",), {"a": 1}):
        for step in ("text", 0, 1, "a"):
            stands = (isinstance(value, tuple) and step == 0) or (isinstance(value, dict) and step == "a")
            assert (inside(value, (step,)) is NOTHING) is not stands
