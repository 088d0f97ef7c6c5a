"""The evaluator: walks plain data and hands each intrinsic function to the code registered for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from infra.intrinsics.residuals import NO_VALUE, IntrinsicError, bounded, is_function, kind
from infra.source import Path

Lookup = Callable[[str, str | None], Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything a function may look at. ``resources`` is ``None`` where any unknown name is a resource's."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    pseudo: Mapping[str, Any] = field(default_factory=dict)
    resources: Collection[str] | None = None
    exports: Mapping[str, Any] | None = None
    lookup: Lookup | None = None


class Evaluator:
    """Evaluate intrinsic functions within one :class:`Scope`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def value(self, value: Any, path: Path = ()) -> Any:
        """Return ``value`` with its functions answered; ``NO_VALUE`` members are left out."""
        if isinstance(value, list):
            items = (self.value(item, (*path, index)) for index, item in enumerate(value))
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            key = next(iter(value))
            if is_function(key):
                return self._call(key, value[key], (*path, key))
        elif any(is_function(key) for key in value):
            raise IntrinsicError(
                f"expected an intrinsic function alone in its object, got the keys {list(value)}", path
            )
        items = ((key, self.value(item, (*path, key))) for key, item in value.items())
        return {key: item for key, item in items if item is not NO_VALUE}

    def _call(self, key: str, args: Any, path: Path) -> Any:
        function = FUNCTIONS.get(key)
        if function is None:
            raise IntrinsicError(f"{key} is not supported: macros and loops are not expanded here", path)
        return bounded(function(self, args, path), path)

    def truth(self, value: Any, path: Path) -> bool:
        """Evaluate ``value`` as a condition; anything but a condition is an error."""
        match value:
            case {"Condition": str(name)} if len(value) == 1:
                if name not in self.scope.conditions:
                    raise IntrinsicError(f"{name!r} is not a condition of this template", path)
                return self.scope.conditions[name]
        answer = self.value(value, path)
        if not isinstance(answer, bool):
            raise IntrinsicError(f"expected a condition, got {kind(answer)}", path)
        return answer

    def resource(self, logical_id: str, attribute: str | None, path: Path, residual: Any) -> Any:
        """Answer for a resource: the lookup's word, or ``residual`` where there is no lookup yet."""
        known = self.scope.resources
        if known is not None and logical_id not in known:
            raise IntrinsicError(f"{logical_id!r} is neither a parameter nor a resource of this template", path)
        return residual if self.scope.lookup is None else self.scope.lookup(logical_id, attribute)


Function = Callable[[Evaluator, Any, Path], Any]
FUNCTIONS: Final[dict[str, Function]] = {}


def function(name: str) -> Callable[[Function], Function]:
    """Register the decorated code as what answers ``name``."""

    def register(answer: Function) -> Function:
        FUNCTIONS[name] = answer
        return answer

    return register
