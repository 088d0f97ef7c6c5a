"""A template's text as plain data, with the source line of every value.

CloudFormation's YAML short forms (``!Ref``, ``!GetAtt a.b``, ``!Sub`` …) become their long forms. Duplicate keys and
aliases, which YAML parsers accept and reviewers overlook, are refused. So is what would take a parser long to read, or
crash it, before it is composed: too large, too deep, too many values.
"""

from __future__ import annotations

import re
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
        _weigh(text, name)
        return _Reader(name).read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise TemplateError(f"{name}:{mark.line + 1 if mark else 1}: not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{name}:1: not valid YAML: {' '.join(str(error).split())}") from error
    except (RecursionError, ValueError) as error:
        raise TemplateError(f"{name}:1: not readable: {error}") from error


def _weigh(text: str, name: str) -> None:
    """Refuse, from the stream of the parser's events, what must not be composed: composing recurses, events do not."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_LOADER):
        refused = None
        if isinstance(event, yaml.AliasEvent):
            refused = f"no YAML alias (*{event.anchor}): write the value out"
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > _MAX_DEPTH:
            refused = f"at most {_MAX_DEPTH} levels of nesting"
        elif nodes > _MAX_NODES:
            refused = f"at most {_MAX_NODES} values"
        if refused:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise TemplateError(f"{name}:{line}: expected {refused}")


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.loader = yaml.SafeLoader("")

    def read(self, text: str) -> Source:
        node = yaml.compose(text, Loader=_LOADER)
        data = None if node is None else self._value(node, ())
        return Source(self.name, data, self.lines)

    def _error(self, mark: Any, expected: str) -> TemplateError:
        return TemplateError(f"{self.name}:{mark.line + 1}: expected {expected}")

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if node.tag.startswith("!") and node.tag != "!":
            return self._short_form(node, path)
        return self._plain(node, path)

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*path, index)) for index, child in enumerate(node.value)]
        kind = node.tag.removeprefix(_STANDARD)
        if kind not in _CONSTRUCTORS:
            return node.value
        if len(node.value) > _LONGEST_NUMBER:
            raise self._error(node.start_mark, f"a number of at most {_LONGEST_NUMBER} characters")
        if _OCTAL.fullmatch(node.value):  # YAML 1.1 reads 0123 as 83: an account id would change in silence
            raise self._error(node.start_mark, f"quotes around {node.value}: unquoted it is an octal number")
        construct = getattr(self.loader, f"construct_yaml_{kind}")
        return construct(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error(key_node.start_mark, "a text as key")
            key = str(key_node.value)
            if key in result:
                raise self._error(key_node.start_mark, f"the key {key!r} once, found it twice")
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            result[key] = self._value(value_node, (*path, key))
        return result

    def _short_form(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        name = node.tag[1:]
        key = name if name in ("Ref", "Condition") else f"Fn::{name}"
        if isinstance(node, yaml.ScalarNode):
            value: Any = node.value
            if name == "GetAtt":
                value = node.value.split(".", 1)
            return {key: value}
        self.lines[(*path, key)] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return {key: self._mapping(node, (*path, key))}
        return {key: [self._value(child, (*path, key, index)) for index, child in enumerate(node.value)]}
