"""Runs over time: each missing night has its name, an index can always be made again, and an error repairs nothing."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from reports.__main__ import main
from reports.history.index import INDEX, Entry, Episode, refreshed
from reports.history.nights import control_changes, nights, period
from reports.history.sampling import again, sample
from reports.record import load_record
from tests.reports import sample as samples
from tests.reports.runs import CELL, CONTROL, ERROR, FAIL, PASS, run

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def list_of(out: Path) -> list[Entry]:
    with refreshed(out) as index:
        return index.entries()


def oracle(told: tuple[str | None, ...]) -> list[tuple[int, int]]:
    """Say where failures begin and end: a pass ends one, an error or a run that did not judge it does not."""
    found: list[tuple[int, int]] = []
    open_ = False
    for number, outcome in enumerate(told):
        if outcome == FAIL:
            found = [*found[:-1], (found[-1][0], number)] if open_ else [*found, (number, number)]
            open_ = True
        elif outcome == PASS:
            open_ = False
    return found


def test_an_error_neither_begins_nor_ends_a_failure(tmp_path: Path) -> None:
    for number, told in enumerate(product((PASS, FAIL, ERROR), repeat=3)):
        out = tmp_path / str(number)
        for day, outcome in enumerate(told, start=1):
            run(out / f"2026-11-{day:02}", outcome, day=day)
        with refreshed(out) as index:
            found = [(int(one.first[-2:]) - 1, int(one.last[-2:]) - 1) for one in index.episodes()]
        assert found == oracle(told), told


@pytest.mark.parametrize("between", [None, PASS, ERROR])
def test_a_run_that_did_not_judge_a_cell_ends_nothing(tmp_path: Path, between: str | None) -> None:
    run(tmp_path / "1", FAIL, day=1)
    other = run(tmp_path / "2", between, day=2)
    if between is None:  # the run has the environment, and not the control
        plan = json.loads((other / "plan.json").read_text())
        plan["controls"] = [one for one in plan["controls"] if one["id"] != CELL[0]]
        plan["planned"] = plan["planned"][:1]
        lines = [json.loads(line) for line in samples.texts(other)[:-1]]
        samples.write(other, lines, plan_is=plan)
    run(tmp_path / "3", FAIL, day=3)
    with refreshed(tmp_path) as index:
        assert len(index.episodes()) == (2 if between == PASS else 1)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven days: the third has no run, the fifth one that broke off, the sixth altered a control and lost another."""
    out = tmp_path_factory.mktemp("out")
    for day in (1, 2, 4, 5, 6, 7):
        catalogue = {"BAK-01": "1" if day < 6 else "2"} | ({"OLD-01": "1"} if day < 6 else {"NEW-01": "1"})
        told = FAIL if day in (4, 5, 6) else PASS
        run(out / f"2026-11-{day:02}", told, day=day, about={"catalogue": catalogue}, closed=day != 5)
    (out / "latest").symlink_to("2026-11-07")
    (out / "security").mkdir()
    (out / "notes.txt").write_text("somebody's")
    return out


def test_nights_without_a_run_are_named(week: Path) -> None:
    entries = list_of(week)
    since, until = period(entries, None, date(2026, 11, 8), NOW)
    found = nights(entries, since, until, "prod", "mocked")
    assert [day.day for day in found.missing] == [3, 8]
    assert [day.day for day in found.incomplete] == [5]
    assert [day.day for day in found.ran] == [1, 2, 4, 6, 7]
    assert nights(entries, since, until, "dev", None).ran == ()
    assert len(nights(entries, since, until, "prod", "live").missing) == 8


def test_controls_that_changed_are_named(week: Path) -> None:
    found = {(one.control, one.what, one.run) for one in control_changes(list_of(week))}
    sixth = "2026-11-06"
    assert found == {("BAK-01", "was altered", sixth), ("OLD-01", "is no more", sixth), ("NEW-01", "is new", sixth)}


def dump(out: Path) -> list[str]:
    with sqlite3.connect(out / INDEX) as base:
        return sorted(line for line in base.iterdump() if line.startswith("INSERT") and '"cells"' not in line)


def test_the_index_is_the_same_however_it_came_to_be(tmp_path: Path) -> None:
    for day in (1, 2, 3):
        run(tmp_path / f"2026-11-{day:02}", FAIL if day == 2 else PASS, day=day)
        list_of(tmp_path)
    grown = dump(tmp_path)
    (tmp_path / INDEX).unlink()
    list_of(tmp_path)
    assert dump(tmp_path) == grown


@pytest.mark.parametrize(
    "content", [b"not a database at all, but a text that is long enough to be looked at" * 20, b""]
)
def test_an_index_that_is_none_is_made_anew(tmp_path: Path, content: bytes) -> None:
    run(tmp_path / "2026-11-01", FAIL, day=1)
    (tmp_path / INDEX).write_bytes(content)
    assert [one.name for one in list_of(tmp_path)] == ["2026-11-01"]


