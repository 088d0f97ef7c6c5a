"""Every format says the whole record, says it alike each time, and lets nothing that it quotes act."""

from __future__ import annotations

import csv as read_csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from infra.outside import sheet
from reports.__main__ import main
from reports.formats import ALWAYS, FORMATS
from reports.formats.csv import COLUMNS, csv
from reports.formats.junit import junit
from reports.formats.ocsf import ocsf
from reports.formats.xlsx import xlsx
from reports.models import Outcome
from reports.population import populations
from reports.record import Record, load_record
from reports.requirements import requirements, share, status_of
from reports.tally import Tally
from tests.reports import hostile, sample
from tests.reports.hostile import HOSTILE, TOGETHER, hidden

Row = dict[str, Any]
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "|calc", "%0A=1")  # noqa: RUF001


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The sample, with one verdict that was never recorded."""
    return load_record(sample.write(tmp_path_factory.mktemp("run"), sample.verdicts()[1:]))


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A record with every hostile text in every place."""
    return load_record(hostile.write(tmp_path_factory.mktemp("run"), TOGETHER))


def whole(made: str | bytes | Iterator[str]) -> str | bytes:
    return made if isinstance(made, str | bytes) else "".join(made)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_record_gives_the_same_bytes(record: Record, name: str) -> None:
    assert whole(FORMATS[name].render(record)) == whole(FORMATS[name].render(record))


@pytest.mark.parametrize("name", FORMATS)
def test_no_text_stops_a_format(acting: Record, name: str) -> None:
    assert whole(FORMATS[name].render(acting))


@pytest.mark.parametrize("lines", [[], sample.verdicts()[:1], sample.verdicts()])
def test_what_is_written_piece_by_piece_is_one_document(tmp_path: Path, lines: list[Row]) -> None:
    record = load_record(sample.write(tmp_path / "run", lines))
    text = "".join(ocsf(record))
    assert text == f"{json.dumps(json.loads(text), indent=1)}\n"
    said = "".join(junit(record))
    tree = ET.fromstring(said)  # noqa: S314  what we have just written
    ET.indent(tree)
    assert said == f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(tree, encoding='unicode')}\n"


def counted(record: Record) -> Counter[str]:
    return Counter(verdict.verdict.value for verdict in record.verdicts)


def cells(record: Record) -> list[list[str]]:
    return list(read_csv.reader(io.StringIO("".join(csv(record)), newline="")))


def workbook(record: Record) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415  only these tests read workbooks

    return load_workbook(io.BytesIO(xlsx(record)))


def test_csv_has_a_row_for_each_verdict(record: Record) -> None:
    head, *rows = cells(record)
    assert tuple(head) == COLUMNS
    assert Counter(row[COLUMNS.index("verdict")].replace(" ", "_") for row in rows) == counted(record)
    assert all(len(row) == len(COLUMNS) for row in rows)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    assert sheet(text)[0] in "'\\"
    assert hidden(sheet(text)) == []


def test_nothing_hostile_acts_in_a_spreadsheet(acting: Record) -> None:
    begins = {cell[:1] for row in cells(acting) for cell in row}
    assert not begins & set("=+-@\t\r\n")
    for page in workbook(acting):
        for row in page.iter_rows():
            assert all(cell.data_type in {"s", "n"} for cell in row)


def test_the_workbook_counts_what_the_record_counts(record: Record) -> None:
    book = workbook(record)
    assert book.sheetnames == ["Summary", "Findings", "Population", "Requirements", "Controls", "Waivers"]
    controls = [[cell.value for cell in row] for row in book["Controls"].iter_rows(min_row=2)]
    at = len(controls[0]) - len(Outcome)
    whole = {outcome.value: sum(row[at + n] for row in controls) for n, outcome in enumerate(Outcome)}
    assert whole == {outcome.value: counted(record)[outcome.value] for outcome in Outcome}
    assert book["Waivers"].max_row == 1 + counted(record)["waived"]


def test_a_requirement_is_met_only_where_all_that_answers_it_passes(record: Record) -> None:
    found = {one.note.reference: one for one in requirements(record)}
    assert found["FSBP:NET.2"].status == "not met"
    assert found["FSBP:ENC.3"].status == "not assessed"
    assert found["FSBP:BAK.1"].status == "partly"
    assert found["FSBP:IAM.5"].status == "attested"
    assert found["FSBP:IAM.1"].status == "met"
    assert found["FSBP:LOG.4"].status == "met"
    passing, applying = share(found["FSBP:LOG.4"].tally)
    assert passing == applying < found["FSBP:LOG.4"].tally.total


def test_a_requirement_never_gains_from_an_error() -> None:
    for outcome in Outcome:
        for other in Outcome:
            said = status_of(Tally.of([outcome, other]))
            assert said != "met" or {outcome, other} <= {Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert status_of(Tally.of([])) == "not assessed"
    assert status_of(Tally.of([Outcome.NOT_APPLICABLE])) == "not assessed"


def note(**changed: Any) -> Row:
    return {
        "environment": "prod", "tier": "mocked", "type": "AWS::RDS::DBInstance", "resources": ["Database"], "listed": 1,
        "in_stacks": 1, "unread": [], "gap": None,
    } | changed  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "to judge"),  # the sample judges others of this type than the note names
        ({"gap": "denied"}, "could not be listed: denied"),
        ({"unread": ["Database"], "listed": 0}, "in a stack and not listed: Database"),
        ({"listed": 3}, "2 listed that no stack has"),
    ],
)
def test_counters_that_differ_are_named(tmp_path: Path, changed: Row, said: str) -> None:
    plan, lines = sample.few()
    plan["population"] = [note(**({"resources": ["Nobody"]} | changed))]
    (one,) = populations(load_record(sample.write(tmp_path, lines, plan_is=plan)))
    assert said in "; ".join(one.differences)


def test_counters_that_agree_are_no_difference(tmp_path: Path) -> None:
    plan, lines = sample.few()
    plan["population"] = [note(environment="dev")]
    (one,) = populations(load_record(sample.write(tmp_path, lines, plan_is=plan)))
    assert one.differences == ()
    assert (one.judged, one.waived, one.unreadable) == (1, 1, 0)


def test_what_is_asked_for_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = sample.write(tmp_path / "run", *sample.few()[1:], plan_is=sample.few()[0])
    assert main([str(folder), "--format", ",".join(FORMATS)]) == 0
    assert {one.file for one in FORMATS.values()} <= {path.name for path in folder.iterdir()}
    assert str(folder / "report.pdf") in capsys.readouterr().out


def test_a_format_that_there_is_not_names_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sample.write(tmp_path / "run")
    before = sorted(folder.iterdir())
    assert main([str(folder), "--format", "sarif,word"]) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "'word'" in said
    assert all(name in said for name in FORMATS)
    assert sorted(folder.iterdir()) == before


def test_every_run_writes_what_people_and_ci_read() -> None:
    assert set(ALWAYS) == {"html", "markdown", "junit", "sarif"}
    assert len({one.file for one in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize("text", HOSTILE[:: len(HOSTILE) // 12])
def test_csv_is_read_back_cell_by_cell(tmp_path: Path, text: str) -> None:
    rows = cells(load_record(hostile.write(tmp_path, text)))
    assert len({len(row) for row in rows}) == 1
    assert hidden("".join(cell for row in rows for cell in row)) == []
