"""A page is one that a browser opens at once, whatever the size of the run; what has no room on it is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reports.fitting import MOST_BYTES, Detail, details, fitting
from reports.html import render
from reports.record import Record, load_record
from reports.view import page
from tests.reports import sample

Row = sample.Row


def _passes(row: Row, _: int) -> Row:
    return row | {"verdict": "pass", "message": "as demanded", "waiver": None}


def _fails_alike(row: Row, _: int) -> Row:
    return row | {"verdict": "fail", "message": "keeps 3 days of backups; 7 are promised", "waiver": None}


def _word(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def _fails_for_its_own_cause(row: Row, number: int) -> Row:
    return _fails_alike(row, number) | {"message": f"is called {_word(number)}; another name is promised"}


def _unread_for_its_own_reason(row: Row, number: int) -> Row:
    return row | {"verdict": "error", "message": f"could not look: {_word(number)} {'because ' * 140}", "waiver": None}


def _rests_on_very_much(row: Row, number: int) -> Row:
    fact = row["evidence"][0] | {"value": {"Statement": ["y" * 30_000]}}
    return _fails_for_its_own_cause(row, number) | {"evidence": [fact] * 3, "way": []}


SHAPES: dict[str, tuple[Callable[[Row, int], Row], int]] = {
    "all pass": (_passes, 12),
    "all fail alike": (_fails_alike, 8),
    "each fails for a cause of its own": (_fails_for_its_own_cause, 8),
    "each could not be looked at for a reason of its own": (_unread_for_its_own_reason, 6),
    "each rests on very much": (_rests_on_very_much, 1),
}


def _multiplied(folder: Path, change: Callable[[Row, int], Row], times: int) -> Record:
    """Return the sample run over so many times as many resources, each verdict changed, as `run` numbers them."""
    plan = sample.plan()
    for row in plan["planned"]:
        row["resources"] = [f"{name}-{copy}" for copy in range(times) for name in row["resources"]]
    rows = [row | {"resource": f"{row['resource']}-{copy}"} for copy in range(times) for row in sample.verdicts()]
    return load_record(sample.write(folder, [change(row, number) for number, row in enumerate(rows)], plan_is=plan))


@pytest.mark.parametrize("shape", SHAPES)
def test_no_page_is_larger_than_a_browser_opens_at_once(tmp_path: Path, shape: str) -> None:
    record = _multiplied(tmp_path / "run", *SHAPES[shape])
    shown = render(record)
    assert len(shown.encode()) <= MOST_BYTES
    assert [control.id for control in record.controls if control.id not in shown] == []
    assert f"{len(record.verdicts):,}</b> planned" in shown


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "detail",
    [Detail(2), Detail(0, grouped=True, room=200_000), Detail(0, grouped=True)],
    ids=["whole", "grouped", "no room"],
)
def test_whatever_a_page_does_not_list_it_counts(tmp_path: Path, shape: str, detail: Detail) -> None:
    record = _multiplied(tmp_path / "run", SHAPES[shape][0], 1)
    told = page(record, detail)
    blocks = [block for section in told.sections for block in section.blocks]
    listed = sum(len(block.rows) + block.left_out + block.passing.count('<b class="res">') for block in blocks)
    assert listed == sum(block.tally.total for block in blocks)
    assert (sum(block.left_out for block in blocks) > 0) is detail.grouped
    assert told.found == told.untold + sum(entry.finding.count for entry in told.findings)
    assert detail.grouped or not told.untold


def test_an_ordinary_run_is_told_whole_and_one_with_less_room_in_fewer_facts_first(tmp_path: Path) -> None:
    first, *rest = details(load_record(sample.write(tmp_path / "run")))
    assert (first.grouped, first.facts >= 5) == (False, True)
    assert [one.grouped for one in rest] == [True] * len(rest)
    assert [one.room for one in rest] == sorted((one.room for one in rest), reverse=True)
    more = next(details(_multiplied(tmp_path / "more", _passes, 4)))
    assert (more.grouped, more.facts < first.facts) == (False, True)


@pytest.mark.parametrize(("room", "count"), [(0, 0), (9, 0), (10, 1), (29, 1), (30, 2), (1_000, 3)])
def test_as_many_fit_as_have_room_from_the_first_on(room: int, count: int) -> None:
    assert fitting([10, 20, 30], room) == count
