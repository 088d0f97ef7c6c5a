"""Functions that decide: of conditions, of values, and of a template's rules."""

from __future__ import annotations

from typing import Any

from infra.intrinsics.evaluator import Evaluator, function
from infra.intrinsics.residuals import IntrinsicError, as_text, has_residual
from infra.source import Path


@function("Fn::If")
def if_(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::If``; the branch not taken is not looked at."""
    if not isinstance(args, list) or len(args) != 3 or not isinstance(args[0], str):  # noqa: PLR2004
        raise IntrinsicError("Fn::If: expected [condition name, value if true, value if false]", path)
    if args[0] not in evaluator.scope.conditions:
        raise IntrinsicError(f"Fn::If: {args[0]!r} is not a condition of this template", path)
    index = 1 if evaluator.scope.conditions[args[0]] else 2
    return evaluator.value(args[index], (*path, index))


@function("Fn::Equals")
def equals(evaluator: Evaluator, args: Any, path: Path) -> bool:
    """Answer ``Fn::Equals``; both sides must be known before anything is deployed."""
    if not isinstance(args, list) or len(args) != 2:  # noqa: PLR2004
        raise IntrinsicError("Fn::Equals: expected [value, value]", path)
    left, right = (evaluator.value(item, (*path, index)) for index, item in enumerate(args))
    if has_residual(left) or has_residual(right):
        raise IntrinsicError("Fn::Equals: a condition cannot depend on a resource", path)
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return bool(left == right)
    return as_text(left, path) == as_text(right, path)


@function("Fn::And")
def all_(evaluator: Evaluator, args: Any, path: Path) -> bool:
    """Answer ``Fn::And``."""
    return all(_truths(evaluator, args, path, "Fn::And"))


@function("Fn::Or")
def any_(evaluator: Evaluator, args: Any, path: Path) -> bool:
    """Answer ``Fn::Or``."""
    return any(_truths(evaluator, args, path, "Fn::Or"))


@function("Fn::Not")
def not_(evaluator: Evaluator, args: Any, path: Path) -> bool:
    """Answer ``Fn::Not``."""
    if not isinstance(args, list) or len(args) != 1:
        raise IntrinsicError("Fn::Not: expected [condition]", path)
    return not _truths(evaluator, args, path, "Fn::Not")[0]


def _truths(evaluator: Evaluator, args: Any, path: Path, name: str) -> list[bool]:
    if not isinstance(args, list) or not args:
        raise IntrinsicError(f"{name}: expected a list of conditions", path)
    return [evaluator.truth(item, (*path, index)) for index, item in enumerate(args)]


@function("Fn::Contains")
def contains(evaluator: Evaluator, args: Any, path: Path) -> bool:
    """Answer ``Fn::Contains`` (rules only)."""
    items, wanted = _two(evaluator, args, path, "Fn::Contains")
    return wanted in items


@function("Fn::EachMemberEquals")
def each_equals(evaluator: Evaluator, args: Any, path: Path) -> bool:
    """Answer ``Fn::EachMemberEquals`` (rules only)."""
    items, wanted = _two(evaluator, args, path, "Fn::EachMemberEquals")
    return all(item == wanted for item in items)


@function("Fn::EachMemberIn")
def each_in(evaluator: Evaluator, args: Any, path: Path) -> bool:
    """Answer ``Fn::EachMemberIn`` (rules only)."""
    items, allowed = _two(evaluator, args, path, "Fn::EachMemberIn")
    return isinstance(allowed, list) and all(item in allowed for item in items)


def _two(evaluator: Evaluator, args: Any, path: Path, name: str) -> tuple[list[Any], Any]:
    answer = evaluator.value(args, path)
    if not isinstance(answer, list) or len(answer) != 2 or not isinstance(answer[0], list):  # noqa: PLR2004
        raise IntrinsicError(f"{name}: expected [list, value]", path)
    return answer[0], answer[1]
