"""Hostile texts, and a record with one in every place where a record may hold text that is somebody else's."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from infra.outside import visible
from reports.models import Outcome, Plan, Summary, Verdict
from reports.sealing import sealed
from tests.reports import sample

FORGED: Final = "FAKE-01 Everything passes"
_CONTROLS: Final = [chr(n) for n in (*range(0x20), *range(0x7F, 0xA0))]
_BIDI: Final = [chr(n) for n in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
_UNSEEN: Final = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u2028",
    "\u2029",
    "\u3164",
    "\U000e0041",
]
_HALVES: Final = ["\ud800", "\udfff", "\udc1b"]
_SEQUENCES: Final = [
    "\x1b[2J\x1b[H", "\x1b[8m", "\x1b[31m", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "\x1b]0;title\x07",
    "\x1bc", "\x9b31m", "\r\x1b[K", "\r\n", "\x1bP+q544e\x1b\\", "section_start:1:x\r\x1b[0K", "\x08\x08\x08",
]  # fmt: skip
_COMMANDS: Final = [
    f"{before}{command}"
    for before in ("", "\n", "  ")
    for command in (
        "::error::", "::error file=a,line=1::", "::set-output name=x::", "::stop-commands::t", "::add-mask::a",
        "::group::", "::notanything::", "##[error]", "##[section]", "##vso[task.complete result=Failed;]",
        "##teamcity[testFailed name='x']",
    )
]  # fmt: skip
_MARKUP: Final = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>", "</script><script>alert(1)</script>", "</style><b>", "<!--", "]]>",
    "<![CDATA[",    "&lt;b&gt;", "&#10;", "javascript:alert(1)", "{{ 7*7 }}", "{% raw %}", "[link=https://evil.example]x[/link]",
    "[bold]x[/bold]", "[/]", "[red]", "[x](javascript:alert(1))", "![x](https://evil.example/x.png)", "a | b | c",
    "``` x", "`x`", "# x", "> x", "- x", "@all", "https://evil.example", "www.evil.example", "$x$", ":smile:", "http://[::1",
    "\\u{41}",
]  # fmt: skip
HOSTILE: Final = tuple(
    f"{text}{FORGED}" for text in (*_CONTROLS, *_BIDI, *_UNSEEN, *_HALVES, *_SEQUENCES, *_COMMANDS, *_MARKUP)
)
TOGETHER: Final = "\n".join(HOSTILE)
# Fields by which parts of a record find each other: they hold the text and nothing else.
_NAMES: Final = {"id", "name", "control", "environment", "resource", "resources"}


def record_of(text: str) -> tuple[Plan, Verdict, Summary]:
    """Return a plan of one cell, its verdict and a summary, with the text in every place that takes any text."""
    plan, verdict, summary = (_filled(kind, text) for kind in (Plan, Verdict, Summary))
    extra = {"remark": text}  # both models are open
    counts = {outcome.value: int(outcome is Outcome.FAIL) for outcome in Outcome}
    return (
        Plan.model_validate(plan | {"run": plan["run"] | extra}),
        Verdict.model_validate(verdict),
        Summary.model_validate(summary | extra | {"verdicts": counts}),
    )


def write(folder: Path, text: str) -> Path:
    """Write the record of a hostile text, as the journal writes its files."""
    plan, verdict, summary = record_of(text)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(plan.model_dump_json(), encoding="utf-8")
    last = summary.model_copy(update={"seal": sealed(folder)}).model_dump_json(by_alias=True)
    return sample.linked(folder, [verdict.model_dump_json(), f'{{"summary": {last}}}'])


def places(kind: type[BaseModel] = Plan) -> Iterator[str]:
    """Return the name of every field of a model, and of the models in it, that takes any text."""
    for name, field in kind.model_fields.items():
        models = [one for one in _leaves(field.annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
        for model in models:
            yield from (f"{name}.{rest}" for rest in places(model))
        if not models and {str, Any} & set(_leaves(field.annotation)):
            yield name


def _leaves(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal:
        return []
    return [leaf for one in get_args(annotation) for leaf in _leaves(one)] or [annotation]


def _filled(kind: type[BaseModel], text: str) -> dict[str, Any]:
    return {field.alias or name: _value(name, field, text) for name, field in kind.model_fields.items()}


def _value(name: str, field: FieldInfo, text: str) -> Any:
    return _of(field.annotation, text if name in _NAMES else f"{text}«{name}»")


def _of(annotation: Any, text: str) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return "touchstone" if Literal["touchstone"] in arguments else _of(arguments[0], text)
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return [_of(arguments[0], text)]
    if origin is dict:
        return {text: _of(arguments[1], text)}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        # A marker says the field of the model that holds the text, not the one that holds the model.
        return _filled(annotation, text.partition("«")[0])
    known = {str: text, Any: {text: [text]}, Outcome: "fail", int: 1, float: 1.0, bool: True}
    return known.get(annotation, sample.STARTED)


def hidden(text: str) -> list[str]:
    """Return the characters of a text that nobody sees or that move others, but for the ends of its lines."""
    return [sign for sign in sorted(set(text) - {"\n"}) if visible(sign) != sign]


def acts_in_a_log(text: str) -> list[str]:
    """Return the lines that a CI would obey or that pass for one of ours."""
    command = re.compile(r"\s*::\w|.*##\w*\[|\s*" + re.escape(FORGED))
    return [line for line in text.split("\n") if command.match(line)]
