"""Functions that name something else: a parameter, a resource, a map, another stack's export."""

from __future__ import annotations

from typing import Any

from infra.intrinsics.evaluator import Evaluator, function
from infra.intrinsics.residuals import NO_VALUE, IntrinsicError, as_text, is_residual, kind
from infra.source import Path


@function("Ref")
def ref(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Ref``."""
    if not isinstance(args, str):
        raise IntrinsicError(f"Ref: expected a name, got {kind(args)}", path)
    scope = evaluator.scope
    if args == "AWS::NoValue":
        return NO_VALUE
    for names in (scope.parameters, scope.pseudo):
        if args in names:
            return names[args]
    return evaluator.resource(args, None, path, {"Ref": args})


@function("Fn::GetAtt")
def get_att(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::GetAtt`` in its list and its text form."""
    parts = list(args.partition(".")[::2]) if isinstance(args, str) else args
    if not isinstance(parts, list) or len(parts) != 2 or not isinstance(parts[0], str) or not parts[1]:  # noqa: PLR2004
        raise IntrinsicError("Fn::GetAtt: expected [logical id, attribute]", path)
    attribute = evaluator.value(parts[1], (*path, 1))
    if not isinstance(attribute, str):
        raise IntrinsicError(f"Fn::GetAtt: expected an attribute name, got {kind(attribute)}", path)
    return evaluator.resource(parts[0], attribute, path, {"Fn::GetAtt": [parts[0], attribute]})


@function("Fn::FindInMap")
def find_in_map(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::FindInMap``, with its ``DefaultValue``."""
    if not isinstance(args, list) or len(args) not in (3, 4):
        raise IntrinsicError("Fn::FindInMap: expected [map, first key, second key]", path)
    keys = [evaluator.value(item, (*path, index)) for index, item in enumerate(args[:3])]
    found: Any = evaluator.scope.mappings
    for key in keys:
        text = as_text(key, path)
        if not isinstance(found, dict) or text not in found:
            return _map_default(evaluator, args, keys, path)
        found = found[text]
    return found


def _map_default(evaluator: Evaluator, args: list[Any], keys: list[Any], path: Path) -> Any:
    match args[3:]:
        case [{"DefaultValue": default}]:
            return evaluator.value(default, (*path, 3, "DefaultValue"))
    raise IntrinsicError(f"Fn::FindInMap: no value at {'.'.join(map(str, keys))}", path)


@function("Fn::ImportValue")
def import_value(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::ImportValue`` from the exports of other stacks."""
    name = evaluator.value(args, path)
    if is_residual(name) or evaluator.scope.exports is None:
        return {"Fn::ImportValue": name}
    if name not in evaluator.scope.exports:
        raise IntrinsicError(f"Fn::ImportValue: no stack exports {name!r}", path)
    return evaluator.scope.exports[name]
