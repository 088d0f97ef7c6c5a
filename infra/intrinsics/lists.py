"""Functions over lists, networks and zones."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from infra.intrinsics.evaluator import Evaluator, function
from infra.intrinsics.residuals import IntrinsicError, as_text, is_residual, kind
from infra.source import Path


@function("Fn::Select")
def select(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::Select``."""
    match args:
        case [index, items]:
            index, items = evaluator.value(index, (*path, 0)), evaluator.value(items, (*path, 1))
        case _:
            raise IntrinsicError("Fn::Select: expected [index, list]", path)
    if is_residual(index) or is_residual(items):
        return {"Fn::Select": [index, items]}
    if not isinstance(items, list) or not str(index).isdecimal():
        raise IntrinsicError(f"Fn::Select: expected [index, list], got [{index!r}, {kind(items)}]", path)
    if int(index) >= len(items):
        raise IntrinsicError(f"Fn::Select: expected an index below {len(items)}, got {index}", path)
    return items[int(index)]


@function("Fn::Length")
def length(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::Length``."""
    items = evaluator.value(args, path)
    if is_residual(items):
        return {"Fn::Length": items}
    if not isinstance(items, list):
        raise IntrinsicError(f"Fn::Length: expected a list, got {kind(items)}", path)
    return len(items)


@function("Fn::Cidr")
def cidr(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::Cidr``: ``count`` networks of ``bits`` host bits cut from ``block``."""
    if not isinstance(args, list) or len(args) not in (2, 3):
        raise IntrinsicError("Fn::Cidr: expected [block, count, host bits]", path)
    values = [evaluator.value(item, (*path, index)) for index, item in enumerate(args)]
    if any(is_residual(item) for item in values):
        return {"Fn::Cidr": values}
    block, count, bits = (*values, 8)[:3]
    if not re.fullmatch(r"\d{1,3}", str(count)) or not 1 <= int(count) <= 256:  # noqa: PLR2004
        raise IntrinsicError(f"Fn::Cidr: expected a count from 1 to 256, got {count}", path)
    try:
        network = ipaddress.ip_network(block)
        subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
        found = [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]
    except (ValueError, TypeError) as error:
        raise IntrinsicError(f"Fn::Cidr: {error}", path) from error
    if len(found) != int(count):
        raise IntrinsicError(f"Fn::Cidr: {block} has no {count} networks of {bits} host bits", path)
    return found


@function("Fn::GetAZs")
def azs(evaluator: Evaluator, args: Any, path: Path) -> Any:
    """Answer ``Fn::GetAZs``; the zones of a region are taken to be its first three letters."""
    region = evaluator.value(args, path) or evaluator.scope.pseudo.get("AWS::Region", "")
    return {"Fn::GetAZs": region} if is_residual(region) else [f"{as_text(region, path)}{zone}" for zone in "abc"]
