"""What changed between two runs has its kind and its cause, each told from the others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from reports.history.changes import Change, changes
from reports.record import load_record
from tests.reports import sample as samples
from tests.reports.runs import ERROR, FAIL, PASS, Row, run

OUTCOMES = (*samples.OUTCOMES, None)
BASELINE = "policies/baselines/prod.toml"


def compared(before: Path, after: Path) -> Change | None:
    found = changes(load_record(before), load_record(after))
    assert len(found) <= 1
    return found[0] if found else None


def expected(before: str | None, after: str | None) -> str | None:
    quiet = {"pass", "not_applicable"}
    if before in quiet | {None} and after in quiet | {None}:
        return None
    if after is None:
        return "gone"
    if before is None:
        return "appeared"
    if before in quiet:
        return "new"
    if after in quiet:
        return "fixed"
    return "still" if before == after else "changed"


def test_every_pair_of_verdicts_is_a_change_of_its_kind(tmp_path: Path) -> None:
    runs = {outcome: run(tmp_path / f"run-{outcome}", outcome) for outcome in OUTCOMES}
    for before, after in product(OUTCOMES, OUTCOMES):
        found = compared(runs[before], runs[after])
        assert (found.kind if found else None) == expected(before, after), (before, after)
        if found and found.kind != "still":
            assert found.causes, (before, after)


CAUSES: dict[str, tuple[Row, Row, str]] = {
    "resource": ({}, {"evidence": [{"resource": "Database", "field": "BackupRetentionPeriod", "value": 3}]},
                 "the resource changed: BackupRetentionPeriod 7 → 3"),
    "control": ({"catalogue": {"BAK-01": "2"}}, {}, "the control changed"),
    "demands": ({"policies": {BASELINE: "b"}}, {}, f"the demands changed: {BASELINE}"),
    "code": ({"commit": "bbbb"}, {}, "the code changed: aaaa → bbbb"),
    "world": ({}, {}, "the world changed: the same control judged the same facts at another time"),
}  # fmt: skip


@pytest.mark.parametrize("name", CAUSES)
def test_each_cause_is_told_from_the_others(tmp_path: Path, name: str) -> None:
    about, changed, said = CAUSES[name]
    before = run(tmp_path / "a", PASS, about={"policies": {BASELINE: "a"}})
    policies = {"policies": {BASELINE: "a"}}
    found = compared(before, run(tmp_path / "b", FAIL, about=policies | about, **changed))
    assert found is not None
    assert found.causes == (said,)


def test_causes_that_meet_are_all_told(tmp_path: Path) -> None:
    _, changed, resource = CAUSES["resource"]
    after = run(tmp_path / "b", FAIL, about={"catalogue": {"BAK-01": "2"}, "commit": "bbbb"}, **changed)
    found = compared(run(tmp_path / "a", PASS), after)
    assert found is not None
    assert found.causes == ("the control changed", resource)


def test_permissions_and_waivers_are_causes_of_their_own(tmp_path: Path) -> None:
    runs = {outcome: run(tmp_path / outcome, outcome) for outcome in (PASS, FAIL, ERROR, "waived")}
    for before, after, word in (
        (FAIL, ERROR, "a permission"), (ERROR, PASS, "a permission"),
        (FAIL, "waived", "a waiver"), ("waived", FAIL, "a waiver"),
    ):  # fmt: skip
        found = compared(runs[before], runs[after])
        assert found is not None
        assert found.causes[0].startswith(word)
    odd = run(tmp_path / "odd", ERROR, message="could not look: the answer broke off")
    found = compared(runs[PASS], odd)
    assert found is not None
    assert found.causes == ("the evidence: could not look: the answer broke off",)


@pytest.mark.parametrize("after", [True, False])
def test_what_is_judged_in_one_run_only_says_why(tmp_path: Path, *, after: bool) -> None:
    whole = samples.write(tmp_path / "whole", samples.verdicts())
    for keep, said in (
        (lambda row: row["control"] != "NET-02", "the control NET-02"),
        (lambda row: row["environment"] != "prod", "prod was not judged at"),
        (
            lambda row: row["resource"] != "WebSecurityGroup" or row["control"] != "NET-02",
            "the resource WebSecurityGroup",
        ),
    ):
        part = _part(tmp_path / f"part{len(said)}", keep, whole_control=said.startswith("the control"))
        pair = (whole, part) if after else (part, whole)
        every = changes(load_record(pair[0]), load_record(pair[1]))
        found = [one for one in every if one.cell[0] == "NET-02" and one.kind != "still"]
        assert found
        assert {one.kind for one in found} == {"gone" if after else "appeared"}
        assert all(one.causes[0].startswith(said) for one in found if one.cell[1] == "prod")


def _part(folder: Path, keep: Callable[[Row], bool], *, whole_control: bool) -> Path:
    plan = samples.plan()
    lines = [line for line in samples.verdicts() if keep(line)]
    cells = {(line["control"], line["environment"], line["tier"], line["resource"]) for line in lines}
    for row in plan["planned"]:
        row["resources"] = [
            one for one in row["resources"] if (row["control"], row["environment"], row["tier"], one) in cells
        ]
    plan["planned"] = [row for row in plan["planned"] if row["resources"]]
    if whole_control:
        plan["controls"] = [one for one in plan["controls"] if one["id"] != "NET-02"]
    return samples.write(folder, lines, plan_is=plan)
