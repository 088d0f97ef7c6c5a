"""No run meets the smoke tests that did not ask for them, and what they say is read strictly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.errors import InputError
from infra.settings import ROOT
from infra.trying.edge import usable_way
from infra.trying.rows import rows_in
from suites.smoke.plugin import REASON, asked_for
from suites.smoke.saying import CannotTellError, MissedError, expect, needed
from tests.machinery.test_runs import run
from tests.operations.typed import infra


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["suites"], False),
        (["suites", "tests"], False),
        (["suites/controls"], False),
        (["suites/smoke"], True),
        (["suites/controls", "suites/smoke/"], True),
        (["suites/smoke/test_smoke.py"], True),
        (["suites/smoke/test_smoke.py::test_metrics_arrive"], True),
        ([str(ROOT / "suites" / "smoke")], True),
        (["suites/smokers"], False),
    ],
)
def test_their_own_place_is_what_asks_for_them(words: list[str], *, expected: bool) -> None:
    assert asked_for(words, ROOT) is expected


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_of_all_suites_leaves_them_out_and_says_so(workers: str, tmp_path: Path) -> None:
    narrowed = ("--tier", "static", "--env", "dev", "-m", "not proof and not verdict or low", "-n", workers)
    code, said = run(ROOT, tmp_path, "suites", *narrowed)
    assert (code, said.count(REASON)) == (0, 1), said
    assert "test_smoke.py" not in said
    code, said = run(ROOT, tmp_path, "suites/controls", *narrowed)
    assert (code, REASON in said) == (0, False), said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "--env: expected one environment, got none"),
        (("--env", "dev,prod"), "--env: expected one environment, got dev and prod"),
        (("--env", "dev", "--websocket", "http://127.0.0.1:1"), "--websocket: expected an address such as wss://"),
        (("--env", "dev", "--patience", "long"), "--patience 'long': expected a length of time"),
    ],
)
def test_a_wrong_option_ends_them_in_one_line(words: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, "suites/smoke", *words)
    assert code == 3
    assert expected in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--websocket", "ws://10.0.0.1:80"), "--websocket: expected wss:// for anything but this machine"),
        (("--role", "admin"), "--role 'admin': expected the ARN of a role"),
        (("--patience", "0s"), "--patience '0s': expected a length of time"),
        (("--patience", "1s", "--patience", "2s"), "--patience: expected once"),
    ],
)
def test_the_command_refuses_before_it_begins(words: tuple[str, ...], expected: str) -> None:
    ended = infra("smoke", "--env", "dev", "--endpoint", "http://127.0.0.1:9", *words)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith(f"error: {expected}")


def test_an_endpoint_that_refuses_cannot_be_told() -> None:
    ended = infra("smoke", "--env", "dev", "--endpoint", "http://127.0.0.1:9", "--json")
    assert ended.code == 2, ended.err
    rows = json.loads(ended.out)["tests"]
    assert [row["verdict"] for row in rows] == ["cannot tell"] * 10
    assert all("http://127.0.0.1:9 does not let us act as" in row["found"] for row in rows)


@pytest.mark.parametrize("way", ["ws://127.0.0.1:5000", "ws://localhost:1/", "ws://[::1]:80", "wss://ws.example.com"])
def test_addresses_by_which_a_token_may_travel(way: str) -> None:
    assert usable_way(way) == way


@pytest.mark.parametrize(
    "way",
    ["", "127.0.0.1:80", "https://a.example", "ws://a.example", "wss://u:p@a.example", "wss://", "wss://a.example/x"],
)
def test_other_addresses_are_refused(way: str) -> None:
    with pytest.raises(InputError, match="--websocket: expected"):
        usable_way(way)


@pytest.mark.parametrize("text", [None, "", "[", '[{"name": "a", "verdict": "fine", "found": ""}]'])
def test_rows_that_are_not_there_are_no_passes(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    if text is not None:
        file.write_text(text)
    rows = rows_in(file)
    assert (len(rows), {row.verdict for row in rows}) == (10, {"cannot tell"})


def test_what_another_test_tries_is_no_failure_of_this_one() -> None:
    with pytest.raises(MissedError, match="expected a; found b"):
        expect(None, "a", "b")
    with pytest.raises(CannotTellError, match="needs c: expected a; found b"), needed("c"):
        expect(False, "a", "b")  # noqa: FBT003  what a test has found
    expect("something", "a", "b")
