"""A waiver names a part of what there is, one finding and two people: no spelling of it permits more."""

from __future__ import annotations

import itertools
import random
import re
import string
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fixtures.aws.wildcards import matches
from fixtures.judging.people import same_person
from fixtures.judging.waivers import apply, observed, stale
from reports.models import Outcome
from tests.machinery.small import NOW, verdict
from tests.machinery.test_waivers import waiver

PIECES = ("*", "?", "**", "[a-z]", "[!x]", "[A-Za-z0-9]", "{a,b}", ".", "a", "e")
NAMES = [
    "Database",
    "DatabaseKey",
    "CacheKey",
    "AuditKey",
    "QueueA",
    "sg-0a1b2c3d",
    "arn:aws:sqs:us-east-1:1:Dead",
    "x",
]


def greedy() -> Iterator[str]:
    """Give patterns put together of wildcards and next to nothing else."""
    for length in (1, 2, 3, 4):
        for parts in itertools.product(PIECES, repeat=length):
            pattern = "".join(parts)
            says_nothing = re.search(r"[ae]{3}", pattern) is None
            if any(letter in pattern for letter in "[{") or (
                says_nothing and any(letter in pattern for letter in "*?")
            ):
                yield pattern


def test_a_pattern_of_wildcards_is_refused() -> None:
    patterns = list(dict.fromkeys(greedy()))
    assert len(patterns) > 5000
    taken = [pattern for pattern in patterns if _is_taken(pattern)]
    assert not taken, taken[:10]


def _is_taken(pattern: str) -> bool:
    try:
        waiver(resources=(pattern,))
    except ValidationError:
        return False
    return True


@given(st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.text(alphabet="*?abeKyDtsgrn0123:-", min_size=2))
@settings(max_examples=300)
def test_no_pattern_covers_all_there_is(names: list[str], pattern: str) -> None:
    """What is covered whole is named one by one; whoever adds a resource then has to ask again."""
    if pattern in names or not _is_taken(pattern):
        return
    found = apply([waiver(resources=(pattern,), max_matches=1)], [verdict(resource=name) for name in names], NOW)
    covered = [name for name in names if matches(pattern, name)]
    waived = [item.resource for item in found if item.verdict is Outcome.WAIVED]
    assert len(waived) < len(names)
    assert waived == (covered if len(covered) == 1 and len(names) > 1 else [])


@pytest.mark.parametrize("pattern", ["Key*", "Key?", "*Key?", "*Key*"])
def test_the_verdict_of_the_list_is_nobody_s_way_round(pattern: str) -> None:
    """The list of a type is judged beside its resources, and no pattern has to cover it to cover all of them."""
    both = {name: verdict(resource=name) for name in ("Key1", "Key2")}
    whole = verdict(Outcome.PASS, "AWS::KMS::Key", "the list is whole: 2 to judge")
    found = apply([waiver(resources=(pattern,), max_matches=2)], [whole, *both.values()], NOW)
    assert [item.verdict for item in found] == [Outcome.PASS, Outcome.FAIL, Outcome.FAIL]
    assert "covers every resource by a pattern" in found[1].message


def test_everything_can_be_named_one_by_one() -> None:
    names = ("Key1", "Key2")
    found = apply([waiver(resources=names, max_matches=2)], [verdict(resource=name) for name in names], NOW)
    assert {item.verdict for item in found} == {Outcome.WAIVED}


def test_a_pattern_means_what_it_says() -> None:
    assert matches("Audit*", "AuditKey")
    assert matches("Audit?ey", "AuditKey")
    assert not matches("Audit*", "auditKey")
    assert not matches("Audit.ey", "AuditKey")
    assert not matches("Audit?", "AuditKey")


MESSAGES = (
    "keeps 7 days of backups; 14 are promised",
    "lets in 0.0.0.0/0:22; ::/0:22; nobody from the Internet is promised",
)


@pytest.mark.parametrize("message", MESSAGES)
def test_only_the_whole_observed_value_is_accepted(message: str) -> None:
    seen = observed(message)
    assert "promised" not in seen
    parts = {seen[start:end] for start in range(len(seen)) for end in range(start + 2, len(seen) + 1)}
    for part in {part for part in parts if part == part.strip()} | {seen + "0", seen.upper(), message}:
        (found,) = apply([waiver(accepts=part)], [verdict(message=message)], NOW)
        assert (found.verdict is Outcome.WAIVED) == (part == seen), part
        assert part == seen or f"which is not what was found: {seen!r}" in found.message


