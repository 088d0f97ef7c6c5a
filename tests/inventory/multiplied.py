"""A world many times as large as the platform: copies of all its resources, whose links lead to ours or to copies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin

Kind = Literal["of ours", "of their own", "deployed"]
KINDS: tuple[Kind, ...] = ("of ours", "of their own", "deployed")
"""Strangers that lead to our resources, strangers that lead to each other, and ours, deployed that many times."""
_NAMED = re.compile(r"touchstone([-/])")
_LINK = re.compile(r"\$\{([A-Za-z0-9]+)([.}])")


def multiplied(base: Inventory, copies: int, kind: Kind) -> Inventory:
    """Give an inventory with so many further copies of each resource, as the mocked tier would have read it."""
    resources = (*base.resources, *copied(base.resources, range(copies), kind))
    expected: dict[str, tuple[str, ...]] = {}
    for one in resources:
        if one.managed:
            expected[one.cfn_type] = (*expected.get(one.cfn_type, ()), one.key)
    return replace(base, tier="mocked", resources=resources, expected=expected)


def copied(resources: Iterable[Resource], numbers: Iterable[int], kind: Kind) -> Iterator[Resource]:
    """Yield a copy of each resource for each number; the keys of a copy end in `N` and its number."""
    templates = list(resources)
    ids = {one.key for one in templates}
    for number in numbers:
        for one in templates:
            own = one.properties(defaults=False)
            yield type(one).build(own if kind == "of ours" else _renamed(own, ids, number), _origin(one, number, kind))


def _renamed(properties: dict[str, Any], ids: set[str], number: int) -> dict[str, Any]:
    def link(found: re.Match[str]) -> str:
        return f"${{{found[1]}N{number}{found[2]}" if found[1] in ids else found[0]

    text = _LINK.sub(link, json.dumps(properties))
    renamed: dict[str, Any] = json.loads(_NAMED.sub(rf"touchstone-n{number}\1", text))
    return renamed


def _origin(one: Resource, number: int, kind: Kind) -> Origin:
    name = f"{one.key}N{number}"
    named = {"logical_id": name} if kind == "deployed" else {"logical_id": None, "physical_id": name}
    attributes = {word: f"{value}N{number}" for word, value in one.origin.attributes.items()}
    return replace(one.origin, **named, attributes=attributes)
