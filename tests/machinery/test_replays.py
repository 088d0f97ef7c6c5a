"""A record judged again says the same; one whose facts were changed does not, and says where."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.settings import ROOT
from reports.bundle import Signer, bundle
from tests.machinery.test_runs import record, run
from tests.reports import sample

CONTROLS = "BAK-01,ENC-01,MON-04"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few controls over the templates of dev; of one of them the record hides what it rests on."""
    out = tmp_path_factory.mktemp("out")
    code, said = run(ROOT, out, "suites", "--env", "dev", "--tier", "static", "--control", CONTROLS)
    assert code == 0, said
    return (out / "latest").resolve()


def replay(out: Path, path: Path, *words: str) -> tuple[int, str]:
    return run(ROOT, out, "suites", "--replay", str(path), "--control", CONTROLS, *words)


def test_a_record_judged_again_says_the_same(recorded: Path, tmp_path: Path) -> None:
    signer = Signer("key", Ed25519PrivateKey.generate().sign)
    code, said = replay(tmp_path / "out", bundle(recorded, signer, tmp_path / "run.zip"))
    assert code == 0, said
    verdicts, summary = record(tmp_path / "out")
    before = [json.loads(line) for line in (recorded / "verdicts.jsonl").read_text().splitlines()[:-1]]
    assert {one["control"] for one in verdicts} == set(CONTROLS.split(","))
    without = [{**one, "link": None} for one in before]
    assert all({**one, "link": None} in without for one in verdicts)
    assert f"replayed: {len(verdicts)} verdicts are the same, 0 are not" in said
    assert f"not judged again: {len(before) - len(verdicts)} that rest on what the record hides" in said
    assert len(before) > len(verdicts) == summary["planned"]


def test_facts_that_were_changed_say_otherwise(recorded: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(recorded, tmp_path / "run")
    path = folder / "inventory" / "dev-static.json"
    text = path.read_text()
    path.write_text(text.replace('"BackupRetentionPeriod":7', '"BackupRetentionPeriod":1'))
    assert path.read_text() != text
    code, said = replay(tmp_path / "out", folder)
    assert code == 3
    assert "expected a whole record: inventory/dev-static.json" in said
    *verdicts, last = sample.texts(folder)
    sample.linked(folder, [*verdicts, json.dumps(sample.seal(folder, json.loads(last)))])
    code, said = replay(tmp_path / "out", folder)
    assert code == 1
    assert "BAK-01 dev static Database: was pass (as demanded), now fail (keeps 1 days of backups" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--env", "prod"], "--env: expected one of dev, which the record has"),
        (["--tier", "live"], "--tier: expected one of static, which the record has"),
    ],
)
def test_what_a_record_does_not_have_is_not_judged(recorded: Path, tmp_path: Path, words: list[str], said: str) -> None:
    code, told = replay(tmp_path / "out", recorded, *words)
    assert code == 3
    assert said in told
    assert "Traceback" not in told


@pytest.mark.parametrize("content", [None, b"no zip", b""])
def test_what_is_no_record_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "run.zip"
    if content is not None:
        path.write_bytes(content)
    code, told = replay(tmp_path / "out", path)
    assert code == 3
    assert told.count("error: ") == 1
    assert "Traceback" not in told
