"""Which tests are measured hangs on their names, and the processes that a test begins are measured when it is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infra.settings import ROOT
from tests import conftest

MARK = "COVERAGE_PROCESS_START"


def test_a_third_of_what_repeats_is_measured_and_all_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "_repeated", {"tests/a.py::test_many"})
    many = [conftest._is_measured(f"tests/a.py::test_many[{number}]") for number in range(300)]
    assert 80 < sum(many) < 120
    assert many == [conftest._is_measured(f"tests/a.py::test_many[{number}]") for number in range(300)]
    assert all(conftest._is_measured(f"tests/a.py::test_few[{number}]") for number in range(300))
    named = [conftest._is_measured(f"tests/engines/test_b.py::test_c[{number}]") for number in range(300)]
    assert 80 < sum(named) < 120


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


def test_a_process_of_a_test_that_is_not_measured_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-S", "-c", f"import os; print(os.environ.get({MARK!r}))"]

    def seen() -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    monkeypatch.setenv(MARK, "/dev/null")
    with conftest._without_measurement():
        assert seen() == "None"
    assert seen() == os.environ[MARK] == "/dev/null"
