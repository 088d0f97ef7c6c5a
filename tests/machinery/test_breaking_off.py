"""A run that breaks off, however it does: no secret is left, nothing half-written is believed, and 2 or 3 says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.run.handover import Handover, read
from infra.errors import InputError
from infra.settings import ROOT
from reports.record import load_record
from tests.machinery.test_runs import checkout, edit, record, run, start
from tests.patience import eventually

__all__ = ["checkout"]

CANARY = "canary-7c1f2e"
# A plugin for the run that is tried: it acts when the first verdicts are there.
WHEN_JUDGING = """
import os, pathlib, signal, time
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    if {where}:
        {what}
"""
FULL = """
import errno, os
from fixtures.run.journal import Journal

written, real = 0, os.write

def write(descriptor, data):
    global written
    if not os.readlink(f"/proc/self/fd/{{descriptor}}").endswith("verdicts.jsonl"):
        return real(descriptor, data)
    room = {room} - written
    if room <= 0:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    written += real(descriptor, bytes(data)[:room])
    return min(room, len(data))

os.write = write
"""


def plugin(folder: Path, text: str) -> tuple[str, ...]:
    """Write a plugin for a run; return the words that load it."""
    (folder / "breaking.py").write_text(text)
    return ("-p", "breaking", "-o", f"pythonpath=. {folder}")


def read_again(out: Path) -> subprocess.CompletedProcess[str]:
    """Write the reports of the one run in a folder again, as a person does who finds it."""
    (folder,) = [path for path in out.iterdir() if path.is_dir() and not path.is_symlink()]
    command = [sys.executable, "-m", "reports", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_run_that_is_killed_leaves_no_secret_in_its_folder(checkout: Path, tmp_path: Path) -> None:
    edit(checkout, "infra/templates/messaging.yaml", "Resources:\n", f"Resources:\n{_FUNCTION}")
    out, flag = tmp_path / "out", tmp_path / "flag"
    what = f"pathlib.Path({str(flag)!r}).touch(); time.sleep(600)"
    process = start(checkout, out, "suites/controls", "--tier", "static", "-n", "2", *plugin(
        tmp_path, WHEN_JUDGING.format(where="'ENC-0' in item.name", what=what)
    ))  # fmt: skip

    def judges() -> bool:
        assert process.poll() is None, process.communicate()[0]
        return flag.exists()

    eventually(judges)
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = [path for path in out.rglob("*") if path.is_file()]
    assert {path.name for path in found} >= {"plan.json", "verdicts.jsonl", "dev-static.json"}
    (facts,) = out.rglob("dev-static.json")
    assert "CanaryUser" in facts.read_text()
    assert [path for path in found if CANARY.encode() in path.read_bytes()] == []
    assert not list(out.rglob(".snapshot*"))


_FUNCTION = f"""\
  CanaryUser:
    Type: AWS::ElastiCache::User
    Properties: {{UserId: canary, UserName: canary, Engine: valkey, Passwords: ["{CANARY}"]}}
"""


def test_what_is_handed_over_is_read_whole_and_gone_with_its_process() -> None:
    given = Handover()
    given.write({"one": "ä\ud800", "two": CANARY})
    assert (read(given.path, "one"), read(given.path, "two")) == ("ä\ud800", CANARY)
    given.forget()
    with pytest.raises(InputError, match="expected what the controller collected"):
        read(given.path, "one")


def test_without_memory_files_the_next_run_sweeps_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f"touchstone-{dead.pid}-x"
    left.write_text(CANARY)
    given = Handover()
    given.write({"one": CANARY})
    assert read(given.path, "one") == CANARY
    assert list(tmp_path.iterdir()) == [Path(given.path)]
    assert Path(given.path).stat().st_mode & 0o777 == 0o600
    given.forget()
    assert not list(tmp_path.iterdir())


def test_a_worker_that_is_killed_leaves_a_run_that_cannot_conclude(tmp_path: Path) -> None:
    what = "os.kill(os.getpid(), signal.SIGKILL)"
    words = plugin(tmp_path, WHEN_JUDGING.format(where="'BAK-01-dev' in item.name", what=what))
    code, said = run(ROOT, tmp_path / "out", "suites/controls", "--tier", "static", "-n", "2", *words)
    verdicts, summary = record(tmp_path / "out")
    assert code == summary["exit_code"] == 2, said
    assert not summary["complete"]
    assert "crashed while running" in summary["interrupted"]
    assert summary["other_failures"] == 0
    assert summary["recorded"] == len(verdicts) == summary["planned"] - 2  # a database, and the list of databases
    assert "Cannot conclude: the record is incomplete." in said
    assert "Cannot conclude: the record is incomplete." in read_again(tmp_path / "out").stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_disk_that_fills_is_one_line_and_an_incomplete_record(tmp_path: Path, workers: str) -> None:
    words = plugin(tmp_path, FULL.format(room=20_011))
    code, said = run(ROOT, tmp_path / "out", "suites/controls", "--tier", "static", "-n", workers, *words)
    assert code == 3, said
    (line,) = [line for line in said.splitlines() if "error: " in line]
    assert "verdicts.jsonl: the run ends, its verdicts can no longer be written: No space left on device" in line
    assert "Traceback" not in said
    (path,) = (tmp_path / "out").glob("20*/verdicts.jsonl")
    assert path.read_bytes().endswith(b"}\n")
    again = read_again(tmp_path / "out")
    assert again.returncode == 0, again.stderr
    assert "THIS RECORD IS INCOMPLETE" in again.stdout
    assert "the record has no summary line: the run broke off" in again.stdout


def test_a_disk_that_fills_with_the_last_line_is_told_too(tmp_path: Path) -> None:
    words = ("suites/controls", "--tier", "static", "--env", "dev", "-k", "BAK")
    assert run(ROOT, tmp_path / "whole", *words)[0] == 0
    (whole,) = (tmp_path / "whole").glob("20*/verdicts.jsonl")
    room = len(whole.read_bytes().rstrip().rsplit(b"\n", 1)[0]) + 30
    code, said = run(ROOT, tmp_path / "out", *words, *plugin(tmp_path, FULL.format(room=room)))
    assert code == 3, said
    assert len([line for line in said.splitlines() if "error: " in line]) == 1
    assert "THIS RECORD IS INCOMPLETE" in read_again(tmp_path / "out").stdout


def test_a_folder_where_the_link_to_the_newest_run_belongs_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "out" / "latest").mkdir(parents=True)
    code, said = run(ROOT, tmp_path / "out", "suites/controls", "--tier", "static", "--env", "dev", "-k", "BAK-01")
    assert code == 3, said
    (line,) = [line for line in said.splitlines() if "error: " in line]
    assert "latest: expected a place for a link to the run: Is a directory" in line
    (folder,) = (tmp_path / "out").glob("20*")
    assert load_record(folder).reconciled.complete
