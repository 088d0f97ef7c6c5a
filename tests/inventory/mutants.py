"""Every answer as AWS would not give it: each member deleted, retyped, doubled, swapped, re-cased or inflated."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from tests.inventory.recording import Key, Recording, Wire


@dataclass(frozen=True, slots=True)
class Mutant:
    """One answer, changed in one place. ``place`` has ``*`` for every index and drawn id: like places are one place.

    ``write`` gives the changed answer: of a hundred thousand the few that are tried are written.
    """

    key: Key
    place: str
    change: str
    write: Callable[[], bytes] = field(repr=False)

    @property
    def name(self) -> str:
        """How it is named in a failure, and in the table of what cannot be told apart."""
        return f"{self.key[0]}:{self.key[1]} {self.place} {self.change}"


_DRAWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TWICE = "\N{SECTION SIGN}"
"""What marks the second of two members of one name until it is written."""


def mutants(recording: Recording) -> Iterator[Mutant]:
    """Give the mutants of every good answer; then each answer in the place of another of the same operation."""
    good = {key: wire for key, wire in recording.answers.items() if wire.status < 300}
    for key, wire in good.items():
        for place, change, write in of_answer(wire):
            yield Mutant(key, place, change, write)
        others = [other for other, its in good.items() if other[:2] == key[:2] and its.body != wire.body]
        if others:
            yield Mutant(key, "@", "of another", partial(bytes, good[others[0]].body))


def of_answer(wire: Wire) -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Give (place, change, what writes it) for every change of one answer."""
    if wire.body[:1] in (b"{", b"["):
        for place, change, make in of_tree(json.loads(wire.body)):
            yield place, change, partial(_write, make)
    elif wire.body.lstrip()[:1] == b"<":
        yield from of_xml(wire.body)


def _write(make: Callable[[], Any]) -> bytes:
    return written(make())


def written(tree: Any) -> bytes:
    """Write JSON; a marked name is the second member of that name."""
    return json.dumps(tree).replace(json.dumps(TWICE)[1:-1], "").encode()


def of_tree(tree: Any) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Give (place, change, what makes the tree) for every change of a JSON tree, within JSON text too."""
    for path in list(_paths(tree)):
        place = ".".join("*" if isinstance(step, int) or _DRAWN.fullmatch(step) else step for step in path)
        for change, made in _changes(_at(tree, path[:-1]), path[-1]):
            yield place, change, partial(_with, tree, path[:-1], made)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = _text(value)
    if inside is not None:
        yield from _paths(inside[0], (*path, "<json>"))
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield (*path, name)
        yield from _paths(item, (*path, name))


def _text(value: Any) -> tuple[Any, bool] | None:
    """Give what JSON text says, and whether it is written as in an address."""
    return _read(value) if isinstance(value, str) else None


@lru_cache(maxsize=512)
def _read(value: str) -> tuple[Any, bool] | None:
    """Each step inside a text would read it again; nobody changes in place what it says."""
    for text, is_quoted in ((value, False), (unquote(value), True)):
        if text[:1] in "{[" and text:
            try:
                return json.loads(text), is_quoted
            except ValueError:
                continue
    return None


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        if step == "<json>":
            found = _text(tree)
            assert found is not None
            tree = found[0]
        else:
            tree = tree[step]
    return tree


def _with(tree: Any, path: tuple[Any, ...], made: Any) -> Any:
    if not path:
        return made
    if path[0] == "<json>":
        found = _text(tree)
        assert found is not None
        text = written(_with(found[0], path[1:], made)).decode()
        return quote(text) if found[1] else text
    whole = copy.copy(tree)
    whole[path[0]] = _with(tree[path[0]], path[1:], made)
    return whole


def _changes(parent: Any, step: Any) -> Iterator[tuple[str, Any]]:
    value = parent[step]
    if isinstance(parent, dict):
        yield "deleted", {name: item for name, item in parent.items() if name != step}
        yield "re-cased name", {(name.swapcase() if name == step else name): item for name, item in parent.items()}
        yield "twice", {f"{TWICE}{step}": other(value), **parent}
    else:
        yield "deleted", parent[:step] + parent[step + 1 :]
        yield "doubled", [*parent[: step + 1], value, *parent[step + 1 :]]
        yield "twin before", [*parent[:step], sound_twin(value), *parent[step:]]
    for change, changed in values(value):
        made = copy.copy(parent)
        made[step] = changed
        yield change, made


def other(value: Any) -> Any:
    """Give another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return {"true": "false", "false": "true"}.get(value, f"{value}x") if isinstance(value, str) else type(value)()


