"""JUnit says of each cell what the record says of it, and its totals are the report's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from reports.formats.junit import junit
from reports.models import Outcome
from reports.record import Record, load_record
from tests.reports import sample


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The sample has failures, errors, waived cells and names that are hostile; one line is missing here."""
    lines = sample.verdicts()
    return load_record(sample.write(tmp_path_factory.mktemp("run"), lines[1:]))


@pytest.fixture(scope="module")
def root(record: Record) -> ET.Element:
    return ET.fromstring("".join(junit(record)))  # noqa: S314  what we have just written


def test_every_cell_is_one_testcase(record: Record, root: ET.Element) -> None:
    assert len(root.findall(".//testcase")) == len(record.verdicts) == int(root.get("tests", "0"))


def test_the_totals_are_those_of_the_report(record: Record, root: ET.Element) -> None:
    counts = Counter(verdict.verdict for verdict in record.verdicts)
    assert counts[Outcome.FAIL]
    assert counts[Outcome.WAIVED]
    assert int(root.get("failures", "0")) == counts[Outcome.FAIL] == len(root.findall(".//failure"))
    assert int(root.get("errors", "0")) == counts[Outcome.ERROR] == len(root.findall(".//error"))
    skipped = counts[Outcome.WAIVED] + counts[Outcome.NOT_APPLICABLE] + counts[Outcome.MANUAL]
    assert int(root.get("skipped", "0")) == skipped == len(root.findall(".//skipped"))


def test_the_suites_add_up_to_the_whole(root: ET.Element) -> None:
    for name in ("tests", "failures", "errors", "skipped"):
        assert sum(int(suite.get(name, "0")) for suite in root.findall("testsuite")) == int(root.get(name, "-1"))


def test_a_cell_without_a_verdict_is_an_error(record: Record, root: ET.Element) -> None:
    (missing,) = record.reconciled.missing
    said = [error.get("message", "") for error in root.findall(".//error")]
    assert any("no verdict" in message for message in said), missing


def test_it_is_written_beside_the_page(tmp_path: Path) -> None:
    from reports.write import write_reports  # noqa: PLC0415  it compiles templates

    folder = sample.write(tmp_path / "run")
    write_reports(folder)
    assert (folder / "junit.xml").read_text(encoding="utf-8").startswith("<?xml")
