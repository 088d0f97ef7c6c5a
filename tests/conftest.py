"""What is measured of the tests: the quick ones with one case each, of what repeats a part.

Measured, our code takes two to three times as long. Without a measurement under way (`coverage run`) nothing is
measured here. Which tests are hangs on their names, so that it is the same in each run; the processes that a test
begins, and the mock clouds that it forks, are measured when it is.
"""

from __future__ import annotations

import gc
import os
import sys
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

from fixtures.mock_cloud.process import SHARED, started

# Each of them does much of what its neighbours do (deploys, reads, judges or reports whole platforms, walks all there
# is): a part shows what all of them do.
_REPEATING: Final = (
    "tests/access/test_asking", "tests/access/test_newly", "tests/engines/", "tests/gateway/test_no_answers",
    "tests/infra/test_deploy", "tests/infra/test_destroying", "tests/infra/test_endpoints", "tests/infra/test_history",
    "tests/infra/test_preflight", "tests/infra/test_shift", "tests/inventory/test_collecting",
    "tests/inventory/test_faults", "tests/inventory/test_lived_in", "tests/inventory/test_odd_items",
    "tests/inventory/test_short_lists", "tests/inventory/test_tags_together", "tests/machinery/test_breaking_off",
    "tests/machinery/test_canaries", "tests/machinery/test_deciding", "tests/machinery/test_live",
    "tests/machinery/test_nothing_vanishes", "tests/machinery/test_replays", "tests/machinery/test_runs",
    "tests/machinery/test_settings", "tests/mock_cloud/test_contract", "tests/mock_cloud/test_forks",
    "tests/mock_cloud/test_one_change", "tests/mock_cloud/test_process", "tests/mock_cloud/test_types",
    "tests/mock_cloud/test_what_stays", "tests/network/", "tests/operations/test_alarms", "tests/operations/test_look",
    "tests/operations/test_smoke", "tests/operations/test_validate", "tests/recovery/", "tests/reports/test_faults",
    "tests/reports/test_fitting", "tests/reports/test_hostile", "tests/reports/test_plugin",
    "tests/reports/test_tampering", "tests/runbooks/", "tests/second_cloud/",
)  # fmt: skip
# What these do to everything, one thing at a time, or with the program of somebody else (an engine, a browser, an
# installer), which measured takes minutes: the tests of each thing show it.
_SHOWN_ELSEWHERE: Final = (
    "tests/engines/test_real_templates", "tests/inventory/test_growth_of_judging", "tests/inventory/test_mutants",
    "tests/machinery/test_hostile_run", "tests/proofs/test_mutants", "tests/reports/test_browser",
    "tests/second_cloud/test_surroundings",
)  # fmt: skip
_SHARE: Final = 8
# Neither do the further cases of a test show much more than its first, least of all where there are very many.
_SHARE_OF_CASES: Final = 4
_MANY: Final = 100
_SHARE_OF_MANY: Final = 12
# Whoever comes to one of these last works alone for minutes while the others are done.
_LONG: Final = (
    "tests/runbooks/test_commands.py::test_every_command_does", "tests/infra/test_shifting_the_platform",
    "tests/inventory/test_mutants",
)  # fmt: skip
_FOR_CHILDREN: Final = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
_EACH_COPY_ONCE: Final = ("tests.measured:each_copy_once",)
_MEASURED_CLOUD: Final = "TOUCHSTONE_MEASURED_CLOUD"
settings.register_profile("unhurried", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
_repeated: Final[set[str]] = set()
_first: Final[set[str]] = set()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_setupnodes() -> Generator[None, object, object]:
    """Do not measure the mock cloud that most share: its forks cost twice as much, and save at each end."""
    with _without_measurement():
        return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Begin the mock cloud that measured tests fork, before there are workers."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker and getattr(config.option, "numprocesses", None) and _is_under_way():
        stack = ExitStack()
        config.add_cleanup(stack.close)
        os.environ[_MEASURED_CLOUD] = stack.enter_context(started(0, _EACH_COPY_ONCE, "--load-when-asked")).endpoint


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which tests have many cases, and let the collector of garbage pass over all that was loaded so far."""
    cases = Counter(_function(item.nodeid) for item in session.items)
    _repeated.update(name for name, count in cases.items() if count > _MANY)
    _first.update({_function(item.nodeid): item.nodeid for item in reversed(session.items)}.values())
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Look once for what nobody let go of: pytest, which looks five times, has the rest to walk then."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure a test and the processes that it begins, or let them run as they are."""
    measuring = _measuring()
    if measuring is None:
        return (yield)
    if _is_measured(item.nodeid):
        with _forking_what_is_measured():
            return (yield)
    with _paused(measuring), _without_measurement():
        return (yield)


@contextmanager
def _paused(measuring: Any) -> Iterator[None]:
    """Measure nothing inside the block.

    To start again would patch again what is patched: after a thousand pauses each fork began a thousand measurements.
    """
    measuring.set_option("run:patch", [])
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()


@contextmanager
def _without_measurement() -> Iterator[None]:
    """Let no process be measured that is begun inside the block."""
    kept = {name: os.environ.pop(name) for name in _FOR_CHILDREN if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextmanager
def _forking_what_is_measured() -> Iterator[None]:
    """Let the mock clouds that are begun inside the block be forks of the one that is measured, if there is one."""
    usual = os.environ.get(SHARED)
    if _MEASURED_CLOUD not in os.environ or usual is None:
        yield
        return
    os.environ[SHARED] = os.environ[_MEASURED_CLOUD]
    try:
        yield
    finally:
        os.environ[SHARED] = usual


def _is_under_way() -> bool:
    return any(name in os.environ for name in _FOR_CHILDREN)


def _measuring() -> Any:
    coverage = sys.modules.get("coverage")
    return coverage.Coverage.current() if coverage else None


def _is_measured(name: str) -> bool:
    if name.startswith(_SHOWN_ELSEWHERE):
        return False
    number = zlib.crc32(name.encode())
    if _function(name) in _repeated:
        return number % _SHARE_OF_MANY == 0
    if name.startswith(_REPEATING):
        return number % _SHARE == 0
    return name in _first or number % _SHARE_OF_CASES == 0


def _function(name: str) -> str:
    """Give the name of a test without the case of it."""
    return name.partition("[")[0]
