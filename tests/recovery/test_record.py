"""What a drill's record says, and what it does not let anybody say."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from infra.errors import InputError
from infra.recovery.record import RPO_SECONDS, RTO_SECONDS, Drill, RestoredStore, parsed

AT = datetime(2026, 11, 29, tzinfo=UTC)


def store(**more: Any) -> RestoredStore:
    said = {"name": "t", "kind": "table", "point": AT, "rpo_seconds": 10, "rto_seconds": 20, "compared": True}
    return RestoredStore.model_validate(said | {"rows": 3, "identical": 3} | more)


def drill(*stores: RestoredStore) -> Drill:
    return Drill(
        id="20261129T000000000000Z", environment="dev", account="111111111111", region="us-east-1", endpoint="AWS",
        by="arn:aws:iam::111111111111:role/x", commit="", begun=AT, ended=AT, stores=stores,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "word", "code"),
    [
        ({}, "restored", 0),
        ({"rows": 0, "identical": 0}, "empty", 2),
        ({"rows": 0, "identical": 0, "moving": 4}, "not compared", 2),
        ({"compared": False, "rows": 0, "identical": 0, "reason": "away"}, "not compared", 2),
        ({"identical": 2, "wrong": 1}, "not restored", 1),
        ({"rto_seconds": None}, "not restored", 1),
        ({"rpo_seconds": RPO_SECONDS}, "restored", 1),
        ({"rto_seconds": RTO_SECONDS}, "restored", 1),
        ({"rpo_seconds": RPO_SECONDS - 1, "rto_seconds": RTO_SECONDS - 1}, "restored", 0),
    ],
)
def test_a_store_shows_no_more_than_was_compared(said: dict[str, Any], word: str, code: int) -> None:
    found = store(**said)
    assert found.word == word
    assert drill(found).exit_code == code


KINDS = {
    "restored": store(), "empty": store(rows=0, identical=0), "not compared": store(compared=False),
    "not restored": store(wrong=1),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [*product(KINDS, KINDS)])
def test_a_drill_is_as_good_as_the_worst_of_it(one: str, other: str) -> None:
    found = drill(KINDS[one], KINDS[other]).exit_code
    words = {one, other}
    expected = 1 if "not restored" in words else 2 if "not compared" in words or words == {"empty"} else 0
    assert found == expected


def test_an_empty_table_shows_nothing_of_the_database() -> None:
    database = store(kind="database", rows=0, identical=0)
    assert drill(store(), database).exit_code == 2
    assert drill(store(), store(kind="database")).exit_code == 0
    assert drill().exit_code == 2


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"\xff", drill(store()).model_dump_json().replace("111111111111", "1").encode()]
)
def test_what_is_no_record_is_refused_in_one_line(text: bytes) -> None:
    with pytest.raises(InputError) as refused:
        parsed(text, "s3://b/k")
    assert str(refused.value).startswith("s3://b/k: ")
    assert "\n" not in str(refused.value)


def test_a_record_is_read_as_it_was_written() -> None:
    made = drill(store(), KINDS["not compared"])
    assert parsed(made.model_dump_json().encode(), "") == made
