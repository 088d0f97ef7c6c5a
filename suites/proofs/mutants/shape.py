"""Whether a type's provider schema takes a damaged resource: what CloudFormation refuses nobody can deploy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fixtures.aws.registry import ROWS
from fixtures.inventory.facts import Resource

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_SHOWN: Final = 120
Complaint = tuple[tuple[str | int, ...], str, str]


def refusal(resource: Resource, properties: Mapping[str, Any]) -> str | None:
    """Say what the schema says against the damaged properties and not against the sound ones; None where nothing."""
    sound = _of_sound(resource.cfn_type, resource)
    found = (one for one in _complaints(resource.cfn_type, properties) if one[:2] not in sound)
    first = next(found, None)
    return first[2] if first else None


_sound: dict[tuple[str, str], set[tuple[tuple[str | int, ...], str]]] = {}


def _of_sound(cfn_type: str, resource: Resource) -> set[tuple[tuple[str | int, ...], str]]:
    """A reference is text, and so is what it stands for of any kind: what the schema says of that is said before."""
    key = (cfn_type, resource.key)
    if key not in _sound:
        _sound[key] = {one[:2] for one in _complaints(cfn_type, resource.properties(defaults=False))}
    return _sound[key]


def _complaints(cfn_type: str, properties: Mapping[str, Any]) -> Iterator[Complaint]:
    for error in _validator(cfn_type).iter_errors(properties):
        yield tuple(error.absolute_path), str(error.validator), f"{error.json_path}: {error.message[:_SHOWN]}"


@cache
def _validator(cfn_type: str) -> Validator:
    from jsonschema import Draft7Validator  # noqa: PLC0415  of no use to a run without mutants

    document = ROWS[cfn_type].schema.document
    made: Validator = Draft7Validator(_readable({key: value for key, value in document.items() if key != "$id"}))
    return made


def _readable(node: Any) -> Any:
    """Give a schema without the patterns that are not written as Python reads them: they refuse nothing here."""
    if isinstance(node, list):
        return [_readable(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: _readable(value) for key, value in node.items() if key != "pattern" or _is_pattern(value)}
    names = kept.get("patternProperties")
    if isinstance(names, Mapping) and not all(map(_is_pattern, names)):
        del kept["patternProperties"]
    return kept


def _is_pattern(text: Any) -> bool:
    try:
        return not isinstance(text, str) or bool(re.compile(text))
    except re.error:
        return False
