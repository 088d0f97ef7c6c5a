"""Patterns are walked as automata: every kind of text that they tell apart is found, and nothing else."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.judging.access.patterns import ANYTHING, TooManyError, arn, exactly, glob, is_met, regions

SIGNS = "aB:"
SHORT = ["".join(signs) for length in range(6) for signs in product((*SIGNS, "z"), repeat=length)]
pieces = st.text(alphabet=(*SIGNS, "*", "?"), max_size=4)


def as_regex(pattern: str) -> re.Pattern[str]:
    """The same by other means."""
    return re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern), re.DOTALL)


def as_arn_regex(pattern: str) -> re.Pattern[str]:
    *first, last = pattern.split(":", 5)
    inner = {"*": "[^:]*", "?": "[^:]"}
    parts = ["".join(inner.get(sign, re.escape(sign)) for sign in part) for part in first]
    return re.compile(":".join([*parts, as_regex(last).pattern]), re.DOTALL)


@settings(max_examples=150)
@given(st.lists(pieces, min_size=1, max_size=4))
def test_every_kind_of_text_is_found(patterns: list[str]) -> None:
    others = [as_regex(pattern) for pattern in patterns]

    def met(text: str) -> frozenset[int]:
        return frozenset(number for number, one in enumerate(others) if one.fullmatch(text))

    found = regions([glob(pattern) for pattern in patterns])
    assert {met(text) for text in SHORT} <= set(found)
    assert all(met(text) == numbers for numbers, text in found.items())


@settings(max_examples=150)
@given(pieces, st.sampled_from(SHORT))
def test_a_segment_of_an_arn_ends_at_its_colon(pattern: str, text: str) -> None:
    expected = True if pattern == "*" else as_arn_regex(pattern).fullmatch(text) is not None
    assert is_met(arn(pattern), text) == expected


@settings(max_examples=100)
@given(st.lists(pieces, max_size=3), pieces)
def test_within_is_kept_to(patterns: list[str], within: str) -> None:
    for text in regions([glob(pattern) for pattern in patterns], [glob(within)]).values():
        assert as_regex(within).fullmatch(text)


def test_signs_can_be_written_as_themselves() -> None:
    assert is_met(glob("a${*}b${$}"), "a*b$")
    assert not is_met(glob("a${*}b"), "axb")
    assert is_met(exactly("Ab", ignore_case=True), "aB")
    assert not is_met(exactly("Ab"), "aB")


def test_too_much_is_said_to_be() -> None:
    with pytest.raises(TooManyError, match="12 patterns"):
        regions([glob(f"*{sign}*{sign}*{sign}*") for sign in "abcdefghijkl"], (ANYTHING,), states=5000)