def test_an_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    run(tmp_path / "2026-11-01", FAIL, day=1)
    with sqlite3.connect(tmp_path / INDEX) as base:
        base.execute("CREATE TABLE runs (other TEXT)")
    assert len(list_of(tmp_path)) == 1


def test_a_run_that_changed_is_read_again_and_one_that_is_gone_forgotten(tmp_path: Path) -> None:
    run(tmp_path / "1", FAIL, day=1)
    run(tmp_path / "2", FAIL, day=2)
    with refreshed(tmp_path) as index:
        assert index.episodes() == [Episode(CELL, CONTROL["severity"], "1", "2", 2)]
    run(tmp_path / "2", PASS, day=2)
    for path in (tmp_path / "1").iterdir():
        path.unlink()
    (tmp_path / "1").rmdir()
    with refreshed(tmp_path) as index:
        assert [one.name for one in index.entries()] == ["2"]
        assert index.episodes() == []


def test_a_run_that_cannot_be_read_is_named_and_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path / "1", PASS, day=1)
    broken = run(tmp_path / "2", PASS, day=2)
    (broken / "plan.json").write_text("{")
    assert main(["history", str(tmp_path), "--until", "2026-11-03"]) == 0
    said = capsys.readouterr().out
    assert "2  cannot be read: " in said
    assert "plan.json: expected JSON" in said
    assert "1 of 3" in said
    assert "missing: 2026-11-02, 2026-11-03" in said


def test_the_commands_say_what_they_found(week: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", str(week), "--since", "2026-11-01", "--until", "2026-11-07"]) == 0
    said = capsys.readouterr().out
    assert "missing: 2026-11-03" in said
    assert "BAK-01 was altered in 2026-11-06" in said
    assert "BAK-01 prod mocked Database: from 2026-11-04 to 2026-11-06, in 3 runs" in said
    assert main(["diff", str(week / "2026-11-02"), str(week / "2026-11-04")]) == 0
    said = capsys.readouterr().out
    assert "+ 1 new findings" in said
    assert "because the world changed" in said


def test_a_sample_is_chosen_by_its_seed_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = load_record(samples.write(tmp_path / "run"))
    first = sample(record, 25, 7)
    assert first == sample(record, 25, 7) != sample(record, 25, 8)
    assert len(first) == len({one.cell for one in first}) == 25
    assert len(sample(record, 10_000, 1)) == len(record.verdicts)
    assert {one.verdict.value for one in sample(record, 3, 1, outcomes=["fail"])} == {"fail"}
    assert main(["sample", str(tmp_path / "run"), "--size", "3", "--seed", "7", "--verdict", "fail"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3 of 4 cells of 2026-11-22T10-00-00Z")
    assert "$ pytest suites/controls --env prod --tier mocked --control NET-02" in said
    assert "BackupRetentionPeriod = 7 from infra/templates/data.yaml:41 at 2026-11-22T10:00:07.125000+00:00" in said


def test_the_command_of_an_engines_cell_is_the_engines(tmp_path: Path) -> None:
    record = load_record(samples.write(tmp_path / "run"))
    controls = {control.id: control for control in record.controls}
    told = {again(one, controls[one.control]) for one in record.verdicts if not one.control.startswith(("NET", "ENC"))}
    assert "pytest suites/static --env dev --tier static -k cfn_lint" in told
    assert "pytest suites/static --env dev --tier static -k checkov" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["history", "nowhere"], "nowhere: expected a folder with run folders"),
        (["history", ".", "--since", "tomorrow"], "expected a day such as 2026-11-30"),
        (["history", ".", "--since", "2026-11-02", "--until", "2026-11-01"], "that is not after"),
        (["history", ".", "--tier", "dead"], "invalid choice: 'dead'"),
        (["diff", "nowhere", "here"], "plan.json"),
        (["sample", ".", "--size", "0"], "from 1 on"),
        (["sample", ".", "--verdict", "maybe"], "invalid choice"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = int(str(ended.code))
    shown = capsys.readouterr().err
    assert code == 3
    assert said in shown
    assert shown.startswith("error: ")
    assert "Traceback" not in shown


def test_an_index_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path / "1", PASS, day=1)
    (tmp_path / INDEX).mkdir()
    assert main(["history", str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_days_are_those_of_utc(tmp_path: Path) -> None:
    run(tmp_path / "1", PASS, day=1, about={"started": "2026-11-01T23:30:00-02:00"})
    day = date(2026, 11, 2)
    assert nights(
        [list_of(tmp_path)[0].model_copy(update={"complete": True})], day - timedelta(1), day, None, None
    ).ran == (day,)
