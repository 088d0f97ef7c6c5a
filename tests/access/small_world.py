"""A world so small that every request of it can be tried, and policies about it; judged by other means.

The evaluator here is written from the same guide in another way: on sets and regular expressions, two-valued.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from hypothesis import strategies as st

OURS, THEIRS, NAMED = "111111111111", "222222222222", "999999999999"
ACTIONS: Final = ("q:send", "q:read", "q:sendall")
RESOURCES: Final = ("arn:aws:q:r:111111111111:one", "arn:aws:q:r:111111111111:two")
# What anybody can say, and may leave out.
SAID: Final[Mapping[str, tuple[str | None, ...]]] = {
    "aws:SecureTransport": ("true", "false"),
    "aws:RequestTag/t": (None, "a", "b"),
    "aws:SourceVpce": (None, "vpce-theirs"),
}
Document = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request of the small world."""

    kind: str
    name: str
    account: str | None
    action: str
    resource: str
    context: Mapping[str, str]


def everything() -> Iterator[Asked]:
    """Every request of a stranger, and of a service for one."""
    for who, action, resource in product(_who(), ACTIONS, RESOURCES):
        kind, name, account, known = who
        for said in product(*SAID.values()):
            pairs = {key: value for key, value in zip(SAID, said, strict=True) if value is not None}
            yield Asked(kind, name, account, action, resource, {**known, **pairs})


def _who() -> Iterator[tuple[str, str, str | None, dict[str, str]]]:
    for account in (THEIRS, NAMED):
        for kind in ("user", "role"):
            arn = f"arn:aws:iam::{account}:{kind}/x"
            yield "AWS", arn, account, {"aws:PrincipalAccount": account, "aws:PrincipalArn": arn}
        for source in (None, f"arn:aws:sns:r:{account}:topic"):
            told = {"aws:SourceAccount": account} | ({"aws:SourceArn": source} if source else {})
            for known in (told, {} if source is None else {"aws:SourceArn": source}):
                yield "Service", "sns.amazonaws.com", account, known
                yield "Service", "sns.amazonaws.com", account, {**known, "aws:PrincipalAccount": account}
    yield "Anonymous", "Anonymous", None, {}
    yield "Anonymous", "Anonymous", None, {"aws:PrincipalAccount": "anonymous"}


def allows(document: Document, asked: Asked) -> bool:
    """Whether a policy lets a request through."""
    effects = {one["Effect"] for one in document["Statement"] if _speaks(one, asked)}
    return effects == {"Allow"}


def _speaks(statement: Mapping[str, Any], asked: Asked) -> bool:
    return (
        _of(statement, "Principal", lambda one: _is(one, asked), _flat(statement))
        and _of(statement, "Action", lambda one: _like(one.lower(), asked.action))
        and _of(statement, "Resource", lambda one: _like(one, asked.resource))
        and all(
            _holds(operator, key, [values] if isinstance(values, str) else values, asked.context)
            for operator, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        )
    )


def _flat(statement: Mapping[str, Any]) -> list[tuple[str, str]]:
    said = statement.get("Principal", statement.get("NotPrincipal"))
    if said == "*":
        return [("AWS", "*")]
    return [(kind, name) for kind, names in said.items() for name in ([names] if isinstance(names, str) else names)]


def _of(statement: Mapping[str, Any], word: str, test: Any, said: Any = None) -> bool:
    values = said if said is not None else statement.get(word, statement.get(f"Not{word}"))
    met = any(test(one) for one in ([values] if isinstance(values, str) else values))
    return met if word in statement else not met


def _is(principal: tuple[str, str], asked: Asked) -> bool:
    kind, name = principal
    if name == "*":
        return True
    if kind != asked.kind:
        return False
    return name in (asked.name, asked.account, f"arn:aws:iam::{asked.account}:root")


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def _holds(operator: str, key: str, values: list[str], context: Mapping[str, str]) -> bool:
    given = context.get(key)
    if operator == "Null":
        return (given is None) == (values[0] == "true")
    name = operator.removesuffix("IfExists").replace("ForAllValues:", "").replace("ForAnyValue:", "")
    if given is None:
        positive = "Not" not in name
        return operator.endswith("IfExists") or operator.startswith("ForAllValues") or (
            not positive and not operator.startswith("ForAnyValue")
        )  # fmt: skip
    met = any(_like(value, given) if "Like" in name else value == given for value in values)
    return met != ("Not" in name)


_keys: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:SecureTransport": ("true", "false"),
    "aws:RequestTag/t": ("a", "b", "*"),
    "aws:SourceVpce": ("vpce-ours", "vpce-*"),
    "aws:PrincipalAccount": (OURS, NAMED, "1*"),
    "aws:PrincipalArn": (f"arn:aws:iam::{OURS}:role/ours", f"arn:aws:iam::{NAMED}:*", "arn:aws:iam::*:role/*"),
    "aws:SourceAccount": (OURS, NAMED),
    "aws:SourceArn": (f"arn:aws:sns:r:{OURS}:topic", f"arn:aws:sns:*:{OURS}:*", "arn:aws:sns:*"),
}
_operators: Final = (
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "StringNotEqualsIfExists",
    "ForAllValues:StringEquals", "ForAnyValue:StringEquals", "ForAllValues:StringLike",
)  # fmt: skip


@st.composite
def conditions(draw: Any) -> dict[str, Any]:
    """Up to two keys under some operators."""
    found: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(sorted(_keys)), max_size=2, unique=True)):
        if draw(st.integers(0, 5)) == 0:
            found.setdefault("Null", {})[key] = draw(st.sampled_from(("true", "false")))
        else:
            values = draw(st.lists(st.sampled_from(_keys[key]), min_size=1, max_size=2, unique=True))
            found.setdefault(draw(st.sampled_from(_operators)), {})[key] = values
    return found


principals: Final = st.sampled_from((
    "*", {"AWS": "*"}, {"AWS": OURS}, {"AWS": NAMED}, {"AWS": [f"arn:aws:iam::{NAMED}:root", OURS]},
    {"AWS": f"arn:aws:iam::{NAMED}:user/x"}, {"AWS": f"arn:aws:iam::{OURS}:role/of-{NAMED}"},
    {"Service": "sns.amazonaws.com"}, {"AWS": OURS, "Service": "sns.amazonaws.com"},
))  # fmt: skip


@st.composite
def statements(draw: Any, effect: str | None = None) -> dict[str, Any]:
    """One statement about the small world."""
    negated = {word: draw(st.integers(0, 7)) == 0 for word in ("Principal", "Action", "Resource")}
    said = {
        "Principal": draw(principals),
        "Action": draw(st.lists(st.sampled_from(("*", "q:*", "q:send", "q:Send*", "q:?ead")), min_size=1, max_size=2)),
        "Resource": draw(st.lists(st.sampled_from(("*", *RESOURCES, "arn:aws:q:*:*:t*")), min_size=1, max_size=2)),
    }
    if negated["Principal"] and said["Principal"] in ("*", {"AWS": "*"}):
        negated["Principal"] = False
    whole = {f"Not{word}" if negated[word] else word: value for word, value in said.items()}
    condition = draw(conditions())
    return {
        "Effect": effect or draw(st.sampled_from(("Allow", "Allow", "Deny"))),
        **whole, **({"Condition": condition} if condition else {}),
    }  # fmt: skip


@st.composite
def policies(draw: Any) -> Document:
    """A policy of up to three statements."""
    found = draw(st.lists(statements(), min_size=1, max_size=3))
    return {"Version": "2012-10-17", "Statement": [{"Sid": str(number), **one} for number, one in enumerate(found)]}
