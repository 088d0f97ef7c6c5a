"""The summaries: short, safe to show on GitHub and on a terminal, and of the same counts as the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.outside import markdown as plain
from infra.outside import visible
from reports.findings import findings
from reports.record import Record, load_record
from reports.summary import MOST_FINDINGS, markdown
from reports.terminal import finding_lines, summary
from tests.reports import sample
from tests.reports.sample_catalogue import HOSTILE

OPEN = "port 22 is open to 0.0.0.0/0; no administrative port may be"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return load_record(sample.write(tmp_path_factory.mktemp("run")))


def test_the_summary_says_conclusion_totals_and_findings(record: Record) -> None:
    text = markdown(record)
    assert text.startswith("## Does not conform: 4 verdicts fail.")
    assert "| **All** |  | **1,338** | **1,338** | **1,327** | **4** | **1** | **2** | **2** | **2** |" in text
    assert "**✕ fail** (high) NET-02" in text
    assert "W-2026-001" in text
    assert "Not AWS" in text


def test_each_finding_is_told_once_on_the_terminal_with_where_it_was_seen_and_what_decided(record: Record) -> None:
    lines = finding_lines(record)
    heads = [line for line in lines if not line.startswith("  ")]
    assert len(heads) == len(findings(record)) == len(set(heads))
    start = lines.index(f"FAIL NET-02 WebSecurityGroup: {OPEN}")
    assert lines[start + 1 : start + 5] == [
        "  in prod static, mocked",
        "  BackupRetentionPeriod = 7",
        "  infra/templates/data.yaml:41",
        "  infra/environments/prod.toml:14 (AdminPort)",
    ]


def test_the_summary_names_the_lines_that_decided(record: Record) -> None:
    assert r"[infra/templates/data.yaml:41, infra/environments/prod.toml:14 (AdminPort)]" in markdown(record)


def test_the_summary_is_short_however_much_fails(tmp_path: Path) -> None:
    lines = [line | {"verdict": "fail", "message": f"is not so {place}"} for place, line in enumerate(sample.healthy())]
    text = markdown(load_record(sample.write(tmp_path, lines)))
    assert text.count("is not so") == MOST_FINDINGS
    assert f"and {len(lines) - MOST_FINDINGS:,} more" in text
    assert len(text) < 20_000


def test_data_in_the_summary_is_text_and_nothing_else(record: Record) -> None:
    text = markdown(record)
    assert "<script" not in text
    assert [character for character in set(text) - {"\n"} if visible(character) != character] == []
    for character in "`*_[]|~#@$":
        assert not re.search(rf"(?<!\\){re.escape(character)}", plain(HOSTILE + character))
    assert "://" not in plain("see https://evil.example and www.evil.example")


def test_every_row_of_a_table_has_the_same_number_of_cells(record: Record) -> None:
    tables = re.findall(r"(?:^\|.*\|$\n?)+", markdown(record), re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.strip().split("\n")}) == 1


@pytest.mark.parametrize(("terminal", "colour"), [(True, True), (True, False), (False, False)])
def test_no_escape_sequence_of_the_data_reaches_the_terminal(tmp_path: Path, terminal: bool, colour: bool) -> None:  # noqa: FBT001
    plan = sample.plan()
    plan["controls"][0]["title"] = HOSTILE
    plan["run"]["environments"][0]["region"] = HOSTILE
    shown = summary(load_record(sample.write(tmp_path, plan_is=plan)), terminal=terminal, colour=colour, width=160)
    own = re.sub(r"\x1b\[[0-9;]*m", "", shown) if colour else shown
    assert "\x1b[31m `" not in shown
    assert [character for character in set(own) - {"\n"} if visible(character) != character] == []


def test_the_terminal_shows_one_row_a_control_and_one_an_engine(record: Record) -> None:
    lines = summary(record, terminal=False, colour=False, width=80).splitlines()
    assert len([line for line in lines if " dev " in line]) == 40 + 2
    assert "checkov  30 rules: dev 120 pass | staging 120 pass | prod 120 pass" in lines
    assert lines[-1] == "Does not conform: 4 verdicts fail."


def test_a_narrow_terminal_loses_no_count(record: Record) -> None:
    shown = summary(record, terminal=True, colour=False, width=60)
    assert "1,338 planned" in shown
    assert "…" not in "".join(line[-30:] for line in shown.splitlines() if line.startswith("NET-02"))
