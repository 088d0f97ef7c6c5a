"""Every operator of IAM, with keys that are there, that are not, and that nobody knows."""

from __future__ import annotations

import pytest

from fixtures.judging.access.conditions import holds
from fixtures.judging.access.statements import Condition

# operator, value of the policy, value that meets it, value that does not
OPERATORS = (
    ("StringEquals", "ab", "ab", "AB"),
    ("StringEqualsIgnoreCase", "ab", "AB", "abc"),
    ("StringLike", "a*c?", "abbcd", "abc"),
    ("NumericEquals", "10", "10.0", "11"),
    ("NumericLessThan", "10", "9.5", "10"),
    ("NumericLessThanEquals", "10", "10", "10.1"),
    ("NumericGreaterThan", "10", "11", "10"),
    ("NumericGreaterThanEquals", "10", "10", "9"),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", "2026-01-02T00:00:00Z"),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31", "2026-01-01T00:00:00Z"),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2025-01-01T00:00:00Z"),
    ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
    ("Bool", "true", "True", "false"),
    ("BinaryEquals", "QUI=", "QUI=", "QUJ="),
    ("IpAddress", "10.0.0.0/8", "10.9.9.9", "11.0.0.1"),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", "10.0.0.1"),
    ("ArnEquals", "arn:aws:sns:*:1:t*", "arn:aws:sns:eu:1:topic:x", "arn:aws:sns:eu:x:1:topic"),
    ("ArnLike", "arn:aws:s3:::b/*", "arn:aws:s3:::b/c:d", "arn:aws:s3:::b"),
)
NEGATED = {
    "StringEquals": "StringNotEquals", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike", "NumericEquals": "NumericNotEquals", "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress", "ArnEquals": "ArnNotEquals", "ArnLike": "ArnNotLike",
}  # fmt: skip
KEY = "aws:x"


def met(operator: str, values: tuple[str, ...], *given: str, unknown: bool = False) -> bool | None:
    context = {KEY: None} if unknown else {KEY: given} if given else {}
    return holds(Condition(operator.lower(), KEY, values), context)


@pytest.mark.parametrize(("operator", "wanted", "right", "wrong"), OPERATORS)
def test_an_operator_its_opposite_and_its_forms(operator: str, wanted: str, right: str, wrong: str) -> None:
    assert met(operator, (wanted,), right) is True
    assert met(operator, (wanted,), wrong) is False
    assert met(operator, (wanted,)) is False
    assert met(f"{operator}IfExists", (wanted,)) is True
    assert met(operator, (wanted,), unknown=True) is None
    assert met(operator, ("nothing such", wanted), right) is True
    assert met(f"ForAllValues:{operator}", (wanted,), right, wrong) is False
    assert met(f"ForAllValues:{operator}", (wanted,), right) is True
    assert met(f"ForAllValues:{operator}", (wanted,)) is True
    assert met(f"ForAnyValue:{operator}", (wanted,), right, wrong) is True
    assert met(f"ForAnyValue:{operator}", (wanted,), wrong) is False
    assert met(f"ForAnyValue:{operator}", (wanted,)) is False


@pytest.mark.parametrize(("operator", "wanted", "right", "wrong"), [one for one in OPERATORS if one[0] in NEGATED])
def test_the_negated_ones_hold_where_the_key_is_not_there(operator: str, wanted: str, right: str, wrong: str) -> None:
    negated = NEGATED[operator]
    assert met(negated, (wanted,), right) is False
    assert met(negated, (wanted,), wrong) is True
    assert met(negated, (wanted,)) is True
    assert met(negated, (wanted,), unknown=True) is None
    assert met(f"ForAllValues:{negated}", (wanted,), wrong, right) is False
    assert met(f"ForAnyValue:{negated}", (wanted,), wrong, right) is True
    assert met(f"ForAnyValue:{negated}", (wanted,), right) is False
    assert met(f"ForAnyValue:{negated}", (wanted,)) is False


def test_null_asks_whether_the_key_is_there() -> None:
    assert met("Null", ("true",)) is True
    assert met("Null", ("true",), "x") is False
    assert met("Null", ("false",), "x") is True
    assert met("Null", ("false",)) is False
    assert met("Null", ("true",), unknown=True) is None


def test_variables_are_what_the_request_says() -> None:
    test = Condition("stringlike", "s3:prefix", ("home/${aws:username}/*", "${aws:principaltag/team, 'none'}"))
    assert holds(test, {"s3:prefix": ("home/ann/x",), "aws:username": ("ann",)}) is True
    assert holds(test, {"s3:prefix": ("home/*/x",), "aws:username": ("*",)}) is True
    assert holds(test, {"s3:prefix": ("home/bob/x",), "aws:username": ("*",)}) is False, "a name is no wildcard"
    assert holds(test, {"s3:prefix": ("home//x",)}) is False, "what is not there matches nothing"
    assert holds(test, {"s3:prefix": ("none",)}) is True
    assert holds(test, {"s3:prefix": ("home/ann/x",), "aws:username": None}) is None
    denied = Condition("stringnotequals", "s3:prefix", ("${aws:username}",))
    assert holds(denied, {"s3:prefix": ("x",)}) is None


@pytest.mark.parametrize("operator", ["NotIpAddress", "NumericNotEquals", "DateNotEquals"])
def test_what_cannot_be_read_excludes_nobody(operator: str) -> None:
    """A denial that names the wrong thing would otherwise deny everything, and be taken for one that holds."""
    assert met(operator, ("nothing such",), "10.0.0.1") is None
    assert met(operator.replace("Not", ""), ("nothing such",), "10.0.0.1") is False
