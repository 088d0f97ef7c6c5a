"""A policy is believed when IAM would take it, and in no other form: the grammar is tried place by place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.inventory.origin import Origin
from fixtures.inventory.services.iam import ManagedPolicy
from fixtures.inventory.services.kms import Key
from infra.errors import InputError

SOUND = {
    "Sid": "One", "Effect": "Allow",
    "Principal": {"AWS": ["arn:aws:iam::111111111111:root"], "Service": "s3.amazonaws.com"},
    "Action": ["kms:Decrypt", "kms:Encrypt"], "Resource": "*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}, "Bool": {"aws:SecureTransport": True}},
}  # fmt: skip
NOTHING: tuple[Any, ...] = (None, "", [], {}, 5, True, [""], [5], [None], [[]])
OPERATORS = [
    f"{prefix}{operator}{suffix}"
    for prefix in ("", "ForAllValues:", "ForAnyValue:")
    for operator in (
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
        "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
        "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
        "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
        "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike",
    )
    for suffix in ("", "IfExists")
]  # fmt: skip


def is_believed(document: Any) -> bool:
    try:
        Key.build({"KeyPolicy": document}, Origin(logical_id="K"))
    except InputError:
        return False
    return True


def of(statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [SOUND, statement]}


def test_what_iam_takes_is_believed() -> None:
    without = {name: value for name, value in SOUND.items() if name in ("Effect", "Principal", "Action")}
    for action, principal in itertools.product(("Action", "NotAction"), ("Principal", "NotPrincipal")):
        said = {"Effect": "Deny", action: "kms:*", principal: "*", "NotResource": ["a", "b"]}
        assert is_believed(of(said)), said
    assert is_believed(of(without))
    assert is_believed({"Statement": SOUND})
    assert is_believed({"Version": "2008-10-17", "Id": "x", "Statement": [SOUND]})


@pytest.mark.parametrize("name", ["Null", "ForAllValues:Null", *OPERATORS])
def test_each_operator_is_known_as_iam_writes_it(name: str) -> None:
    assert is_believed(of({**SOUND, "Condition": {name: {"aws:SourceAccount": ["1"]}}}))
    for odd in (name.lower(), name.swapcase(), f"{name} ", f"{name}s", f"x{name}", name.replace("s", "z")):
        if odd != name:
            assert not is_believed(of({**SOUND, "Condition": {odd: {"aws:SourceAccount": ["1"]}}})), odd


def changed() -> Iterator[tuple[str, Any]]:
    """Give statements that say nothing, or something that IAM has no word for."""
    for name in ("Effect", "Principal", "Action"):
        yield f"{name} deleted", {key: value for key, value in SOUND.items() if key != name}
    for name in SOUND:
        yield f"{name} re-cased", {(key.swapcase() if key == name else key): value for key, value in SOUND.items()}
    for name in ("Effect", "Principal", "Action", "Resource"):
        for value in NOTHING:
            yield f"{name} {value!r}", {**SOUND, name: value}
    for name in ("Principal", "Action", "Resource"):
        yield f"{name} and Not{name}", {**SOUND, f"Not{name}": SOUND[name]}
    for value in ("allow", "ALLOW", "deny", "Allow ", ["Allow"]):
        yield f"Effect {value!r}", {**SOUND, "Effect": value}
    for kind, value in itertools.product(("aws", "Aws", "Services", "*"), ("*", ["*"])):
        yield f"Principal {kind}", {**SOUND, "Principal": {kind: value}}
    for value in NOTHING:
        yield f"Principal AWS {value!r}", {**SOUND, "Principal": {"AWS": value}}
    for value in (*NOTHING[:3], *NOTHING[4:]):
        yield f"Condition {value!r}", {**SOUND, "Condition": value}
        yield f"tests {value!r}", {**SOUND, "Condition": {"StringEquals": value}}
    yield "no statement", "text"
    yield "another member", {**SOUND, "Actions": "*"}


@pytest.mark.parametrize(("name", "statement"), list(changed()), ids=str)
def test_what_iam_would_not_take_is_not_believed(name: str, statement: Any) -> None:
    assert not is_believed(of(statement)), name


@pytest.mark.parametrize(
    "document",
    [{}, {"Statement": []}, {"Statement": None}, {"Version": "2012-10-17"}, {"Statement": [SOUND], "statement": []},
     {"Version": "2012", "Statement": [SOUND]}, "{", "[]", '{"Statement": [], "Statement": []}', 5],
    ids=str,
)  # fmt: skip
def test_what_is_no_policy_is_not_believed(document: Any) -> None:
    assert not is_believed(document)


def test_the_policy_of_an_identity_says_what_it_is_about_and_never_whom() -> None:
    def of_identity(*without: str) -> ManagedPolicy:
        said = {name: value for name, value in SOUND.items() if name not in without}
        return ManagedPolicy.build({"PolicyDocument": {"Statement": [said]}}, Origin(logical_id="P"))

    assert of_identity("Principal").policy_document
    for without in ((), ("Principal", "Resource"), ("Principal", "Action")):
        with pytest.raises(InputError, match="Statement 0: expected"):
            of_identity(*without)