def sound_twin(value: Any) -> Any:
    """Give the same item with every switch turned, and every number raised, that it has."""
    if isinstance(value, dict):
        return {name: sound_twin(item) for name, item in value.items()}
    if isinstance(value, bool):
        return not value
    return value + 30 if isinstance(value, int) else value


def values(value: Any) -> Iterator[tuple[str, Any]]:
    """Give (change, value) for what may stand in the place of a value."""
    if isinstance(value, bool):
        yield from (("retyped", "maybe"), ("retyped to a number", 7), ("retyped to a list", []))
    elif isinstance(value, int | float):
        yield from (("retyped", "seven"), ("inflated", value * 10**9 + 10**9), ("retyped to a list", [value]))
    elif isinstance(value, str):
        yield from (("retyped", 7), ("retyped to a list", [value]), ("retyped to a map", {}))
        if value.swapcase() != value:
            yield "re-cased", value.swapcase()
        if value.isdigit():
            yield "inflated", str(int(value) * 10**9 + 10**9)
    elif isinstance(value, list):
        yield from (("retyped", "text"), ("retyped to a map", {}), ("emptied", []))
        if len(value) > 1:
            yield from (("halved", value[: len(value) // 2]), ("all doubled", [*value, *value]))
    else:
        yield from (("retyped", "text"), ("retyped to a list", []), ("emptied", {}))


def of_xml(body: bytes) -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Give (place, change, what writes it) for every change of an XML answer."""
    root = ET.fromstring(body)  # noqa: S314  the mock cloud's own
    for parent, index, place in list(_elements(root)):
        if "ResponseMetadata" in place or place.endswith("requestId"):
            continue
        child = parent[index]
        for change, replacement in _xml_changes(child):
            yield place, change, partial(_replaced, root, parent, index, replacement)


def _replaced(root: ET.Element, parent: ET.Element, index: int, replacement: list[ET.Element]) -> bytes:
    """Write the whole with something in the place of one element, which then stands there again."""
    child = parent[index]
    parent[index : index + 1] = replacement
    try:
        return ET.tostring(root)
    finally:
        parent[index : index + len(replacement)] = [child]


def _elements(node: ET.Element, place: str = "") -> Iterator[tuple[ET.Element, int, str]]:
    for index, child in enumerate(node):
        name = child.tag.rpartition("}")[2]
        yield node, index, f"{place}.{name}".lstrip(".")
        yield from _elements(child, f"{place}.{name}")


def _xml_changes(child: ET.Element) -> Iterator[tuple[str, list[ET.Element]]]:
    yield "deleted", []
    yield "doubled", [child, copy.deepcopy(child)]
    yield "re-cased name", [_changed(child, tag=child.tag.swapcase())]
    if len(child):
        yield "retyped", [_changed(child, text="text", children=[])]
        yield "emptied", [_changed(child, text="", children=[])]
        if len(child) > 1:
            yield "halved", [_changed(child, children=list(child)[: len(child) // 2])]
        return
    text = child.text or ""
    yield "retyped to a list", [_changed(child, text="", children=[ET.Element("member"), ET.Element("member")])]
    yield "twice", [_changed(child, text=other(text)), child]
    inside = _text(text)
    if inside is not None:
        for _, change, make in of_tree(inside[0]):
            said = written(make()).decode()
            yield f"policy {change}", [_changed(child, text=quote(said) if inside[1] else said)]
    for change, value in values(text):
        if isinstance(value, str):
            yield change, [_changed(child, text=value)]
    for change, value in (
        (("retyped", "seven"), ("inflated", str(int(text or 0) * 10**9 + 10**9))) if text.isdigit() else ()
    ):
        yield change, [_changed(child, text=value)]
    if text in ("true", "false"):
        yield "retyped", [_changed(child, text="maybe")]


def _changed(
    element: ET.Element, *, tag: str | None = None, text: str | None = None, children: list[ET.Element] | None = None
) -> ET.Element:
    made = ET.Element(tag or element.tag, element.attrib)
    made.text = element.text if text is None else text
    made.extend(list(element) if children is None else children)
    return made
