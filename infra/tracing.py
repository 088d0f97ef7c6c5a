"""Where a resolved value was written: its line in the template, and the lines that set the parameters behind it.

A parameter is behind a value that refers to it, and behind one that a condition over it chose or left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.intrinsics import references_in
from infra.source import Path, Source
from infra.stacks import Platform
from infra.template import Resolved, ResolvedResource

Lines = tuple[str, ...]
_NO_VALUE = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True, slots=True)
class Trace:
    """One value of a resource: where it stands in the resolved properties, its line, and what set it."""

    path: Path
    line: int
    set_by: Lines


def parameter_lines(platform: Platform) -> dict[str, dict[str, Lines]]:
    """Return, for each stack, the lines that set each of its parameters; outputs carry those of other stacks along."""
    environment = platform.environment
    outputs: dict[str, Lines] = {}
    found: dict[str, dict[str, Lines]] = {}
    for name, resolved in platform.stacks.items():
        data = resolved.source.data if resolved.source else {}
        own: dict[str, Lines] = {}
        for parameter in data.get("Parameters") or {}:
            place = environment.place_of(parameter)
            own[parameter] = (place,) if place else outputs.get(parameter, ())
        found[name] = own
        tracer = Tracer(resolved, own)
        outputs |= {key: tracer.behind(output["Value"]) for key, output in (data.get("Outputs") or {}).items()}
    return found


class Tracer:
    """Traces the values of one resolved template; ``set_by`` says which lines set each of its parameters."""

    def __init__(self, resolved: Resolved, set_by: Mapping[str, Lines]) -> None:
        self.resolved = resolved
        self.source = resolved.source or Source(resolved.name, {}, {})
        self.set_by = set_by
        self.conditions: dict[str, Any] = self.source.data.get("Conditions") or {}

    def properties(self, resource: ResolvedResource) -> Iterator[Trace]:
        """Trace every value of a resource, the resource as a whole first."""
        whole: Path = ("Resources", resource.logical_id)
        raw = self.source.data["Resources"][resource.logical_id]
        yield Trace((), self.source.line(whole), ())
        yield from self._inside(raw.get("Properties") or {}, (*whole, "Properties"), (), ())

    def left_out(self) -> Iterator[tuple[str, Lines]]:
        """Yield the type of every resource that a condition left out, and what decided the condition."""
        for name, raw in (self.source.data.get("Resources") or {}).items():
            if name not in self.resolved.resources:
                yield raw["Type"], self._condition(raw.get("Condition"))

    def behind(self, raw: Any) -> Lines:
        """Return what set the parameters that a value as written refers to, in the branches that were taken."""
        if isinstance(raw, list):
            return _together(*(self.behind(item) for item in raw))
        if not isinstance(raw, dict):
            return ()
        if "Fn::If" in raw and len(raw) == 1:
            taken, _, set_by = self._taken(raw, ())
            return _together(set_by, self.behind(taken))
        if len(raw) == 1 and next(iter(raw)) in ("Ref", "Fn::Sub"):
            inside = raw.get("Fn::Sub")
            named = dict(references_in({"Fn::Sub": inside[0]} if isinstance(inside, list) else raw))
            values = self.behind(inside[1:]) if isinstance(inside, list) else ()
            return _together(values, *(self.set_by.get(name, ()) for name in named))
        names = [raw["Condition"]] if isinstance(raw.get("Condition"), str) and len(raw) == 1 else []
        return _together(*map(self._condition, names), *(self.behind(item) for item in raw.values()))

    def _condition(self, name: str | None) -> Lines:
        return self.behind(self.conditions.get(name)) if name else ()

    def _taken(self, raw: Any, path: Path) -> tuple[Any, Path, Lines]:
        """Follow Fn::If to the branch that was taken; a condition that is not simple is followed to its parameters."""
        set_by: Lines = ()
        while isinstance(raw, dict) and len(raw) == 1 and "Fn::If" in raw:
            name, *branches = raw["Fn::If"]
            index = 0 if self.resolved.conditions[name] else 1
            set_by = _together(set_by, self._condition(name))
            raw, path = branches[index], (*path, "Fn::If", index + 1)
        return raw, path, set_by

    def _inside(self, raw: Any, path: Path, at: Path, set_by: Lines) -> Iterator[Trace]:
        """Trace what stands inside a value as written at ``path``, which is at ``at`` in the resolved properties."""
        if isinstance(raw, dict):
            for key, item in raw.items():
                yield from self._value(item, (*path, key), (*at, key), set_by)
        elif isinstance(raw, list):
            place = 0
            for index, item in enumerate(raw):
                if self._taken(item, ())[0] != _NO_VALUE:
                    yield from self._value(item, (*path, index), (*at, place), set_by)
                    place += 1

    def _value(self, raw: Any, path: Path, at: Path, set_by: Lines) -> Iterator[Trace]:
        taken, inner, chosen = self._taken(raw, path)
        set_by = _together(set_by, chosen)
        if isinstance(taken, dict) and len(taken) == 1 and next(iter(taken)).startswith(("Ref", "Fn::")):
            yield Trace(at, self.source.line(inner), _together(set_by, self.behind(taken)))
            return
        yield Trace(at, self.source.line(inner), _together(set_by, self._lengths(taken)))
        yield from self._inside(taken, inner, at, set_by)

    def _lengths(self, raw: Any) -> Lines:
        """Return what decided which items a list has."""
        items = raw if isinstance(raw, list) else []
        return _together(*(self._taken(item, ())[2] for item in items))


def _together(*several: Lines) -> Lines:
    return tuple(dict.fromkeys(line for lines in several for line in lines))
