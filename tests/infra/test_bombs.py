"""A template made to exhaust its reader is refused at once, in one line, whatever its shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from infra.errors import TemplateError
from infra.template import Pseudo, Template
from tests.work import calls_of_at_most, memory_of_at_most

CALLS = 4_000_000  # forty for each value of the largest template that is read
MEGABYTES = 8
BOUNDS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "calls": partial(calls_of_at_most, CALLS),
    "memory": partial(memory_of_at_most, MEGABYTES),
}
QUEUE = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n"
ALIAS, DEEP, LARGE, NUMBER = "no YAML alias", "levels of nesting", "at most 1000000 characters", "a number of at most"


def aliases() -> Iterator[tuple[str, str]]:
    """Give bombs of aliases, by how one level uses the level below it."""
    levels = {
        "list": "[*m{0}, *m{0}]",
        "map": "{{a: *m{0}, b: *m{0}}}",
        "merge": "{{<<: *m{0}, k{1}: 1}}",
        "merge list": "{{<<: [*m{0}, *m{0}], k{1}: 1}}",
        "function": "!Join [',', [*m{0}, *m{0}]]",
        "condition": "!If [A, *m{0}, *m{0}]",
    }
    for name, level in levels.items():
        for count in (1, 30, 1000):
            lines = "".join(f"M{i}: &m{i} {level.format(i - 1, i)}\n" for i in range(1, count + 1))
            yield f"{name} x{count}, first", "M0: &m0 {a: x}\n" + lines + QUEUE
            yield f"{name} x{count}, last", "M0: &m0 {a: x}\n" + QUEUE + lines
    for name, text in {"itself": "A: &a [*a]\n", "key": "A: &a x\n*a : 1\n", "scalar": "A: &a x\nB: *a\n"}.items():
        yield name, text + QUEUE


def nestings() -> Iterator[tuple[str, str]]:
    """Give what nests deeper than anybody writes: a parser that recurses crashes on it."""
    for count in (101, 1000, 20_000, 240_000):
        yield f"flow lists {count}", f"A: {'[' * count}{']' * count}"
        yield f"flow maps {count}", f"A: {'{a: ' * count}"
        yield f"json {count}", '{"a": ' + "[" * count + "]" * count + "}"
        yield f"unclosed {count}", "[" * count
        yield f"block lists {count}", "- " * count
    yield "block maps", "\n".join(" " * depth + "a:" for depth in range(1200))


def keys() -> Iterator[tuple[str, str]]:
    """Give keys in keys, which are refused where the first of them is no text."""
    for count in (2, 101, 1000, 20_000, 240_000):
        yield f"block {count}", "? " * count
        yield f"flow {count}", f"A: {'{? ' * count}"


def sizes() -> Iterator[tuple[str, str, str]]:
    """Give what is only large."""
    yield "text", f"A: '{'x' * 2_000_000}'\n{QUEUE}", LARGE
    yield "anchors", "".join(f"A{i}: &a{i} x\n" for i in range(200_000)) + QUEUE, LARGE
    yield "comment", "#" * 5_000_000 + "\n" + QUEUE, LARGE
    yield "values", f"A: [{'1,' * 400_000}]\n{QUEUE}", "at most 100000 values"
    for name, number in {
        "int": "9" * 200_000,
        "hex": "0x" + "f" * 200_000,
        "base 60": ":".join(["59"] * 100_000),
    }.items():
        yield name, f"A: {number}\n{QUEUE}", NUMBER


BOMBS = [
    *((f"alias, {name}", text, ALIAS) for name, text in aliases()),
    *((f"nesting, {name}", text, DEEP) for name, text in nestings()),
    *((f"keys, {name}", text, "a text as key") for name, text in keys()),
    *((f"size, {name}", text, expected) for name, text, expected in sizes()),
]


@pytest.mark.parametrize(("text", "expected"), [bomb[1:] for bomb in BOMBS], ids=[bomb[0] for bomb in BOMBS])
def test_a_bomb_is_refused_at_once(text: str, expected: str) -> None:
    with calls_of_at_most(CALLS), pytest.raises(TemplateError, match=expected) as caught:
        Template.parse(text, "t.yaml")
    assert str(caught.value).startswith("t.yaml:")
    assert "\n" not in str(caught.value)


def doubled(levels: int, text: str, innermost: Any) -> Any:
    """Return a value that every level writes twice; `text` says how."""
    value = innermost
    for _ in range(levels):
        value = {"Fn::Sub": [text, {"a": value}]}
    return value


GROWING = {
    "text": doubled(28, "${a}${a}", "x" * 10),
    "reference": doubled(28, "${a}${a}", {"Fn::GetAtt": ["Q", "Arn"]}),
    "residual": doubled(28, "${a}${a}", {"Fn::Base64": {"Ref": "Q"}}),
    "wide": doubled(3, "${a}" * 2000, "x" * 1000),
    "escaped": {"Fn::Base64": doubled(20, '${a}"${a}"', "\\")},
}


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("value", GROWING.values(), ids=GROWING)
def test_functions_that_blow_a_value_up_are_refused_at_once(value: Any, bound: str) -> None:
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": value}}}}
    with BOUNDS[bound](), pytest.raises(TemplateError, match="expected a value of at most"):
        Template.parse(json.dumps(template), "t.json").resolve({}, Pseudo("111111111111", "us-east-1", "s"))


@pytest.mark.parametrize("count", [0, -1, 257, 10**9])
def test_a_count_of_networks_is_bounded_before_they_are_made(count: int) -> None:
    value = {"Fn::Cidr": ["::/0", count, 0]}
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": value}}}}
    with pytest.raises(TemplateError, match="a count from 1 to 256"):
        Template.parse(json.dumps(template), "t.json").resolve({}, Pseudo("111111111111", "us-east-1", "s"))
