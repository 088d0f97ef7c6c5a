"""Texts of templates: read as YAML's own composer reads them, or refused in one line that names file and line."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.errors import TemplateError
from infra.source import Source, parse

PIECES = (
    "a: 1\n", "b: [1, 2]\n", "- x\n", "  c: !Ref y\n", "!GetAtt a.b", "{a: b, c: d}", "{a: b, a: c}", "&x 3", "*x",
    "---\n", "...\n", "? [a]\n: b\n", "'q'", '"\\u0041"', "!!int '12'", "!!str 12", "! 12", "0123", "1_000", "~", "yes",
    "2012-10-17", "1:30", ": ", "\n", "  ", "- ", "k: ", "<<: {a: 1}\n", "!Sub\n  - x\n  - {}\n", "|\n  text\n",
    "#c\n", "%YAML 1.1\n", "\t", "!!set {a}", "!!float 1e3", "!!bool maybe", "!!null x", "1e400", ".inf", "!!float x",
)  # fmt: skip
ONE_LINE = re.compile(r"t\.yaml:\d+: (expected|not valid YAML: |not readable: )[^\n]+")
LOADER = yaml.SafeLoader("")
PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the two differ about tabs


def read(text: str) -> Source | TemplateError:
    try:
        return parse(text, "t.yaml")
    except TemplateError as refused:
        return refused


def composed(node: yaml.Node | None) -> Any:
    """Give the data of a node of YAML's own composer: an oracle for what is accepted."""
    if node is None:
        return None
    short = node.tag[1:] if node.tag.startswith("!") and node.tag != "!" else ""
    if isinstance(node, yaml.MappingNode):
        value: Any = {key.value: composed(inside) for key, inside in node.value}
    elif isinstance(node, yaml.SequenceNode):
        value = [composed(inside) for inside in node.value]
    elif node.tag.rsplit(":", 1)[-1] in ("int", "float", "bool", "null"):
        value = LOADER.yaml_constructors[node.tag](LOADER, node)
    else:
        value = node.value.split(".", 1) if short == "GetAtt" else node.value
    return {short if short in ("Ref", "Condition") else f"Fn::{short}": value} if short else value


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join))
@example("!!bool maybe")
@example("!!int x")
@example("!!int ''")
@example("!!float ''")
@example("")
@example("# nothing\n")
def test_a_text_is_read_as_yaml_reads_it_or_refused_in_one_line(text: str) -> None:
    said = read(text)
    if isinstance(said, TemplateError):
        assert ONE_LINE.fullmatch(str(said))
    elif text.count("&x") < 2:  # an anchor twice is refused by the composer alone; nothing may refer to one
        node = yaml.compose(text, Loader=PARSER)
        assert said.data == composed(node)
        assert said.line(()) == (1 if node is None else node.start_mark.line + 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n---\nb: 2\n", "t.yaml:2: expected one document, found another"),
        ("a: 1\nb: !!bool maybe\n", "t.yaml:2: expected a value of the kind bool, got 'maybe'"),
        ("a: 1\na: 2\n: :", "t.yaml:2: expected the key 'a' once, found it twice"),
        ("- a\n- {[b]: c}\n", "t.yaml:2: expected a text as key"),
        ("a: b\n  c: d\n", "t.yaml:2: not valid YAML: mapping values are not allowed in this context"),
    ],
)
def test_what_is_refused_is_the_first_in_the_text(text: str, expected: str) -> None:
    assert str(read(text)) == expected


def test_every_value_has_the_line_where_it_begins() -> None:
    source = parse("a:\n  b:\n    - 1\n    - !Sub\n      - x\n      - {}\nc: !Ref d\n", "t.yaml")
    assert source.data == {"a": {"b": [1, {"Fn::Sub": ["x", {}]}]}, "c": {"Ref": "d"}}
    lines = {".".join(map(str, path)): line for path, line in source.lines.items()}
    assert lines == {
        "": 1, "a": 1, "a.b": 2, "a.b.0": 3, "a.b.1": 4, "a.b.1.Fn::Sub": 4, "a.b.1.Fn::Sub.0": 5, "a.b.1.Fn::Sub.1": 6,
        "c": 7,
    }  # fmt: skip
