"""Findings are kept as long as nothing changes, and only whole ones."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.engines import cache
from fixtures.engines.cache import Examination, begin, key
from fixtures.engines.errors import EngineError
from fixtures.engines.findings import Findings
from fixtures.engines.worker import RESULT
from infra.settings import ROOT
from infra.stacks import Platform
from reports.models import ENGINES, Engine
from tests.engines.small import SOUND, platform

FOUND = (Findings(engine="checkov", version="3", environment="dev", results=()),)
WRITES = "import sys; open(sys.argv[2], 'wb').write(sys.argv[-1].encode())"
CRASHES = "import sys; open(sys.argv[2], 'w').write('[{\"half'); raise SystemExit('first\\nTrouble: the last line')"


class Processes:
    """Stands in for subprocess.Popen: counts what is started, and runs a script of ours in the engine's place."""

    def __init__(self) -> None:
        self.script = WRITES
        self.started: list[list[str]] = []
        self.variables: dict[str, str] = {}
        self.start = subprocess.Popen

    def __call__(self, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        assert list(command[1:3]) == ["-m", "fixtures.engines.worker"]
        self.started.append(list(command))
        self.variables = more["env"]
        words = [*command[3:], RESULT.dump_json(FOUND).decode()]
        process: subprocess.Popen[bytes] = self.start([sys.executable, "-c", self.script, *words], **more)
        return process


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Processes:
    spy = Processes()
    monkeypatch.setattr(cache, "CACHE", tmp_path / "kept")
    monkeypatch.setattr(subprocess, "Popen", spy)
    return spy


@pytest.fixture
def sound(tmp_path: Path) -> Platform:
    return platform(tmp_path / "sound.yaml", SOUND)


def start(sound: Platform, said: list[str] | None = None) -> Examination:
    heard: list[str] = [] if said is None else said
    return begin("checkov", [sound], heard.append)


def kept(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "kept").iterdir())


def test_a_second_run_starts_no_process(processes: Processes, sound: Platform) -> None:
    said: list[str] = []
    assert start(sound, said).result() == start(sound, said).result() == FOUND
    assert len(processes.started) == 1
    assert said == ["checkov: examines dev", "checkov: nothing changed since its last run, findings kept"]


def test_a_crash_is_one_line_and_leaves_nothing_behind(processes: Processes, sound: Platform, tmp_path: Path) -> None:
    processes.script = CRASHES
    with pytest.raises(EngineError) as caught:
        start(sound).result()
    assert str(caught.value) == "checkov ended with exit code 1: Trouble: the last line"
    assert caught.value.exit_code == 2
    assert kept(tmp_path) == []


def test_a_process_that_dies_without_a_word_is_an_error(processes: Processes, sound: Platform) -> None:
    processes.script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(EngineError, match="checkov ended with exit code -9: it said nothing"):
        start(sound).result()


def test_an_engine_that_is_stopped_leaves_nothing_behind(processes: Processes, sound: Platform, tmp_path: Path) -> None:
    processes.script = f"{WRITES}; import time; time.sleep(60)"
    examination = start(sound)
    while not examination.unfinished.exists():
        assert examination.process is not None
        assert examination.process.poll() is None
    examination.stop()
    assert examination.process is not None
    assert examination.process.returncode == -9
    assert kept(tmp_path) == []


def test_kept_findings_that_are_damaged_are_an_error(processes: Processes, sound: Platform, tmp_path: Path) -> None:
    start(sound).result()
    (name,) = kept(tmp_path)
    (tmp_path / "kept" / name).write_text('[{"half')
    with pytest.raises(EngineError, match=r"checkov-.*json: expected findings of checkov: remove this file"):
        start(sound).result()
    assert len(processes.started) == 1


@pytest.mark.parametrize("name", ["CKV_SKIP_CHECK", "CHECKOV_RUN_SCA_PACKAGE_SCAN_V2", "BC_API_KEY", "LOG_LEVEL"])
def test_an_engine_hears_nothing_of_switches_in_the_environment(
    processes: Processes, sound: Platform, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    start(sound).result()
    assert name not in processes.variables
    assert "PATH" in processes.variables


# -- what makes findings stale -----------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the rooms that findings depend on."""
    for name in ("policies", "fixtures", "infra"):
        shutil.copytree(ROOT / name, tmp_path / "root" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "root"


def test_the_key_does_not_change_by_itself(sound: Platform, root: Path) -> None:
    assert key("checkov", [sound], root) == key("checkov", [sound], root) == key("checkov", [sound])
    assert key("checkov", [sound]) != key("cfn-lint", [sound])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("what", ["value", "comment"])
def test_a_changed_template_is_examined_again(sound: Platform, tmp_path: Path, engine: Engine, what: str) -> None:
    """A comment moves lines, and findings name lines."""
    before = key(engine, [sound])
    new = {"value": SOUND.replace("10.0.0.0/8", "0.0.0.0/0"), "comment": f"# a comment\n{SOUND}"}[what]
    assert key(engine, [platform(tmp_path / "sound.yaml", new)]) != before


@pytest.mark.parametrize("engine", ENGINES)
def test_another_environment_or_region_is_examined_again(sound: Platform, tmp_path: Path, engine: Engine) -> None:
    abroad = sound.environment.model_copy(update={"region": "eu-central-1"})
    other = platform(tmp_path / "sound.yaml", SOUND, "prod")
    three = {key(engine, [one]) for one in (sound, other, replace(sound, environment=abroad))}
    assert len(three) == 3


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("checkov", "policies/checkov/checks/open_ingress.py"),
        ("checkov", "policies/checkov/profile.toml"),
        ("cfn-lint", "policies/cfn_lint/rules/sizes.py"),
        ("cfn-lint", "policies/cfn_lint/cfnlintrc.yaml"),
        ("checkov", "fixtures/engines/documents.py"),
        ("cfn-lint", "fixtures/engines/cfn_lint_engine.py"),
        ("cfn-lint", "infra/template.py"),
    ],
)
def test_a_changed_policy_or_program_is_examined_again(sound: Platform, root: Path, engine: Engine, name: str) -> None:
    before = key(engine, [sound], root)
    with (root / name).open("a") as stream:
        stream.write("# changed\n")
    assert key(engine, [sound], root) != before


@pytest.mark.parametrize("engine", ENGINES)
def test_a_new_policy_is_examined(sound: Platform, root: Path, engine: Engine) -> None:
    before = key(engine, [sound], root)
    folder = {"checkov": "policies/checkov/checks", "cfn-lint": "policies/cfn_lint/rules"}[engine]
    (root / folder / "another.py").write_text("")
    assert key(engine, [sound], root) != before


@pytest.mark.parametrize("engine", ENGINES)
def test_another_version_of_an_engine_is_examined_again(
    sound: Platform, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key(engine, [sound])
    monkeypatch.setattr(cache, "version", lambda _: "99.0")
    assert key(engine, [sound]) != before
