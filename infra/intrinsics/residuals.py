"""Residuals: intrinsic functions that wait for a resource, and the texts they are put together in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from infra.source import Path

VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_REFERENCES: Final = ("Ref", "Fn::GetAtt", "Fn::Sub")
_HEAVIEST: Final = 200_000  # characters and items: more than CloudFormation takes in one template body


class _NoValue:
    """What ``AWS::NoValue`` becomes: the property or list item that holds it is left out."""


NO_VALUE: Final = _NoValue()


class IntrinsicError(ValueError):
    """An intrinsic function that cannot be answered, and where it stands."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


def is_residual(value: Any) -> bool:
    """Say whether ``value`` is an intrinsic function that still waits for a resource."""
    return isinstance(value, dict) and len(value) == 1 and is_function(next(iter(value)))


def has_residual(value: Any) -> bool:
    """Say whether a residual stands anywhere inside ``value``."""
    if is_residual(value):
        return True
    if isinstance(value, dict):
        return any(has_residual(item) for item in value.values())
    return isinstance(value, list) and any(has_residual(item) for item in value)


def references(value: Any) -> Iterator[tuple[str, str | None]]:
    """Yield every ``(logical id, attribute or None)`` that the residuals in ``value`` wait for."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if "Ref" in value and len(value) == 1:
            yield value["Ref"], None
        elif "Fn::GetAtt" in value and len(value) == 1:
            yield value["Fn::GetAtt"][0], value["Fn::GetAtt"][1]
        elif isinstance(value.get("Fn::Sub"), str) and len(value) == 1:
            for name in VARIABLE.findall(value["Fn::Sub"]):
                if not name.startswith("!"):
                    yield split_name(name)
        else:
            for item in value.values():
                yield from references(item)


def is_function(key: Any) -> bool:
    """Say whether a key of an object is an intrinsic function's name."""
    return isinstance(key, str) and (key == "Ref" or key.startswith("Fn::"))


def split_name(name: str) -> tuple[str, str | None]:
    """Split ``Id.Attribute`` at its first dot; a lone id has no attribute."""
    logical_id, _, attribute = name.strip().partition(".")
    return logical_id, attribute or None


def as_text(value: Any, path: Path) -> str:
    """Write a scalar the way CloudFormation does: ``true``, ``7``, ``text``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise IntrinsicError(f"expected a text, got {kind(value)}", path)


def kind(value: Any) -> str:
    """Name the kind of a value for an error message."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return "nothing" if value is None else names.get(type(value), "AWS::NoValue")


def opaque(item: Any) -> bool:
    """Say whether a residual cannot be written inside a ``Fn::Sub`` text."""
    return is_residual(item) and next(iter(item)) not in _REFERENCES


def bounded(value: Any, path: Path) -> Any:
    """Return ``value``, or refuse one that functions have blown up: a variable used twice doubles what it holds."""
    weight, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        weight += len(item) + 1 if isinstance(item, str | list | dict) else 1
        if weight > _HEAVIEST:
            raise IntrinsicError(f"expected a value of at most {_HEAVIEST} characters and items", path)
        waiting.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
    return value


def put_together(pieces: list[Any], path: Path) -> Any:
    """Put literal text and references together: plain text, a lone reference, or one ``Fn::Sub``."""
    bounded(pieces, path)
    if any(opaque(piece) for piece in pieces):
        return {"Fn::Join": ["", [piece for piece in pieces if piece != ""]]}
    if not any(is_residual(piece) for piece in pieces):
        return "".join(as_text(piece, path) for piece in pieces)
    solid = [piece for piece in pieces if piece != ""]
    if len(solid) == 1 and "Fn::Sub" not in solid[0]:
        return solid[0]
    text = "".join(as_sub_text(piece, path) for piece in pieces)
    if not any(True for _ in references({"Fn::Sub": text})):
        return text.replace("${!", "${")
    return {"Fn::Sub": text}


def as_sub_text(piece: Any, path: Path) -> str:
    """Write one piece the way it stands inside a ``Fn::Sub``; literal ``${…}`` is escaped."""
    match piece:
        case {"Ref": str(name)}:
            return "${" + name + "}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return "${" + name + "." + attribute + "}"
        case {"Fn::Sub": str(text)}:
            return text
    return VARIABLE.sub(lambda match: "${!" + match.group(1) + "}", as_text(piece, path))
