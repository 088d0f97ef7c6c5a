"""Judging costs as much for each resource in a large account as in a small one, and shows no more of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.inventory import evidence
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.touching import Touched
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.stacks import resolve_platform
from suites.catalogue import catalogue
from tests.inventory.multiplied import Kind, multiplied

NOW = datetime(2026, 11, 22, tzinfo=UTC)
COPIES = (1, 2, 3)


@pytest.fixture(scope="module")
def platform() -> Iterator[Inventory]:
    """The platform, judged once before: what is said of a resource is remembered, and no later world pays for it.

    All of it: which of the oldest facts would have to be made anew hangs on how large a world is.
    """
    found = from_platform(resolve_platform(load_environment("prod")), NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "_MOST_KEPT", sys.maxsize)
        _costs(found, Counter(), 0, "deployed")
        yield found


class Counter:
    """How often anything of a resource, or a link, was looked at."""

    looks = 0

    def counting(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.looks += 1
            return act(*given, **named)

        return counted


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    found = Counter()
    for cls, name in ((Touched, "note"), (Inventory, "find"), (Resource, "_private")):
        monkeypatch.setattr(cls, name, found.counting(getattr(cls, name)))
    return found


@pytest.mark.parametrize("kind", ["of ours", "deployed"])
def test_no_control_looks_at_all_for_each(platform: Inventory, counter: Counter, kind: Kind) -> None:
    """What each further copy of the platform costs is what the one before it cost: looks, and facts that are shown."""
    costs = [_costs(platform, counter, copies, kind) for copies in COPIES]
    growing = {
        control: (first, second, third)
        for control, first in costs[0].items()
        for second, third in [(costs[1][control], costs[2][control])]
        if any(c - b > b - a for a, b, c in zip(first, second, third, strict=True))
    }
    assert not growing, f"each copy costs more than the one before it (looks, facts shown): {growing}"


def _costs(platform: Inventory, counter: Counter, copies: int, kind: Kind) -> Mapping[str, tuple[int, int]]:
    world = multiplied(platform, copies, kind)
    context = Context(world, load_baseline("prod"), load_environment("prod"), NOW, platform)
    found = {}
    for control in catalogue():
        if "mocked" in control.tiers:
            counter.looks = 0
            shown = sum(len(verdict.evidence) for verdict in judge(control, context))
            found[control.id] = (counter.looks, shown)
    return found
