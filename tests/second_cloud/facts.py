"""What was made against what our readers tell of it, in words that a table can list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fixtures.inventory.comparing import same
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.values import as_said
from tests.second_cloud.cases.made import UNREAD, Made


def deviations(cls: type[Resource], made: Made, read: Inventory) -> dict[str, str]:
    """Say what is otherwise than made -> where that shows; empty where nothing is.

    Of several resources each is called by its number in the order in which they were made.
    What nobody set the cloud chooses, as AWS does: of a resource's properties those are compared that were made, and
    inside each of them everything.
    """
    if cls.cfn_type in read.gaps:
        return {"the list is refused": str(read.gaps[cls.cfn_type])}
    there, found = {resource.key: resource for resource in read.read(cls)}, dict[str, str]()
    apart = {
        "is not believed": {key: str(gap) for key, gap in read.missing.items()},
        "is not found": [key for key in made if key not in there and key not in read.missing],
        "is there that nobody made": [
            key for key, one in there.items() if key not in made and one.origin.made_by is None
        ],
    }
    for word, which in apart.items():
        found |= {f"{len(which)} {word}": str(which)} if which else {}
    for number, key in enumerate(made, 1):
        of = f"resource {number}: " if len(made) > 1 else ""
        told = _of_resource(cls, made[key], there[key]) if key in there else ()
        found |= {f"{of}{what}": where for what, where in told}
    return found


def _of_resource(cls: type[Resource], made: Mapping[str, Any], read: Resource) -> Iterator[tuple[str, str]]:
    """Compare properties as they are recorded, and fields as controls see them."""
    unread = {name for name, value in made.items() if value == UNREAD}
    for name, gap in read.origin.unread.items():
        if name not in unread:
            yield f"{name} is unread", str(gap)
    for name in unread - read.origin.unread.keys():
        yield f"{name} is told and cannot be", f"{read.key}: {read.property(name)}"
    wanted = cls.build(as_said({name: value for name, value in made.items() if name not in unread}), Origin())
    told = read.properties(defaults=False)
    for name, value in wanted.properties(defaults=False).items():
        if name in read.origin.unread:
            continue
        if name not in told and not same(value, []):
            yield f"{name} is left out", f"{read.key}: made as {value}"
        elif name in told:
            yield from _within(name, value, told[name])
            if same(value, told[name]) and wanted.understood(name) != read.understood(name):
                yield f"{name} is understood otherwise", f"{wanted.understood(name)}: {read.understood(name)}"


def _within(path: str, made: Any, told: Any) -> Iterator[tuple[str, str]]:
    if same(made, told):
        return
    if isinstance(made, dict) and isinstance(told, dict):
        for name in sorted(made.keys() | told.keys()):
            if name not in told:
                yield f"{path}.{name} is left out", f"made as {made[name]}"
            elif name in made:
                yield from _within(f"{path}.{name}", made[name], told[name])
            elif told[name] not in ([], {}, None):
                yield f"{path}.{name} is told and was not made", f"{told[name]}"
    elif isinstance(made, list) and isinstance(told, list) and len(made) == len(told):
        for one, other in zip(made, told, strict=True):
            yield from _within(f"{path}[]", one, other)
    else:
        yield f"{path} is told otherwise", f"made as {made}, told as {told}"
