"""A run folder is read as it was written, or refused in one line that says where and why."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from reports.disk import RecordError
from reports.models import Outcome
from reports.record import load_record
from tests.reports import sample


def _refusal(folder: Path) -> str:
    with pytest.raises(RecordError) as refused:
        load_record(folder)
    assert refused.value.exit_code == 3
    message = str(refused.value)
    assert "\n" not in message
    return message


def _replace_line(folder: Path, number: int, text: str) -> None:
    path = folder / "verdicts.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[number - 1] = text
    path.write_text("\n".join(lines), encoding="utf-8")


def test_a_whole_record_is_complete_and_adds_up(tmp_path: Path) -> None:
    record = load_record(sample.write(tmp_path))
    assert record.reconciled.complete
    assert len(record.verdicts) == sum(len(row["resources"]) for row in sample.plan()["planned"])
    assert {verdict.verdict for verdict in record.verdicts} == set(Outcome)


def test_unknown_keys_of_the_run_and_the_summary_are_accepted(tmp_path: Path) -> None:
    plan = sample.plan()
    plan["run"]["weather"] = "fair"
    assert load_record(sample.write(tmp_path, plan_is=plan)).run.model_extra == {"weather": "fair"}


@pytest.mark.parametrize("name", ["plan.json", "verdicts.jsonl"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (sample.write(tmp_path) / name).unlink()
    assert name in _refusal(tmp_path)


def test_a_broken_line_is_named_by_its_number(tmp_path: Path) -> None:
    _replace_line(sample.write(tmp_path), 7, '{"control": ')
    assert "verdicts.jsonl:7: expected JSON" in _refusal(tmp_path)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_refused(tmp_path: Path, number: str) -> None:
    """Some readers take it, others do not, and what is written of it is another thing."""
    line = json.dumps(sample.verdicts()[2] | {"evidence": [sample.verdicts()[2]["evidence"][0] | {"value": "HERE"}]})
    _replace_line(sample.write(tmp_path), 3, line.replace('"HERE"', number))
    assert f"verdicts.jsonl:3: expected JSON: {number} is no number of JSON" in _refusal(tmp_path)


@pytest.mark.parametrize("collecting", [True, False])
def test_reading_leaves_the_collector_of_garbage_as_it_was(tmp_path: Path, *, collecting: bool) -> None:
    _replace_line(sample.write(tmp_path), 7, "{")
    switch = {True: gc.enable, False: gc.disable}
    switch[collecting]()
    try:
        _refusal(tmp_path)
        assert gc.isenabled() is collecting
    finally:
        gc.enable()


def test_an_unknown_verdict_is_named_by_its_line(tmp_path: Path) -> None:
    _replace_line(sample.write(tmp_path), 3, json.dumps(sample.verdicts()[2] | {"verdict": "probably"}))
    message = _refusal(tmp_path)
    assert "verdicts.jsonl:3: verdict" in message
    assert "'probably'" in message


def test_an_unknown_key_of_a_verdict_is_refused(tmp_path: Path) -> None:
    _replace_line(sample.write(tmp_path), 3, json.dumps(sample.verdicts()[2] | {"verdit": "pass"}))
    assert "verdicts.jsonl:3: verdit" in _refusal(tmp_path)


def test_nothing_may_follow_the_summary_line(tmp_path: Path) -> None:
    path = sample.write(tmp_path) / "verdicts.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + json.dumps(sample.verdicts()[0]) + "\n", encoding="utf-8")
    assert "expected nothing after the summary line" in _refusal(tmp_path)


@pytest.mark.parametrize(("key", "value"), [("control", "NO-01"), ("environment", "moon"), ("tier", "live")])
def test_a_plan_that_contradicts_itself_is_refused(tmp_path: Path, key: str, value: str) -> None:
    plan = sample.plan()
    plan["planned"][5][key] = value
    assert f"plan.json: planned.5.{key}" in _refusal(sample.write(tmp_path, plan_is=plan))


def test_a_control_that_stands_in_the_plan_twice_is_refused(tmp_path: Path) -> None:
    plan = sample.plan()
    plan["controls"].append(plan["controls"][0])
    assert "'ENC-01' twice" in _refusal(sample.write(tmp_path, plan_is=plan))


def test_what_is_quoted_from_a_bad_file_cannot_deceive_the_terminal(tmp_path: Path) -> None:
    _replace_line(sample.write(tmp_path), 3, json.dumps(sample.verdicts()[2] | {"verdict": "\x1b[2J\u202e"}))
    assert _refusal(tmp_path).isprintable()


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (sample.write(tmp_path) / "verdicts.jsonl").write_bytes(b'{"a": "\xff"}\n')
    assert "expected UTF-8" in _refusal(tmp_path)
