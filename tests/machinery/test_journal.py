"""The journal says what was planned, what was recorded, and whether the two are the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.run.journal import Journal
from reports.disk import PLAN, VERDICTS, RecordError, create_folder, write_whole
from reports.models import Outcome, Plan, PlannedRow, Run
from tests.machinery.small import NOW, verdict


def plan(*resources: str) -> Plan:
    """Plan one control over some resources."""
    about = Run(
        id="x",
        started=NOW,
        command="",
        commit=None,
        versions={},
        environments=(),
        tiers=("static",),
        endpoint=None,
        waivers=0,
    )
    row = PlannedRow(control="ENC-01", environment="dev", tier="static", resources=resources)
    return Plan(run=about, controls=(), planned=(row,))


def lines(folder: Path) -> list[dict[str, Any]]:
    """Read what was written."""
    return [json.loads(line) for line in (folder / VERDICTS).read_text().splitlines()]


def test_the_plan_is_there_before_any_verdict(tmp_path: Path) -> None:
    Journal(tmp_path, plan("Key"))
    assert json.loads((tmp_path / PLAN).read_text())["planned"][0]["resources"] == ["Key"]
    assert (tmp_path / VERDICTS).read_text() == ""


def test_planned_and_recorded_agree_in_a_complete_record(tmp_path: Path) -> None:
    journal = Journal(tmp_path, plan("Key", "Other"))
    journal.record([verdict(Outcome.PASS), verdict(Outcome.FAIL, "Other")])
    summary = journal.close()
    assert (summary.planned, summary.recorded, summary.complete, summary.exit_code) == (2, 2, True, 1)
    assert lines(tmp_path)[-1]["summary"] == json.loads(summary.model_dump_json(by_alias=True))
    assert sum(summary.verdicts.of(outcome) for outcome in Outcome) == 2


def test_every_verdict_is_on_disk_before_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path, plan("Key", "Other"))
    journal.record([verdict(Outcome.PASS)])
    assert [line["resource"] for line in lines(tmp_path)] == ["Key"]


@pytest.mark.parametrize("most", [1, 500, 1_000_000])
def test_however_many_are_written_together_all_of_them_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("fixtures.run.journal.AT_ONCE", most)
    names = [f"Key{number}" for number in range(7)]
    journal = Journal(tmp_path, plan(*names))
    journal.record([verdict(Outcome.PASS, name) for name in names])
    assert [line["resource"] for line in lines(tmp_path)] == names
    assert journal.close().complete


@pytest.mark.parametrize(
    ("recorded", "complaint"),
    [
        (["Key"], "ENC-01 dev static Other: planned, no verdict"),
        (["Key", "Other", "Third"], "ENC-01 dev static Third: a verdict that was not planned"),
        (["Key", "Other", "Other"], "ENC-01 dev static Other: 2 verdicts, one was planned"),
    ],
)
def test_a_record_that_does_not_reconcile_is_incomplete(tmp_path: Path, recorded: list[str], complaint: str) -> None:
    journal = Journal(tmp_path, plan("Key", "Other"))
    journal.record([verdict(Outcome.PASS, name) for name in recorded])
    assert journal.trouble() == [complaint]
    summary = journal.close()
    assert (summary.complete, summary.exit_code) == (False, 2)


def test_an_interrupted_record_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path, plan("Key"))
    journal.record([verdict(Outcome.PASS)])
    summary = journal.close("Ctrl-C")
    assert (summary.complete, summary.interrupted, summary.exit_code) == (False, "Ctrl-C", 2)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="expected a folder that can be written"):
        create_folder(tmp_path / "file" / "run")
    with pytest.raises(RecordError, match="expected a place that can be written"):
        write_whole(tmp_path / "nowhere" / "x.json", "{}")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_whole(tmp_path / "x.json", "{}")
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


def test_an_interrupt_between_a_line_and_its_count_loses_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, plan("Key", "Other"))
    with monkeypatch.context() as patch:
        patch.setattr("fixtures.run.journal.os.fsync", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            journal.record([verdict(Outcome.PASS)])
    summary = journal.close("Ctrl-C")
    assert summary.recorded == len(lines(tmp_path)) - 1 == 1


def _interrupted(_: int) -> None:
    raise KeyboardInterrupt
