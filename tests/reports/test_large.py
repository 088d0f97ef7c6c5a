"""A run with more verdicts than anybody reads is told by cause and in numbers, and nothing of it is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from infra.outside import html
from reports import record as records
from reports.__main__ import main
from reports.database import DATABASE, Asked, ask, line_of
from reports.findings import cause, findings, together
from reports.html import render
from reports.models import Outcome, Verdict
from reports.record import Record, load_record
from reports.summary import markdown
from reports.terminal import finding_lines
from reports.write import write_reports
from tests.reports import sample

Row = dict[str, object]


def _failing() -> list[Row]:
    """Every resource fails its controls: for one cause, with another number each."""
    return [
        row
        | {"verdict": "fail", "message": f"keeps {place} days of ${{Key{place}.Arn}}; 7 are promised", "waiver": None}
        for place, row in enumerate(sample.verdicts())
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sample.write(tmp_path / "run")


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is a large run here has as many verdicts as the sample."""
    monkeypatch.setattr(records, "LARGE", 100)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("lines", [sample.verdicts(), _failing()], ids=["few findings", "many findings"])
def test_what_is_told_together_is_every_finding_once(tmp_path: Path, lines: list[Row]) -> None:
    record = load_record(sample.write(tmp_path / "run", lines))
    one_by_one, told = findings(record), together(record)
    every = [(one.control_id, one.verdict, one.severity, one.places, one.resource) for one in one_by_one]
    counted = [
        (one.control_id, one.verdict, one.severity, one.places, name)
        for one in told
        for name in (one.resource, *one.alike)
    ]
    assert sorted(map(repr, counted)) == sorted(map(repr, every))
    assert sum(one.count for one in told) == len(one_by_one)


@pytest.mark.usefixtures("large")
def test_findings_of_one_cause_are_one_entry_that_names_and_counts_them(tmp_path: Path) -> None:
    record = load_record(sample.write(tmp_path / "run", _failing()))
    assert len(together(record)) * 3 < len(findings(record))
    first = next(one for one in together(record) if len(one.alike) > 1)
    for text in (render(record), markdown(record), "\n".join(finding_lines(record))):
        assert first.alike[0] in text
        assert "more" in text


