"""A tiny oracle: grows a nested intrinsic and its answer together, so that the resolver can be held against it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

PARAMETERS: dict[str, Any] = {"Word": "blue", "Number": 7, "List": ["a", "b", "c"], "Empty": ""}
CONDITIONS = {"Yes": True, "No": False}
MAPPINGS = {"Colours": {"blue": {"hex": "00f", "parts": ["0", "0", "f"]}, "red": {"hex": "f00", "parts": ["f"]}}}


@dataclass(frozen=True, slots=True)
class Pair:
    """An expression and the value that CloudFormation would give it."""

    expression: Any
    value: Any


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


PLAIN = st.text(alphabet="abcxyz-_/:. ", max_size=8)
LEAVES = st.one_of(
    PLAIN.map(lambda text: Pair(text, text)),
    st.integers(-5, 5).map(lambda number: Pair(number, number)),
    st.booleans().map(lambda truth: Pair(truth, truth)),
    st.sampled_from(["Word", "Number", "Empty"]).map(lambda name: Pair({"Ref": name}, PARAMETERS[name])),
    st.just(Pair({"Fn::FindInMap": ["Colours", {"Ref": "Word"}, "hex"]}, "00f")),
    st.just(Pair({"Fn::FindInMap": ["Colours", "green", "hex", {"DefaultValue": "none"}]}, "none")),
    st.just(Pair({"Ref": "AWS::Region"}, "us-east-1")),
)


def _grow(children: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    several = st.lists(children, min_size=1, max_size=4)
    return st.one_of(
        st.tuples(PLAIN, several).map(_join),
        several.map(_sub),
        several.map(lambda pairs: _select(pairs, len(pairs) - 1)),
        st.tuples(st.sampled_from(sorted(CONDITIONS)), children, children).map(_if),
        children.map(lambda pair: Pair({"Fn::Base64": pair.expression}, _base64(pair.value))),
        several.map(_json),
        several.map(lambda pairs: Pair({"Fn::Length": [p.expression for p in pairs]}, len(pairs))),
        st.tuples(children, children).map(_equals),
    )


def _join(drawn: tuple[str, list[Pair]]) -> Pair:
    delimiter, pairs = drawn
    return Pair({"Fn::Join": [delimiter, [p.expression for p in pairs]]}, delimiter.join(_text(p.value) for p in pairs))


def _sub(pairs: list[Pair]) -> Pair:
    names = [f"v{index}" for index in range(len(pairs))]
    text = "<${Word}|${!Literal}|" + "|".join("${" + name + "}" for name in names) + ">"
    answer = "<blue|${Literal}|" + "|".join(_text(p.value) for p in pairs) + ">"
    return Pair({"Fn::Sub": [text, {name: p.expression for name, p in zip(names, pairs, strict=True)}]}, answer)


def _select(pairs: list[Pair], index: int) -> Pair:
    return Pair({"Fn::Select": [index, [p.expression for p in pairs]]}, pairs[index].value)


def _if(drawn: tuple[str, Pair, Pair]) -> Pair:
    name, yes, no = drawn
    return Pair({"Fn::If": [name, yes.expression, no.expression]}, yes.value if CONDITIONS[name] else no.value)


def _base64(value: Any) -> str:
    return base64.b64encode(_text(value).encode()).decode()


def _json(pairs: list[Pair]) -> Pair:
    return Pair(
        {"Fn::ToJsonString": {"items": [p.expression for p in pairs]}},
        json.dumps({"items": [p.value for p in pairs]}, separators=(",", ":")),
    )


def _equals(drawn: tuple[Pair, Pair]) -> Pair:
    one, other = drawn
    expression = {"Fn::Join": ["", [one.expression, {"Fn::Sub": "=${Word}="}, other.expression]]}
    return Pair(expression, f"{_text(one.value)}=blue={_text(other.value)}")


EXPRESSIONS = st.recursive(LEAVES, _grow, max_leaves=12)
