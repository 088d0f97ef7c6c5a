"""What a stack takes from stacks before it, in words that say what is to be deployed first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from infra.template import Template

Templates = Mapping[str, Template]


def explained(missing: Collection[str], templates: Templates, missing_of: Callable[[str], Collection[str]]) -> str:
    """Say where the parameters that have no value come from, and what is to be deployed first, in its order."""
    giving = _giving(missing, templates)
    unknown = set(missing) - {name for names in giving.values() for name in names}
    if unknown:
        return (
            f"expected a value of {', '.join(sorted(unknown))}: no stack gives it, and the environment's file neither"
        )
    first, waiting = set[str](), list(giving)
    while waiting:
        stack = waiting.pop()
        if stack not in first:
            first.add(stack)
            waiting.extend(_giving(missing_of(stack), templates))
    told = "; ".join(f"{stack} gives {', '.join(names)}" for stack, names in giving.items())
    order = ", then ".join(stack for stack in templates if stack in first)
    return f"needs outputs of stacks that are not deployed: {told}; deploy {order} first"


def _giving(missing: Collection[str], templates: Templates) -> dict[str, list[str]]:
    """Return which of the missing values are outputs of which stack."""
    found = {
        stack: [name for name in missing if name in template.section("Outputs")]
        for stack, template in templates.items()
    }
    return {stack: names for stack, names in found.items() if names}