def test_an_ordinary_run_tells_each_finding_by_itself(folder: Path) -> None:
    record = load_record(folder)
    assert together(record) == findings(record)
    assert DATABASE not in render(record)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("keeps 3 days of backups; 7 are promised", "keeps 12 days of backups; 7 are promised", True),
        ("under ${OrdersKey.Arn}; ours is promised", "under ${OtherKey}; ours is promised", True),
        ("under arn:aws:kms:us-east-1:1:key/a; ours", "under arn:aws:kms:eu-west-1:2:key/b; ours", True),
        ("tells 'somebody' of it", "tells 'nobody' of it", True),
        ("logs to /aws/lambda/x", "logs to /touchstone/y", True),
        ("is never rotated", "is not encrypted", False),
        ("keeps 3 days of backups", "keeps 3 days of snapshots", False),
    ],
)
def test_names_and_numbers_make_no_other_cause(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    assert (cause(one) == cause(other)) is same


@pytest.mark.usefixtures("large")
def test_the_page_of_a_large_run_counts_what_passes_and_says_so(folder: Path) -> None:
    record = load_record(folder, facts=0)
    page = render(record)
    ours = {control.id for control in record.controls if control.engine == "touchstone"}
    passing = {one.resource for one in record.verdicts if one.control in ours}
    passing -= {one.resource for one in record.verdicts if one.is_finding or one.control not in ours}
    population = {name for note in record.plan.population for name in note.resources}
    assert passing - population
    assert not [name for name in passing - population if f'<b class="res">{html(name)}</b>' in page]
    assert f"{len(record.verdicts):,} verdicts, more than anybody reads" in page
    assert "that are not listed here" in page


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("facts", [0, 1])
def test_a_large_run_is_read_without_most_of_what_passes_rest_on(folder: Path, facts: int) -> None:
    whole, light = load_record(folder), load_record(folder, facts=facts)
    for one, other in zip(whole.verdicts, light.verdicts, strict=True):
        kept = one if one.is_finding else one.model_copy(update={"evidence": one.evidence[:facts]})
        assert (other, other.model_dump_json()) == (kept, kept.model_dump_json())
    assert light.reconciled.trouble == whole.reconciled.trouble


@pytest.mark.usefixtures("large")
def test_a_database_is_written_beside_a_large_run(folder: Path) -> None:
    write_reports(folder)
    assert (folder / DATABASE).is_file()


def test_no_database_is_written_beside_an_ordinary_run(folder: Path) -> None:
    write_reports(folder)
    assert not (folder / DATABASE).exists()


def _asked(record: Record) -> Iterator[Asked]:
    first = record.verdicts[0]
    places = ((None, first.control, "nothing"), (None, first.environment), (None, first.resource))
    for place, verdict in product(product(*places), ((), ("fail",), ("fail", "pass"))):
        yield Asked(*place, verdict)


def test_the_database_answers_as_a_walk_over_the_record_does(folder: Path) -> None:
    record = load_record(folder)
    for asked in _asked(record):
        wanted = [
            one
            for one in record.verdicts
            if asked.control in (None, one.control)
            and asked.environment in (None, one.environment)
            and asked.resource in (None, one.resource)
            and (not asked.verdict or one.verdict.value in asked.verdict)
        ]
        assert [Verdict.model_validate_json(said) for said in ask(folder, asked)] == wanted, asked


@pytest.mark.parametrize("text", ["\\ud800", "a\\ud83d\\ude00b", "\\\\ud800", "Zürich", "\\u202e"])
def test_the_database_says_what_the_record_says_in_any_text(tmp_path: Path, text: str) -> None:
    """As it is written: half a surrogate pair, a whole one, what only looks like one, and what nobody sees."""
    folder = sample.write(tmp_path / "run")
    sample.edited(folder, "no administrative port may be", f"no {text} may be")
    record = load_record(folder)
    assert [Verdict.model_validate_json(said) for said in ask(folder, Asked())] == list(record.verdicts)


def test_a_planned_verdict_that_was_not_recorded_is_found_as_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    *lines, lost = sample.verdicts()
    folder = sample.write(tmp_path / "run", lines)
    assert main(["query", str(folder), "--verdict", "error", "--resource", str(lost["resource"])]) == 0
    said = capsys.readouterr()
    assert f"ERROR {lost['control']} · {lost['environment']}" in said.out
    assert "planned, no verdict recorded" in said.out
    assert "this record is incomplete" in said.err


def test_a_query_prints_lines_and_how_many_or_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failing = [one for one in load_record(folder).verdicts if one.verdict is Outcome.FAIL]
    assert main(["query", str(folder), "--verdict", "fail"]) == 0
    *lines, count = capsys.readouterr().out.splitlines()
    assert (len(lines), count) == (len(failing), f"{len(failing)} verdicts")
    assert main(["query", str(folder), "--verdict", "fail", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["resource"] for one in found] == [one.resource for one in failing]
    assert all(one["evidence"] for one in found)


def test_the_database_follows_the_record(folder: Path) -> None:
    first = list(ask(folder, Asked()))
    (folder / DATABASE).write_bytes(b"no database")
    assert list(ask(folder, Asked())) == first
    sample.write(folder, sample.healthy())
    assert not list(ask(folder, Asked(verdict=("fail",))))


def test_a_query_of_what_is_no_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_a_line_of_a_query_has_the_lines_that_decided(folder: Path) -> None:
    said = next(iter(ask(folder, Asked(verdict=("fail",)))))
    one = Verdict.model_validate_json(said)
    assert line_of(said).startswith(f"FAIL {one.control} · {one.environment}")
