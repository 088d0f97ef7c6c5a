"""A whole run in which an engine breaks: it cannot conclude, says so in one line, and keeps nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra.settings import ROOT
from tests.machinery.test_runs import ROOMS, record, run


@pytest.fixture
def policy_half_written(tmp_path: Path) -> Path:
    """A checkout in which one of our own policies cannot be imported, which checkov alone would pass over."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ROOMS:
        source = ROOT / name
        ignore = shutil.ignore_patterns("out")
        shutil.copytree(source, root / name, ignore=ignore) if source.is_dir() else shutil.copy2(source, root / name)
    (root / "policies/checkov/checks/open_ingress.py").write_text("class OpenIngress(\n")
    return root


def test_an_engine_that_breaks_is_one_line_and_exit_code_2(policy_half_written: Path, tmp_path: Path) -> None:
    code, said = run(policy_half_written, tmp_path / "out", "suites/static/test_checkov.py", "--env", "dev")
    assert code == 2, said
    (line,) = [line for line in said.splitlines() if "error: " in line]
    assert "policies/checkov/checks: expected checkov to load open_ingress: it did not" in line
    assert "Traceback" not in said
    assert list((policy_half_written / ".cache" / "engines").iterdir()) == []
    with pytest.raises((ValueError, FileNotFoundError)):
        record(tmp_path / "out")
