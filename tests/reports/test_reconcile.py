"""Planned is pass + fail + error + waived + not applicable + manual, or the record says which cells are not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.conclusion import conclude
from reports.findings import findings
from reports.html import render
from reports.lookup import totals
from reports.models import Outcome
from reports.reconcile import MISSING
from reports.record import Record, load_record
from reports.summary import markdown
from reports.tally import Tally
from reports.terminal import rows, summary, totals_line
from tests.reports import sample

PLANNED = len(sample.verdicts())


def _load(folder: Path, lines: list[sample.Row] | None = None, *, closed: bool = True) -> Record:
    return load_record(sample.write(folder, lines, closed=closed))


def _shown(record: Record) -> list[str]:
    return [
        render(record),
        markdown(record),
        *(summary(record, terminal=t, colour=t, width=160) for t in (True, False)),
    ]


def test_the_parts_add_up_to_the_plan_in_every_table(tmp_path: Path) -> None:
    record = _load(tmp_path)
    whole = Tally.of(verdict.verdict for verdict in record.verdicts)
    assert sum(whole[outcome] for outcome in Outcome) == PLANNED
    assert sum(row.tally.total for row in totals(record)) == PLANNED
    by_row = [cell.tally for _, _, cells in rows(record) for cell in cells]
    assert {o: sum(tally[o] for tally in by_row) for o in Outcome} == {o: whole[o] for o in Outcome}
    assert totals_line(record).startswith(f"{PLANNED:,} planned = ")


def test_a_planned_cell_without_a_verdict_is_an_error_and_named(tmp_path: Path) -> None:
    lines = sample.healthy()
    gone = lines.pop(100)
    record = _load(tmp_path, lines)
    cell = (gone["control"], gone["environment"], gone["tier"], gone["resource"])
    assert record.reconciled.missing == {cell}
    (verdict,) = [verdict for verdict in record.verdicts if verdict.cell == cell]
    assert (verdict.verdict, verdict.message) == (Outcome.ERROR, MISSING)
    assert conclude(record).state == "cannot"
    assert f"{' · '.join(cell)}: {MISSING}" in render(record)
    assert all("1 missing" in text or "1 of the errors: no verdict" in text for text in _shown(record))


def test_a_verdict_that_was_not_planned_is_a_finding_and_the_record_incomplete(tmp_path: Path) -> None:
    stray = sample.healthy()[0] | {"resource": "Stowaway", "verdict": "pass"}
    record = _load(tmp_path, [*sample.healthy(), stray])
    assert not record.reconciled.complete
    assert len(record.verdicts) == PLANNED
    assert conclude(record).state == "cannot"
    assert all("Stowaway" in text for text in _shown(record))


def test_of_two_verdicts_for_a_cell_the_worst_is_shown_and_both_are_named(tmp_path: Path) -> None:
    lines = sample.healthy()
    record = _load(tmp_path, [*lines, lines[0] | {"verdict": "fail", "message": "is not so"}])
    assert record.verdicts[0].verdict is Outcome.FAIL
    assert "is not so" in render(record)
    assert any("2 verdicts, expected one (pass, fail)" in line for line in record.reconciled.trouble)
    assert conclude(record).state == "fails"


def test_no_finding_of_a_cell_with_several_verdicts_is_lost(tmp_path: Path) -> None:
    first = sample.healthy()[0] | {"verdict": "fail", "message": "is not so"}
    record = _load(
        tmp_path, [first, *sample.healthy()[1:], first | {"message": "nor so"}, first | {"verdict": "error"}]
    )
    assert [(item.verdict.value, item.message) for item in findings(record)] == [
        ("fail", "is not so"),
        ("fail", "nor so"),
        ("error", "is not so"),
    ]


def test_a_summary_line_that_counts_otherwise_is_named(tmp_path: Path) -> None:
    sample.edited(sample.write(tmp_path), '"fail": 4', '"fail": 3')
    trouble = load_record(tmp_path).reconciled.trouble
    assert trouble == ("the summary line says 3 fail, the record holds 4",)


def test_a_record_without_a_summary_line_is_incomplete_everywhere(tmp_path: Path) -> None:
    record = _load(tmp_path, sample.healthy(), closed=False)
    assert conclude(record).state == "cannot"
    assert all("record is incomplete" in text.casefold() for text in _shown(record))
    assert all("the run broke off" in text for text in _shown(record))


def test_a_last_line_that_breaks_off_is_an_incomplete_record(tmp_path: Path) -> None:
    path = sample.write(tmp_path, closed=False) / "verdicts.jsonl"
    path.write_text(path.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    record = load_record(tmp_path)
    assert record.reconciled.interrupted is not None
    assert f"verdicts.jsonl:{PLANNED}: the last line breaks off" in record.reconciled.interrupted
    assert len(record.reconciled.missing) == 1


def test_an_interrupted_run_is_incomplete_though_every_cell_is_there(tmp_path: Path) -> None:
    sample.edited(sample.write(tmp_path, sample.healthy()), '"interrupted": null', '"interrupted": "signal 15"')
    said = conclude(load_record(tmp_path))
    assert said.state == "cannot"
    assert said.incomplete == ("the run was interrupted: signal 15",)


@given(st.data())
@settings(max_examples=8)
def test_no_loss_of_lines_ever_improves_the_conclusion(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = sample.verdicts()
    kept = data.draw(st.lists(st.sampled_from(range(len(lines))), unique=True, max_size=60))
    record = _load(tmp_path_factory.mktemp("run"), [lines[place] for place in kept])
    assert len(record.verdicts) == PLANNED
    assert len(record.reconciled.missing) == PLANNED - len(kept)
    assert conclude(record).state in ("cannot", "fails")
