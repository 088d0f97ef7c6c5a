"""What is measured of the tests: all of the quick ones, of those that repeat much of each other a part.

Measuring costs a process half of its time again. Without a measurement under way (`coverage run`) nothing here does
anything; which tests are measured hangs on their names, so that it is the same in each run.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any, Final

import pytest

from fixtures.mock_cloud.process import SHARED, shared

# Each of them deploys, reads or runs whole platforms again and again: a third shows what all of them do.
_REPEATING: Final = (
    "tests/engines/", "tests/infra/test_deploy", "tests/infra/test_destroying", "tests/infra/test_preflight",
    "tests/infra/test_shift", "tests/inventory/test_faults", "tests/inventory/test_mutants",
    "tests/inventory/test_short_lists", "tests/machinery/test_breaking_off", "tests/machinery/test_deciding",
    "tests/machinery/test_nothing_vanishes", "tests/machinery/test_runs", "tests/mock_cloud/test_contract",
    "tests/mock_cloud/test_forks", "tests/mock_cloud/test_one_change", "tests/mock_cloud/test_types",
    "tests/operations/test_smoke", "tests/recovery/test_cut", "tests/reports/test_hostile", "tests/second_cloud/",
)  # fmt: skip
_SHARE: Final = 3
_FOR_CHILDREN: Final = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
# One alone would leave too much of the mock cloud to the chance of which tests it gets.
_MEASURED: Final = frozenset({"gw0", "gw1"})


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_setupnodes() -> Generator[None, object, object]:
    """Do not measure the mock cloud that the workers share: its forks cost twice as much, and save at each end."""
    kept = _without_measurement()
    try:
        return (yield)
    finally:
        os.environ.update(kept)


def pytest_configure(config: pytest.Config) -> None:
    """Of the workers two alone have the processes measured that their tests begin, a mock cloud among them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker in _MEASURED and any(name in os.environ for name in _FOR_CHILDREN):
        os.environ.pop(SHARED, None)
        stack = ExitStack()
        config.add_cleanup(stack.close)
        stack.enter_context(shared())
    elif worker:
        _without_measurement()


def _without_measurement() -> dict[str, str]:
    """Take away what has the processes measured that are begun from here on, and return it."""
    return {name: os.environ.pop(name) for name in _FOR_CHILDREN if name in os.environ}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure a test, or let it run as it is."""
    measuring = _measuring()
    if measuring is None or _is_measured(item.nodeid):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


def _measuring() -> Any:
    coverage = sys.modules.get("coverage")
    return coverage.Coverage.current() if coverage else None


def _is_measured(name: str) -> bool:
    return not name.startswith(_REPEATING) or zlib.crc32(name.encode()) % _SHARE == 0
