"""A run is signed with the environment's key in KMS, which moto has, and checked without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.mock_cloud.process import MockCloud
from fixtures.run.signing import main
from reports.__main__ import main as report
from tests.reports import sample


@pytest.fixture
def run(tmp_path: Path) -> Path:
    plan, lines = sample.few()
    return sample.write(tmp_path / "run", lines, plan_is=plan)


def test_a_run_is_signed_by_the_key_of_its_environment(
    cloud: MockCloud, run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    assert main([str(run), "--env", "dev"]) == 0
    path = run.with_name("run.zip")
    assert capsys.readouterr().out == f"{path}\n"
    assert report(["verify", str(path), "--key", str(path.with_suffix(".pub"))]) == 0
    assert "whole and unchanged" in capsys.readouterr().out


def test_a_key_that_is_not_there_is_one_line(
    cloud: MockCloud, run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    assert main([str(run), "--env", "staging"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("error: alias/touchstone-staging-signing")
    assert len(said.splitlines()) == 1
    assert not run.with_name("run.zip").exists()
