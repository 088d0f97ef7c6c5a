"""Functions that make text."""

from __future__ import annotations

import base64 as base64_codec
import json
from collections.abc import Mapping
from typing import Any

from infra.intrinsics.evaluator import Evaluator, function
from infra.intrinsics.references import get_att, ref
from infra.intrinsics.residuals import (
    VARIABLE,
    IntrinsicError,
    as_text,
    has_residual,
    is_residual,
    kind,
    opaque,
    put_together,
    split_name,
)
from infra.source import Path


@function("Fn::Sub")
def sub(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::Sub``; pieces that wait for a resource keep their ``${…}``."""
    text, variables = (args, {}) if isinstance(args, str) else _sub_arguments(args, path)
    values = {name: evaluator.value(item, (*path, 1, name)) for name, item in variables.items()}
    pieces: list[Any] = []
    end = 0
    for match in VARIABLE.finditer(text):
        pieces.append(text[end : match.start()])
        pieces.append(_variable(evaluator, match.group(1), values, path))
        end = match.end()
    return put_together([*pieces, text[end:]], path)


def _sub_arguments(args: Any, path: Path) -> tuple[str, dict[str, Any]]:
    match args:
        case [str(text), dict(variables)]:
            return text, variables
    raise IntrinsicError("Fn::Sub: expected a text, or [text, {variable: value}]", path)


def _variable(evaluator: Evaluator, name: str, values: Mapping[str, Any], path: Path) -> Any:
    if name.startswith("!"):
        # A residual's text is read again once resources exist, so its literal must still be escaped then.
        return "${" + name[1:] + "}" if evaluator.scope.lookup is not None else {"Fn::Sub": "${" + name + "}"}
    if name in values:
        return values[name]
    logical_id, attribute = split_name(name)
    return ref(evaluator, logical_id, path) if attribute is None else get_att(evaluator, [logical_id, attribute], path)


@function("Fn::Join")
def join(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::Join``."""
    match args:
        case [str(delimiter), items]:
            items = evaluator.value(items, (*path, 1))
        case _:
            raise IntrinsicError("Fn::Join: expected [delimiter, list]", path)
    if is_residual(items) or (isinstance(items, list) and any(opaque(item) for item in items)):
        return {"Fn::Join": [delimiter, items]}
    if not isinstance(items, list):
        raise IntrinsicError(f"Fn::Join: expected a list, got {kind(items)}", path)
    pieces = [piece for item in items for piece in (delimiter, item)][1:]
    return put_together(pieces, path)


@function("Fn::Split")
def split(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::Split``."""
    match args:
        case [str(delimiter), text] if delimiter:
            text = evaluator.value(text, (*path, 1))
        case _:
            raise IntrinsicError("Fn::Split: expected [delimiter, text]", path)
    return {"Fn::Split": [delimiter, text]} if is_residual(text) else as_text(text, path).split(delimiter)


@function("Fn::Base64")
def base64(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::Base64``."""
    text = evaluator.value(args, path)
    return {"Fn::Base64": text} if is_residual(text) else base64_codec.b64encode(as_text(text, path).encode()).decode()


@function("Fn::ToJsonString")
def to_json(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::ToJsonString``."""
    data = evaluator.value(args, path)
    return {"Fn::ToJsonString": data} if has_residual(data) else json.dumps(data, separators=(",", ":"))
