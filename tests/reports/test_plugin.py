"""The reports are written when pytest is done, again on demand, and a record that cannot be written ends with 3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports.__main__ import main
from tests.patience import PATIENCE
from tests.reports import sample

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
import pathlib
import pytest
pytest_plugins = ("reports.plugin",)
RUN = pathlib.Path({run!r})

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.touchstone_folder = RUN

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    late = RUN / "late.jsonl"
    if late.exists() and not hasattr(session.config, "workerinput"):
        late.rename(RUN / "verdicts.jsonl")
"""


def _pytest(folder: Path, run: Path, *arguments: str, job: Path | None = None) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST.format(run=str(run)), encoding="utf-8")
    (folder / "test_it.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "GITHUB_STEP_SUMMARY"}
    environment |= {"PYTHONPATH": str(ROOT)} | ({"GITHUB_STEP_SUMMARY": str(job)} if job else {})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        *arguments,
        "test_it.py",
    ]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_reports_are_written_once_the_journal_is_closed(tmp_path: Path, workers: str) -> None:
    run = sample.write(tmp_path / "run")
    (run / "verdicts.jsonl").rename(run / "late.jsonl")
    done = _pytest(tmp_path, run, "-n", workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Does not conform: 4 verdicts fail." in done.stdout
    assert done.stdout.count("1,338 planned = ") == 1
    assert (run / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (run / "summary.md").is_file()


def test_the_job_summary_is_appended_to(tmp_path: Path) -> None:
    job = tmp_path / "job.md"
    job.write_text("before\n", encoding="utf-8")
    run = sample.write(tmp_path / "run")
    assert _pytest(tmp_path, run, job=job).returncode == 0
    assert job.read_text(encoding="utf-8") == "before\n" + (run / "summary.md").read_text(encoding="utf-8")


def test_a_record_that_cannot_be_read_is_one_line_and_exit_code_3(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    done = _pytest(tmp_path, run)
    assert done.returncode == 3
    assert "plan.json: expected a file of a run: No such file or directory" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_report_that_cannot_be_written_is_one_line_and_exit_code_3(tmp_path: Path) -> None:
    run = sample.write(tmp_path / "run")
    (run / "index.html").mkdir()
    done = _pytest(tmp_path, run)
    assert done.returncode == 3
    assert "index.html: expected a place that can be written" in done.stdout
    assert not list(run.glob("*.part"))


def test_without_a_run_nothing_is_written_and_nothing_said(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "reports.plugin", "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0
    assert "compliance" not in done.stdout


def test_the_command_writes_the_same_bytes_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = sample.write(tmp_path)
    assert main([str(run)]) == 0
    first = [(run / name).read_bytes() for name in ("index.html", "summary.md")]
    assert main([str(run)]) == 0
    assert [(run / name).read_bytes() for name in ("index.html", "summary.md")] == first
    assert str(run / "index.html") in capsys.readouterr().out


def test_the_command_ends_with_3_on_a_folder_that_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_ends_with_3_when_it_is_called_wrongly() -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 3
