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
_Above = tuple[int, Lines]
_NO_VALUE = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True, slots=True)
class Trace:
    """One value of a resource: where it stands in the resolved properties, its line, and what set it.

    ``line`` and ``set_by`` are None where they are those of what the value stands in.
    """

    path: Path
    line: int | None
    set_by: Lines | None


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

    def properties(self, resource: ResolvedResource) -> list[Trace]:
        """Trace every value of a resource that has a line or parameters of its own, the resource as a whole first."""
        whole: Path = ("Resources", resource.logical_id)
        line = self.source.line(whole)
        found = [Trace((), line, ())]
        raw = self.source.data["Resources"][resource.logical_id].get("Properties") or {}
        self._inside(raw, (*whole, "Properties"), (), (line, ()), found)
        return found

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

    def _inside(self, raw: Any, path: Path, at: Path, above: _Above, found: list[Trace]) -> None:
        """Trace what stands inside a value as written at ``path``, which is at ``at`` in the resolved properties."""
        if isinstance(raw, dict):
            for key, item in raw.items():
                self._value(item, (*path, key), (*at, key), above, found)
        elif isinstance(raw, list):
            place = 0
            for index, item in enumerate(raw):
                if not isinstance(item, dict) or self._taken(item, ())[0] != _NO_VALUE:
                    self._value(item, (*path, index), (*at, place), above, found)
                    place += 1

    def _value(self, raw: Any, path: Path, at: Path, above: _Above, found: list[Trace]) -> None:
        taken, inner, own = raw, path, above[1]
        if isinstance(raw, dict):
            taken, inner, chosen = self._taken(raw, path)
            own = _together(own, chosen)
        line, set_by = self.source.line(inner), own
        leads_on = isinstance(taken, dict | list)
        if isinstance(taken, dict) and len(taken) == 1 and next(iter(taken)).startswith(("Ref", "Fn::")):
            set_by, leads_on = _together(own, self.behind(taken)), False
        elif isinstance(taken, list):
            set_by = _together(own, self._lengths(taken))
        if line != above[0] or set_by != above[1]:
            found.append(Trace(at, None if line == above[0] else line, None if set_by == above[1] else set_by))
        if leads_on:
            # Where a condition chose the items of a list, it chose none of what stands in them.
            if set_by != own:
                found.extend(Trace((*at, index), None, own) for index in range(len(taken)))
            self._inside(taken, inner, at, (line, own), found)

    def _lengths(self, raw: list[Any]) -> Lines:
        """Return what decided which items a list has."""
        return _together(*(self._taken(item, ())[2] for item in raw if isinstance(item, dict)))


def _together(*several: Lines) -> Lines:
    if not any(several):
        return ()
    return tuple(dict.fromkeys(line for lines in several for line in lines))
