"""Which tests are measured hangs on their names, and the processes that a test begins are measured when it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.mock_cloud.process import SHARED
from infra.settings import ROOT
from tests import conftest

MARK = "COVERAGE_PROCESS_START"


def test_a_part_of_what_repeats_is_measured_and_each_test_once_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "_repeated", {"tests/a.py::test_many"})
    many = [conftest._is_measured(f"tests/a.py::test_many[{number}]") for number in range(300)]
    assert 15 < sum(many) < 35
    assert many == [conftest._is_measured(f"tests/a.py::test_many[{number}]") for number in range(300)]
    monkeypatch.setattr(conftest, "_first", {"tests/a.py::test_few[7]", "tests/a.py::test_one"})
    few = [conftest._is_measured(f"tests/a.py::test_few[{number}]") for number in range(300)]
    assert few[7]
    assert 300 / 8 < sum(few) < 300 / 2
    assert conftest._is_measured("tests/a.py::test_one")
    named = [conftest._is_measured(f"tests/engines/test_b.py::test_c[{number}]") for number in range(300)]
    assert 25 < sum(named) < 50
    assert not any(conftest._is_measured(f"tests/proofs/test_mutants.py::test_c[{number}]") for number in range(300))


def test_every_name_that_is_listed_is_of_a_test_that_is_there() -> None:
    files = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")]
    for name in (*conftest._REPEATING, *conftest._SHOWN_ELSEWHERE):
        assert any(path.startswith(name) for path in files), name


def test_a_mock_cloud_is_measured_when_the_test_that_forks_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED, "http://usual")
    monkeypatch.delenv(conftest._MEASURED_CLOUD, raising=False)
    with conftest._forking_what_is_measured():
        assert os.environ[SHARED] == "http://usual"
    monkeypatch.setenv(conftest._MEASURED_CLOUD, "http://measured")
    with conftest._forking_what_is_measured():
        assert os.environ[SHARED] == "http://measured"
    assert os.environ[SHARED] == "http://usual"


PAUSES = """
import os
import coverage
from tests import conftest

times = []
os.register_at_fork = lambda **hooks: times.append(hooks)
measuring = coverage.Coverage(data_file=None, config_file=False)
measuring.set_option("run:patch", ["fork"])
measuring.start()
for _ in range(20):
    with conftest._paused(measuring):
        pass
measuring.stop()
print(len(times))
"""


def test_a_pause_makes_no_fork_dearer() -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", PAUSES], capture_output=True, text=True, check=True, cwd=ROOT, env=plain
    )
    assert done.stdout.strip() == "1"


COPIES = """
import os, sys
import coverage
from tests.measured import each_copy_once

begun = []
start = coverage.Coverage.start

def counted(self):
    begun.append(1)
    start(self)

coverage.Coverage.start = counted
measuring = coverage.Coverage(data_file=sys.argv[1], data_suffix=True, config_file=False)
measuring.set_option("run:patch", ["fork", "_exit"])
measuring.start()
each_copy_once(None)
for _ in range(4):
    begun.clear()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os._exit(0)
    assert len(begun) == 1, begun
print("the last", flush=True)
os._exit(0)
"""


def test_a_copy_of_a_copy_is_measured_once(tmp_path: Path) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "-c", COPIES, str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=plain)
    assert done.stdout == "the last\n"
    assert len(list(tmp_path.iterdir())) == 5  # what each process saw, saved once


def test_a_process_of_a_test_that_is_not_measured_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-S", "-c", f"import os; print(os.environ.get({MARK!r}))"]

    def seen() -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    monkeypatch.setenv(MARK, "/dev/null")
    with conftest._without_measurement():
        assert seen() == "None"
    assert seen() == os.environ[MARK] == "/dev/null"
