"""A template's text as plain data, with the source line of every value.

CloudFormation's YAML short forms (``!Ref``, ``!GetAtt a.b``, ``!Sub`` …) become their long forms. Duplicate keys and
aliases, which YAML parsers accept and reviewers overlook, are refused. So is what would take a parser long to read, or
crash it: too large, too deep, too many values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from infra.errors import TemplateError

Path = tuple[str | int, ...]

_MAX_CHARACTERS = 1_000_000  # what CloudFormation takes at most
_MAX_DEPTH = 100
_MAX_NODES = 100_000
_LONGEST_NUMBER = 100  # characters: a longer one costs the square of its length to read
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
# Dates stay text: a template's `2012-10-17` is a version, not a day.
_OCTAL = re.compile(r"0\d+")
_CONSTRUCTORS = {"int", "float", "bool", "null"}


@dataclass(frozen=True, slots=True)
class Source:
    """Plain data and the line (1-based) on which each value of it begins, keyed by path."""

    name: str
    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of the value at ``path``, or of the closest parent that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str, name: str) -> Source:
    """Parse YAML or JSON ``text``; ``name`` is what errors call it.

    Raises:
        TemplateError: not YAML, a duplicate key, an alias, an unknown tag, too large, or nested too deep.
    """
    if len(text) > _MAX_CHARACTERS:
        raise TemplateError(f"{name}:1: expected at most {_MAX_CHARACTERS} characters, got {len(text)}")
    try:
        return _Reader(text, name).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise TemplateError(f"{name}:{mark.line + 1 if mark else 1}: not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{name}:1: not valid YAML: {' '.join(str(error).split())}") from error
    except (RecursionError, ValueError) as error:
        raise TemplateError(f"{name}:1: not readable: {error}") from error


class _Reader:
    """Reads a document from its parser's events, one after the other: what is refused has not been built before."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.loader: Any = yaml.SafeLoader("")
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self._depth = self._nodes = 0

    def read(self) -> Source:
        next(self._events)  # the stream's beginning
        event = next(self._events)
        data = None
        if isinstance(event, yaml.DocumentStartEvent):
            data = self._value(self._next(), ())
            next(self._events)  # the document's end
            event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error(event, "one document, found another")
        return Source(self.name, data, self.lines)

    def _error(self, event: Any, expected: str) -> TemplateError:
        return TemplateError(f"{self.name}:{_line(event)}: expected {expected}")

    def _next(self) -> Any:
        """Give the next value's beginning, or the end of what it is looked for in; refuse what no template needs."""
        event = next(self._events)
        if isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
            return event
        self._nodes += 1
        self._depth += isinstance(event, yaml.CollectionStartEvent)
        if isinstance(event, yaml.AliasEvent):
            raise self._error(event, f"no YAML alias (*{event.anchor}): write the value out")
        if self._depth > _MAX_DEPTH:
            raise self._error(event, f"at most {_MAX_DEPTH} levels of nesting")
        if self._nodes > _MAX_NODES:
            raise self._error(event, f"at most {_MAX_NODES} values")
        return event

    def _value(self, event: Any, path: Path) -> Any:
        self.lines.setdefault(path, _line(event))
        if event.tag and event.tag.startswith("!") and event.tag != "!":
            return self._short_form(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        return self._inside(event, path)

    def _inside(self, event: Any, path: Path) -> Any:
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _scalar(self, event: Any) -> Any:
        tag, value = event.tag, event.value
        if tag is None or tag == "!":
            tag = self.loader.resolve(yaml.ScalarNode, value, event.implicit)
        kind = tag.removeprefix(_STANDARD)
        if kind not in _CONSTRUCTORS:
            return value
        if len(value) > _LONGEST_NUMBER:
            raise self._error(event, f"a number of at most {_LONGEST_NUMBER} characters")
        if _OCTAL.fullmatch(value):  # YAML 1.1 reads 0123 as 83: an account id would change in silence
            raise self._error(event, f"quotes around {value}: unquoted it is an octal number")
        construct = getattr(self.loader, f"construct_yaml_{kind}")
        try:
            return construct(yaml.ScalarNode(tag, value))
        except (KeyError, ValueError, IndexError) as error:  # a tag that somebody wrote before a value of another kind
            raise self._error(event, f"a value of the kind {kind}, got {value!r}") from error

    def _sequence(self, path: Path) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            result.append(self._value(event, (*path, len(result))))
        return result

    def _mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "a text as key")
            key = str(event.value)
            if key in result:
                raise self._error(event, f"the key {key!r} once, found it twice")
            self.lines[(*path, key)] = _line(event)
            result[key] = self._value(self._next(), (*path, key))
        return result

    def _short_form(self, event: Any, path: Path) -> dict[str, Any]:
        name = event.tag[1:]
        key = name if name in ("Ref", "Condition") else f"Fn::{name}"
        if isinstance(event, yaml.ScalarEvent):
            return {key: event.value.split(".", 1) if name == "GetAtt" else event.value}
        self.lines[(*path, key)] = _line(event)
        return {key: self._inside(event, (*path, key))}


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
