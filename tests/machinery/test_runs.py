"""Whole runs, typed as a person types them: their records, their exit codes, and what they say of bad input."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from infra.settings import ROOT
from tests.interrupted import listening_to_ctrl_c
from tests.patience import PATIENCE, eventually

KEYS = {"control", "environment", "tier", "resource", "verdict", "severity", "message", "evidence"}
ROOMS = ("infra", "policies", "fixtures", "suites", "reports", "conftest.py", "pyproject.toml")


def start(root: Path, out: Path, *words: str) -> subprocess.Popen[str]:
    """Start pytest in a checkout."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--out", str(out), *words]
    with listening_to_ctrl_c():
        return subprocess.Popen(
            command,
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "COLUMNS": "200"},
        )


def run(root: Path, out: Path, *words: str) -> tuple[int, str]:
    """Run pytest to its end and return (exit code, what it printed)."""
    process = start(root, out, *words)
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def record(out: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the verdicts and the summary of the one run in a folder."""
    (folder,) = [path for path in out.iterdir() if path.is_dir() and not path.is_symlink()]
    *verdicts, last = [json.loads(line) for line in (folder / "verdicts.jsonl").read_text().splitlines()]
    return verdicts, last["summary"]


MADE_UP = re.compile(r"(rds!db|sg|rtb|vpc|subnet)-[0-9A-Za-z-]+|\b[A-Z0-9]{20,23}(?=\|)")  # and a hosted zone's id


def cells(verdicts: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return what can be compared between two runs: all but the ids that the mock cloud makes up."""
    keys = ("control", "environment", "tier", "resource", "verdict", "message")
    return sorted(tuple(MADE_UP.sub(r"\1", verdict[key]) for key in keys) for verdict in verdicts)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the rooms in which files can be broken."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ROOMS:
        source = ROOT / name
        # What is compiled is copied, or each run would compile all of it again; not what pytest has rewritten, which
        # goes on naming the file that it was made of.
        ignore = shutil.ignore_patterns("*-pytest-*.pyc", "out")
        shutil.copytree(source, root / name, ignore=ignore) if source.is_dir() else shutil.copy(source, root / name)
    return root


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Change one file of a checkout."""
    path = root / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_a_sound_platform_passes_and_the_record_is_complete(tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, "suites/controls", "--tier", "static", "--env", "dev")
    verdicts, summary = record(tmp_path)
    assert code == 0, said
    assert summary["complete"]
    assert summary["planned"] == summary["recorded"] == len(verdicts) == sum(summary["verdicts"].values())
    assert all(set(verdict) >= KEYS for verdict in verdicts)


def test_workers_change_neither_verdicts_nor_calls(tmp_path: Path) -> None:
    """The controller collects once; two workers read its snapshot."""
    words = ("suites/controls", "--env", "dev", "--tier", "mocked")
    found = []
    for workers in ("0", "2"):
        out = tmp_path / workers
        code, said = run(ROOT, out, *words, "-n", workers)
        assert code == 0, said
        (inventory,) = out.glob("20*/inventory/dev-mocked.json")
        calls = [(c["service"], c["operation"], c["pages"]) for c in json.loads(inventory.read_text())["ledger"]]
        found.append((cells(record(out)[0]), sorted(calls)))
    assert found[0][0] == found[1][0]
    assert found[0][1] == found[1][1]


def test_a_finding_is_exit_code_1_and_points_at_its_line(checkout: Path, tmp_path: Path) -> None:
    edit(
        checkout,
        "infra/templates/data.yaml",
        "BackupRetentionPeriod: !Ref BackupRetentionDays",
        "BackupRetentionPeriod: 1",
    )
    code, said = run(checkout, tmp_path / "out", "suites/controls", "--tier", "static", "--env", "prod")
    assert code == 1
    assert "keeps 1 days of backups; 30 are promised" in said
    failing = [verdict for verdict in record(tmp_path / "out")[0] if verdict["verdict"] == "fail"]
    line = (checkout / "infra/templates/data.yaml").read_text().splitlines().index("      BackupRetentionPeriod: 1") + 1
    assert {verdict["location"] for verdict in failing} == {f"infra/templates/data.yaml:{line}"}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_finding_is_said_once_and_once_in_junit_and_sarif(checkout: Path, tmp_path: Path, workers: str) -> None:
    edit(checkout, "policies/baselines/prod.toml", "backup_days = 30", "backup_days = 34")
    code, said = run(checkout, tmp_path / "out", "suites/controls", "--tier", "static", "-k", "BAK", "-n", workers)
    assert code == 1, said
    verdicts, summary = record(tmp_path / "out")
    findings = [verdict["message"] for verdict in verdicts if verdict["verdict"] == "fail"]
    assert len(findings) == summary["verdicts"]["fail"] == 3
    assert [said.count(message) for message in findings] == [1, 1, 1], said
    root = ET.parse(tmp_path / "out" / "latest" / "junit.xml").getroot()  # noqa: S314  our own
    assert [root.get(name) for name in ("tests", "failures", "errors")] == [str(len(verdicts)), "3", "0"]
    sarif = json.loads((tmp_path / "out" / "latest" / "findings.sarif").read_text())["runs"][0]["results"]
    assert len(sarif) == 3
    for result in sarif:
        where = result["locations"][0]["physicalLocation"]
        lines = (checkout / where["artifactLocation"]["uri"]).read_text().splitlines()
        assert 0 < where["region"]["startLine"] <= len(lines)
    failing = {verdict["control"] for verdict in verdicts if verdict["verdict"] == "fail"}
    assert {result["ruleId"] for result in sarif} == failing


def test_a_finding_that_is_waived_is_shown_and_passes(checkout: Path, tmp_path: Path) -> None:
    edit(checkout, "policies/baselines/dev.toml", "backup_days = 7", "backup_days = 8")
    kept = (
        ("BAK-01", "Database", "keeps 7 days of backups"),
        ("BAK-04", "BackupPlan", "keeps daily backups 7 days"),
        ("BAK-05", "BackupVault", "is locked for 7 days"),
    )
    for number, (control, resource, observed) in enumerate(kept, start=1):
        add_waiver(checkout, f"W-{number}", control, resource, accepts=observed)
    code, said = run(checkout, tmp_path / "out", "suites/controls", "--tier", "static", "--env", "dev")
    assert code == 0, said
    waived = [verdict for verdict in record(tmp_path / "out")[0] if verdict["verdict"] == "waived"]
    assert {verdict["waiver"]["id"] for verdict in waived} == {"W-1", "W-2", "W-3"}


def add_waiver(root: Path, name: str, control: str, resource: str, accepts: str) -> None:
    """Write a waiver for dev that is in force today."""
    today = time.strftime("%Y-%m-%d", time.gmtime())
    with (root / "policies/waivers.toml").open("a") as stream:
        stream.write(
            f'[[waiver]]\nid = "{name}"\ncontrol = "{control}"\nenvironment = "dev"\nresources = ["{resource}"]\n'
            f'max_matches = 1\naccepts = "{accepts}"\nowner = "ada"\napprover = "grace"\n'
            f'reason = "Kept short while the migration is tried."\nticket = "OPS-1"\n'
            f"created = {today}\nexpires = {today}\n"
        )


def test_a_stale_waiver_fails_the_gate(checkout: Path, tmp_path: Path) -> None:
    add_waiver(checkout, "W-1", "BAK-01", "Database", accepts="3 days")
    code, said = run(checkout, tmp_path / "out", "suites/controls", "--tier", "static", "--env", "dev")
    assert code == 1
    assert "waiver W-1 (BAK-01, dev) matches no failure: remove it" in said


ENV, BASE, WAIVERS = "infra/environments/dev.toml", "policies/baselines/dev.toml", "policies/waivers.toml"
NETWORK, BACKUP = "infra/templates/network.yaml", "infra/templates/backup.yaml"


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        (ENV, "region =", "regoin =", "infra/environments/dev.toml: reg"),
        (ENV, "NatGateways", "NatGatways", "parameters.NatGatways: unknown key"),
        (BASE, "backup_days", "bakcup_days", "policies/baselines/dev.toml: ba"),
        (WAIVERS, "# Permissions", "[[waver]]\n# Permissions", "policies/waivers.toml: waver: unknown key"),
        (NETWORK, "Resources:", "Resources: [", "infra/templates/network.yaml:"),
        (NETWORK, "!Ref Vpc\n", "!Ref Vcp\n", "'Vcp' is neither a parameter nor a resource"),
        (BACKUP, "KeyId: !Ref BackupKey", "KeyId: !Ref BackupKeyAlias", "circular dependency"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_3(
    checkout: Path, tmp_path: Path, name: str, old: str, new: str, complaint: str
) -> None:
    edit(checkout, name, old, new)
    code, said = run(checkout, tmp_path / "out", "suites/controls", "--tier", "static")
    assert code == 3, said
    (line,) = [line for line in said.splitlines() if "error: " in line]
    assert complaint in line
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--env", "test"], "--env test: expected one of dev, staging, prod"),
        (["--tier", "statc"], "--tier statc: expected one of static, mocked, live"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_3(tmp_path: Path, words: list[str], complaint: str) -> None:
    code, said = run(ROOT, tmp_path / "out", "suites/controls", *words)
    assert code == 3
    assert complaint in said
    assert "Traceback" not in said


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = run(ROOT, tmp_path / "file" / "out", "suites/controls", "--tier", "static", "--env", "dev")
    assert code == 3
    assert "expected a folder that can be written" in said
    assert "Traceback" not in said


def test_an_interrupted_run_leaves_an_intact_record_that_says_so(tmp_path: Path) -> None:
    process = start(ROOT, tmp_path, "suites/controls", "suites/proofs", "--tier", "static")

    def is_under_way() -> bool:
        assert process.poll() is None, process.communicate()[0]
        return any(path.stat().st_size > 50_000 for path in tmp_path.glob("20*/verdicts.jsonl"))

    eventually(is_under_way)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    verdicts, summary = record(tmp_path)
    assert process.returncode == 2, said
    assert not summary["complete"]
    assert summary["interrupted"]
    assert len(verdicts) == summary["recorded"]
    (page,) = tmp_path.glob("20*/index.html")
    assert "incomplete" in page.read_text().lower()


def test_the_static_tier_imports_no_engine_and_no_cloud(tmp_path: Path) -> None:
    (tmp_path / "spy.py").write_text(
        "import sys\n"
        "def pytest_unconfigure(config):\n"
        "    heavy = {'moto', 'boto3', 'botocore', 'checkov', 'cfnlint', 'cryptography'} & set(sys.modules)\n"
        "    print('heavy:', sorted(heavy))\n"
    )
    words = ("suites/controls", "--tier", "static", "--env", "prod")  # where everything is that a control may look at
    code, said = run(ROOT, tmp_path / "out", *words, "-p", "spy", "-o", f"pythonpath=. {tmp_path}")
    assert code == 0, said
    assert "heavy: []" in said


def test_the_collected_suite_reads_like_the_catalogue(tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, "suites/controls", "--collect-only", "--env", "prod", "--tier", "static")
    assert code == 0
    assert "test_databases_keep_their_backups[BAK-01-prod-static]" in said
    assert not tmp_path.exists() or not any(tmp_path.iterdir())


def test_the_critical_controls_can_be_judged_alone(tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, "suites/controls", "-m", "critical", "--tier", "static", "--env", "prod")
    assert code == 0, said
    verdicts, summary = record(tmp_path)
    assert {verdict["severity"] for verdict in verdicts} == {"critical"}
    assert summary["complete"]