def test_an_engine_s_message_is_observed_whole() -> None:
    assert observed("Ensure A; Ensure B") == "Ensure A; Ensure B"


@pytest.mark.parametrize("most", [0, -1, 2, 21, 999])
def test_no_more_matches_are_permitted_than_are_named(most: int) -> None:
    with pytest.raises(ValidationError, match="max_matches"):
        waiver(max_matches=most)


def test_a_pattern_has_a_limit_too() -> None:
    assert waiver(resources=("Key*",), max_matches=20)
    with pytest.raises(ValidationError, match="max_matches"):
        waiver(resources=("Key*",), max_matches=21)


def test_what_a_waiver_permits_in_excess_is_said() -> None:
    one = waiver(resources=("Key1", "Key2"), max_matches=2)
    judged = apply([one], [verdict(resource="Key1"), verdict(Outcome.PASS, resource="Key2")], NOW)
    assert stale([one], judged) == [
        "waiver W-1 (ENC-01, dev) names Key2, which matches no failure: remove the name",
        "waiver W-1 (ENC-01, dev) permits 2 failures and 1 were found: lower max_matches",
    ]


def test_the_waiver_that_accepts_is_found_behind_one_that_does_not() -> None:
    waivers = [waiver(accepts="is rotated yearly"), waiver(id="W-2")]
    (found,) = apply(waivers, [verdict()], NOW)
    assert found.waiver is not None
    assert found.waiver.id == "W-2"


LOOK_ALIKES = str.maketrans({"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "i": "і"})  # noqa: RUF001
HIDDEN = [
    chr(code) for code in (0xAD, 0x200B, 0x200D, 0x202E, 0x2066, 0xFEFF, 0x34F, 0xFE0F, 0x3164, 0x115F, 0x0A, 0x07)
]


def disguises(name: str) -> Iterator[str]:
    """Give spellings in which one person could sign again as another."""
    yield from (name.upper(), name.title(), name.swapcase(), f" {name} ", f"{name}\u00a0", name.replace(".", "  "))
    yield from (name.replace(".", mark) for mark in (" ", "-", "_", "", "·", ", ", " . "))
    yield from (f"{name}@example.org", ", ".join(reversed(name.split("."))), f"{name}.", f"({name})")
    yield from (unicodedata.normalize(form, name.replace("e", "é")) for form in ("NFC", "NFD"))
    yield "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in name)  # full width
    yield "".join(chr(0x1D41A + ord(letter) - 97) if letter.isalpha() else letter for letter in name)  # mathematical
    for index, letter in enumerate(name):
        swapped = letter.translate(LOOK_ALIKES)
        if swapped != letter:
            yield name[:index] + swapped + name[index + 1 :]
    yield name.translate(LOOK_ALIKES)
    for mark, index in itertools.product(HIDDEN, (0, 1, len(name))):
        yield name[:index] + mark + name[index:]
    yield from (name.replace("o", "0"), name.replace("l", "1"), name.replace("l", "I"), name.replace("i", "ı"))  # noqa: RUF001


@pytest.mark.parametrize("name", ["a.person", "olivia.lopez", "charlie.cole", "ximena.alexie"])
def test_nobody_approves_under_another_spelling_of_the_same_name(name: str) -> None:
    tried = list(disguises(name))
    assert len(tried) > 60
    for disguise in tried:
        for owner, approver in ((name, disguise), (disguise, name)):
            with pytest.raises(ValidationError):
                waiver(owner=owner, approver=approver)


def test_two_people_are_two_people() -> None:
    draw = random.Random(7)  # noqa: S311  names, not keys
    names = {"".join(draw.choices(string.ascii_lowercase, k=9)) for _ in range(60)}
    assert not [pair for pair in itertools.combinations(sorted(names), 2) if same_person(*pair)]
    assert waiver(owner="a.person", approver="another.person")
    assert waiver(owner="Zoë Müller", approver="Łukasz Æbelø")
    assert waiver(owner="王小明", approver="李小龙")
