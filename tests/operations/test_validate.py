"""The critical checks are as good as their controls: what those did not say is never a pass."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_cloud.process import MockCloud
from infra.environment import load_environment
from infra.errors import InputError
from infra.settings import ROOT
from infra.trying.answers import Answer, Word, answers, exit_code
from infra.trying.checks import FILE, Check, load_checks
from infra.trying.child import run_pytest
from suites.catalogue import catalogue
from tests.mock_cloud.account import Account
from tests.operations.typed import infra

CHECK = Check(name="stores", sentence="Stores keep what they were given.", controls=("BAK-01", "BAK-02"))
PLANNED = {"BAK-01": ("Database", "list"), "BAK-02": ("Table",)}


# -- the file ------------------------------------------------------------------------------------------------------


def test_every_check_is_answered_by_controls_that_are_there_and_judged_in_an_account() -> None:
    tiers = {control.id: control.tiers for control in catalogue()}
    for check in load_checks():
        for control in check.controls:
            assert "live" in tiers[control], control


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'name = "secrets"',
            'name = "network"',
            "checks.3.name: expected each once in the file, found 'network' twice",
        ),
        ('"SGR-01", ', '"NET-01", ', "checks.1.controls: expected each once in the file, found 'NET-01' twice"),
        ('"NET-01", ', '"NET-1", ', "checks.0.controls.0: String should match pattern"),
        ('controls = ["NET-01", "NET-02", "NET-03", "NET-06"]', "controls = []", "expected at least one control"),
        ("[[checks]]", "[[check]]", "checks: expected 10 checks, found 9"),
    ],
)
def test_what_no_file_may_say_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "validate.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_checks(tmp_path / "validate.toml")
    assert said in str(refused.value)
    assert refused.value.exit_code == 3


# -- what a record says --------------------------------------------------------------------------------------------


def written(
    folder: Path, planned: dict[str, tuple[str, ...]], said: dict[tuple[str, str], str], torn: str = ""
) -> Path:
    run = folder / "2026-11-28T10-00-00Z"
    run.mkdir(parents=True)
    rows = [{"control": name, "resources": list(resources)} for name, resources in planned.items()]
    (run / "plan.json").write_text(json.dumps({"planned": rows}))
    lines = [
        json.dumps({"control": control, "resource": resource, "verdict": verdict, "message": f"is {verdict}"})
        for (control, resource), verdict in said.items()
    ]
    (run / "verdicts.jsonl").write_text("".join(f"{line}\n" for line in lines) + torn)
    return folder


def all_said(**changed: str | None) -> dict[tuple[str, str], str]:
    words = {"Database": "pass", "list": "pass", "Table": "pass", **changed}
    of = {resource: control for control, resources in PLANNED.items() for resource in resources}
    return {(of[resource], resource): word for resource, word in words.items() if word is not None}


def answer(folder: Path, **changed: str | None) -> Answer:
    (found,) = answers((CHECK,), written(folder, PLANNED, all_said(**changed)))
    return found


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "pass"),
        ({"Table": "waived"}, "pass"),
        ({"Table": "not_applicable"}, "pass"),
        ({"Table": "fail"}, "fail"),
        ({"Table": "fail", "Database": "error"}, "fail"),
        ({"Table": "error"}, "cannot tell"),
        ({"Table": "manual"}, "cannot tell"),
        ({"Table": "a word that nobody knows"}, "cannot tell"),
        ({"Table": None}, "cannot tell"),
        ({"Table": None, "Database": "fail"}, "fail"),
        ({"Table": "not_applicable", "Database": "not_applicable", "list": "not_applicable"}, "cannot tell"),
    ],
)
def test_a_check_is_what_all_its_verdicts_are(changed: dict[str, str | None], verdict: str, tmp_path: Path) -> None:
    found = answer(tmp_path, **changed)
    assert found.verdict == verdict
    assert sum(found.counts.values()) == 3


def test_what_is_odd_is_named(tmp_path: Path) -> None:
    found = answer(tmp_path, Table=None, Database="fail")
    assert found.findings == ("BAK-01 Database: is fail", "BAK-02 Table: no verdict")


def test_a_control_that_was_not_even_planned_gave_no_verdict(tmp_path: Path) -> None:
    (found,) = answers((CHECK,), written(tmp_path, {"BAK-01": ("Database",)}, {("BAK-01", "Database"): "pass"}))
    assert (found.verdict, found.findings) == ("cannot tell", ("BAK-02: no verdict",))


def test_a_line_that_was_cut_off_is_no_verdict(tmp_path: Path) -> None:
    said = all_said(Table=None)
    (found,) = answers((CHECK,), written(tmp_path, PLANNED, said, '{"control": "BAK-02", "resource": "Table", "verd'))
    assert (found.verdict, found.findings) == ("cannot tell", ("BAK-02 Table: no verdict",))


def test_no_record_is_no_pass(tmp_path: Path) -> None:
    (found,) = answers((CHECK,), tmp_path)
    assert (found.verdict, found.findings) == ("cannot tell", ("BAK-01: no verdict", "BAK-02: no verdict"))


def test_two_records_are_refused(tmp_path: Path) -> None:
    run = written(tmp_path, PLANNED, all_said()) / "2026-11-28T10-00-00Z"
    shutil.copytree(run, tmp_path / "2026-11-28T11-00-00Z")
    with pytest.raises(InputError, match="expected one record, found 2"):
        answers((CHECK,), tmp_path)


@pytest.mark.parametrize(
    ("ended", "words", "code"),
    [
        (0, ("pass",), 0),
        (0, ("pass", "cannot tell"), 2),
        (0, ("fail", "cannot tell"), 1),
        (1, ("pass",), 1),
        (2, ("pass",), 2),
        (3, ("pass",), 3),
    ],
)
def test_the_exit_code_is_no_better_than_the_record(ended: int, words: tuple[Word, ...], code: int) -> None:
    assert exit_code(ended, words) == code


@pytest.mark.parametrize(
    ("words", "code"), [(("--no-such-option",), 3), (("suites/controls", "-k", "nothing_like_it"), 3)]
)
def test_what_pytest_says_by_codes_of_its_own_is_said_by_ours(
    words: tuple[str, ...], code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with capfd.disabled():  # the child writes to a file, which a captured stream is none of
        assert run_pytest(words, None) == code


# -- as typed ------------------------------------------------------------------------------------------------------


def typed(endpoint: str, env: str = "dev") -> tuple[int, dict[str, Any]]:
    ended = infra("validate", "--env", env, "--endpoint", endpoint, "--json")
    assert ended.out, ended.err
    told: dict[str, Any] = json.loads(ended.out)
    record = told["record"]
    if record is not None:
        shutil.rmtree((ROOT / record).parent)
    return ended.code, told


def test_a_sound_environment_passes_all_ten(cloud: MockCloud) -> None:
    code, told = typed(cloud.endpoint)
    assert {one["name"]: one["verdict"] for one in told["checks"]} == {one.name: "pass" for one in load_checks()}
    assert (code, told["exit_code"], told["environment"], told["endpoint"]) == (0, 0, "dev", cloud.endpoint)


def test_what_was_broken_is_found_by_its_check(cloud: MockCloud) -> None:
    with cloud.fork() as fork:
        account = Account.enter(fork.endpoint, load_environment("dev").account)
        account.client("rds").modify_db_instance(
            DBInstanceIdentifier="touchstone-dev-postgres", BackupRetentionPeriod=1, ApplyImmediately=True
        )
        code, told = typed(fork.endpoint)
    assert code == 1
    (failing,) = [one for one in told["checks"] if one["verdict"] != "pass"]
    assert (failing["name"], failing["verdict"]) == ("databases", "fail")
    assert failing["findings"] == ["BAK-01 Database: keeps 1 days of backups; 7 are promised"]


def test_an_environment_that_is_not_there_cannot_be_told(cloud: MockCloud) -> None:
    code, told = typed(cloud.endpoint, "staging")
    assert code == 2
    assert {one["verdict"] for one in told["checks"]} == {"cannot tell"}


def test_an_endpoint_that_refuses_is_one_line(cloud: MockCloud) -> None:
    ended = infra("validate", "--env", "dev", "--endpoint", "http://127.0.0.1:9")
    assert (ended.code, ended.out) == (3, ""), cloud
    assert "http://127.0.0.1:9 does not let us act as" in ended.err
