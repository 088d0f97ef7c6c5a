"""How a policy is damaged in a policy's way: who, what, on which resource, under which condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fixtures.aws.schemas import Inside
from fixtures.judging.access.statements import OURS
from suites.proofs.mutants.mutant import REMOVED, Damage, Steps
from suites.proofs.mutants.values import STRANGER, World, another_text, changes

_OPEN: Final = {"Sid": "Open", "Effect": "Allow", "Action": "*", "Resource": "*"}
_STRANGER: Final = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
_EVERYBODY: Final = {"AWS": "*"}
# What there is nothing of: a resource, an action.
_NOTHING: Final = ("arn:aws:nowhere:::nothing", "nowhere:Nothing")
_OTHER_SERVICE: Final = "ec2.amazonaws.com"
_ANY_TEXT: Final = Inside({}, {}, takes_objects=False, is_open=False, words=frozenset(), least=None, most=None)
_PARTS: Final = ("Action", "NotAction", "Resource", "NotResource")


def is_policy(value: Any) -> bool:
    """Say whether a value is a policy document; the statement of a web ACL's rule has no effect."""
    said = value.get("Statement") if isinstance(value, Mapping) else None
    every = said if isinstance(said, list) else [said]
    return bool(every) and all(isinstance(one, Mapping) and "Effect" in one for one in every)


def of_policy(document: Mapping[str, Any], steps: Steps, world: World) -> Iterator[Damage]:
    """Give every damage of a policy document that stands at ``steps``."""
    if "Version" in document:
        yield Damage((*steps, "Version"), "removed", REMOVED)
        yield Damage((*steps, "Version"), "another version", "2008-10-17")
    whole, place = document["Statement"], (*steps, "Statement")
    if not isinstance(whole, list):
        yield from _of_statement(whole, place, world)
        return
    names_whom = any("Principal" in one or "NotPrincipal" in one for one in whole)
    added = _OPEN | ({"Principal": "*"} if names_whom else {})
    yield Damage(place, "open statement added", [*whole, added])
    for number, statement in enumerate(whole):
        yield Damage((*place, number), "removed", REMOVED)
        yield from _of_statement(statement, (*place, number), world)


def _of_statement(statement: Mapping[str, Any], steps: Steps, world: World) -> Iterator[Damage]:
    yield Damage((*steps, "Effect"), "turned", "Deny" if statement["Effect"] == "Allow" else "Allow")
    if "Sid" in statement:
        yield Damage((*steps, "Sid"), "removed", REMOVED)
        yield Damage((*steps, "Sid"), "another text", another_text(str(statement["Sid"])))
    yield from _of_principal(statement, steps, world)
    for part in _PARTS:
        if part in statement:
            yield from _of_part(statement[part], (*steps, part), part, world)
    if "Condition" in statement:
        yield Damage((*steps, "Condition"), "removed", REMOVED)
        yield from _of_condition(statement["Condition"], (*steps, "Condition"), world)


def _of_principal(statement: Mapping[str, Any], steps: Steps, world: World) -> Iterator[Damage]:
    for word in ("Principal", "NotPrincipal"):
        said, place = statement.get(word), (*steps, word)
        if said is None:
            continue
        if said not in ("*", _EVERYBODY):
            yield Damage(place, "everybody", _EVERYBODY)
        yield Damage(place, "a stranger", _STRANGER)
        yield from _of_names(said, place, world) if isinstance(said, Mapping) else ()


def _of_names(said: Mapping[str, Any], steps: Steps, world: World) -> Iterator[Damage]:
    for kind, names in said.items():
        place = (*steps, kind)
        if len(said) > 1:
            yield Damage(place, "removed", REMOVED)
        for where, name in _items(names, place):
            if isinstance(names, list) and len(names) > 1:
                yield Damage(where, "removed", REMOVED)
            if kind == "Service":
                yield Damage(where, "another service", _OTHER_SERVICE)
            elif kind == "AWS" and name != "*":
                yield from (Damage(where, what, other) for what, other in changes(name, _ANY_TEXT, world))


def _of_part(said: Any, steps: Steps, part: str, world: World) -> Iterator[Damage]:
    if said == "*":
        yield Damage(steps, "nothing of it", _NOTHING[part.endswith("Action")])
    else:
        yield Damage(steps, "everything", "*")
    for where, text in _items(said, steps):
        if isinstance(said, list) and len(said) > 1:
            yield Damage(where, "removed", REMOVED)
        if part.endswith("Action"):
            service = f"{text.partition(':')[0]}:*"
            if text not in (service, "*"):
                yield Damage(where, "everything of its service", service)
        elif text != "*":
            yield from _of_text(text, where, world)


def _of_text(text: str, steps: Steps, world: World) -> Iterator[Damage]:
    for kind, other in changes(text, _ANY_TEXT, world):
        yield Damage(steps, kind, other)
    if "*" not in text and not OURS.fullmatch(text) and text.startswith("arn:"):
        yield Damage(steps, "all that begin so", f"{text.rpartition('/')[0] or text}*")


def _of_condition(said: Mapping[str, Any], steps: Steps, world: World) -> Iterator[Damage]:
    for operator, tests in said.items():
        place = (*steps, operator)
        if len(said) > 1:
            yield Damage(place, "removed", REMOVED)
        if not operator.endswith("IfExists") and operator != "Null":
            others = {name: item for name, item in said.items() if name != operator}
            yield Damage(steps, f"{operator} if it exists", others | {f"{operator}IfExists": tests})
        for key, values in tests.items():
            if len(tests) > 1:
                yield Damage((*place, key), "removed", REMOVED)
            for where, value in _items(values, (*place, key)):
                if isinstance(values, list) and len(values) > 1:
                    yield Damage(where, "removed", REMOVED)
                yield from (Damage(where, kind, other) for kind, other in changes(value, _ANY_TEXT, world))


def _items(said: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    if isinstance(said, list):
        yield from (((*steps, number), item) for number, item in enumerate(said))
    else:
        yield steps, said
