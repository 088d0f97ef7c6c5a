"""Whether what a property names is there and ours: links followed by every name that a resource has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.touching import note_property
from fixtures.inventory.types import TYPES
from fixtures.judging.links import load_links, texts
from suites.controls.letting_in import arn_of
from suites.controls.looking import told

_REFERENCE: Final = re.compile(r"\$\{(?P<id>[A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
_OF_AWS: Final = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/.+")
Names = Mapping[str, set[str]]


def names_of_ours(inventory: Inventory) -> Names:
    """Give what our stacks have and something may lead to, by every name: logical id, physical one or ARN -> types.

    Raises Unread where a type was not read as a whole.
    """
    found: dict[str, set[str]] = {}
    reached = {target for links in load_links().links.values() for targets in links.values() for target in targets}
    for resource in (one for target in sorted(reached) for one in inventory.of(TYPES[target])):
        if resource.managed:
            origin = resource.origin
            for name in (resource.key, origin.physical_id, *origin.attributes.values(), arn_of(inventory, resource)):
                if name:
                    found.setdefault(name, set()).add(resource.cfn_type)
    return found


def dangling(inventory: Inventory) -> Iterator[str]:
    """Yield each property that names what is not there, or is none of ours, with what it names.

    Raises Unread where resources or a property could not be read.
    """
    names = names_of_ours(inventory)
    for cfn_type, links in load_links().links.items():
        for resource in inventory.of(TYPES[cfn_type]):
            if resource.managed:
                for path, targets in links.items():
                    yield from _lost(resource, path, targets, names)


def _lost(resource: Resource, path: str, targets: tuple[str, ...], names: Names) -> Iterator[str]:
    first, *rest = path.split(".")
    for text in texts(told(resource, first), tuple(rest)):
        note_property(resource, first, decides=False)
        if not _leads(text, targets, names):
            note_property(resource, first)
            yield f"{resource.key}.{path} names {text}"


def _leads(text: str, targets: tuple[str, ...], names: Names) -> bool:
    """Say whether a text names one of ours, or AWS's own policy; each reference in it has to."""
    if _OF_AWS.fullmatch(text):
        return True
    named = [found["id"] for found in _REFERENCE.finditer(text)] or [text]
    return all(name in names for name in named) and any(not names[name].isdisjoint(targets) for name in named)
