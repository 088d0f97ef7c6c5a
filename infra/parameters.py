"""The parameters of a template: their declarations, and the values of one deployment checked against them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from infra.intrinsics import IntrinsicError, as_text, has_residual

_KEYS = {
    "Type", "Default", "Description", "AllowedValues", "AllowedPattern", "ConstraintDescription",
    "MinLength", "MaxLength", "MinValue", "MaxValue", "NoEcho",
}  # fmt: skip
_LIST = re.compile(r"CommaDelimitedList|List<.+>|AWS::SSM::Parameter::Value<(List<.+>|CommaDelimitedList)>")
_TYPE = re.compile(r"String|Number|CommaDelimitedList|List<[\w:]+>|AWS::[\w:]+(<[\w:<>]+>)?")


def bind(declared: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every declared parameter: texts, numbers, or lists of texts.

    Raises:
        IntrinsicError: a name that is not declared, a declared one without value, or a value that its
            constraints refuse.
    """
    for name in given:
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise IntrinsicError(f"unknown parameter {name!r}: this template has {known}", ("Parameters",))
    return {name: _value(name, declaration, given) for name, declaration in declared.items()}


def _value(name: str, declaration: Any, given: Mapping[str, Any]) -> Any:
    path = ("Parameters", name)
    if not isinstance(declaration, dict) or not _TYPE.fullmatch(str(declaration.get("Type", ""))):
        raise IntrinsicError(f"parameter {name!r}: expected an object with a Type that CloudFormation knows", path)
    for key in declaration:
        if key not in _KEYS:
            raise IntrinsicError(f"parameter {name!r}: unknown key {key!r}", (*path, key))
    if name not in given and "Default" not in declaration:
        raise IntrinsicError(f"parameter {name!r}: expected a value, it has no Default", path)
    raw = given.get(name, declaration.get("Default"))
    value = _typed(name, declaration["Type"], raw)
    if not has_residual(value):
        for item in value if isinstance(value, list) else [value]:
            _check(name, declaration, item)
    return value


def _typed(name: str, kind: str, raw: Any) -> Any:
    path = ("Parameters", name)
    if has_residual(raw):
        return raw
    if _LIST.fullmatch(kind):
        items = raw if isinstance(raw, list) else [part.strip() for part in as_text(raw, path).split(",")]
        return [as_text(item, path) for item in items if item != ""]
    if isinstance(raw, list):
        raise IntrinsicError(f"parameter {name!r}: expected {kind}, got a list", path)
    text = as_text(raw, path)
    if kind == "Number":
        try:
            return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
        except ValueError as error:
            raise IntrinsicError(f"parameter {name!r}: expected a number, got {text!r}", path) from error
    return text


def _check(name: str, declaration: Mapping[str, Any], value: Any) -> None:
    path = ("Parameters", name)
    text = as_text(value, path)
    expected = _refusal(declaration, text, path)
    if expected:
        hint = declaration.get("ConstraintDescription")
        raise IntrinsicError(f"parameter {name!r}: expected {hint or expected}, got {text!r}", path)


def _refusal(declaration: Mapping[str, Any], text: str, path: tuple[str, ...]) -> str | None:
    """Say what was expected when ``text`` breaks a constraint."""
    allowed = [as_text(item, path) for item in declaration.get("AllowedValues", [])]
    if allowed and text not in allowed:
        return f"one of {', '.join(allowed)}"
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, text):
        return f"a text matching {pattern}"
    for key, size in (("Length", len(text)), ("Value", _number(text))):
        low, high = declaration.get(f"Min{key}"), declaration.get(f"Max{key}")
        if size is not None and ((low is not None and size < float(low)) or (high is not None and size > float(high))):
            return f"a {key.lower()} from {low if low is not None else '-'} to {high if high is not None else '-'}"
    return None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None
