"""Benchmarks run when they are asked for, and print one table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.benchmarks.measuring import Table

ASK = "benchmarks run only when asked for: pytest tests/benchmarks -q -s --benchmarks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --benchmarks; pytest knows it where this folder, or a file in it, is named on the command line."""
    parser.addoption("--benchmarks", action="store_true", help="run the benchmarks (about three minutes)")
    parser.addoption("--hundredfold", action="store_true", help="the live tier over a hundred times prod as well")


@pytest.fixture(scope="session", autouse=True)
def _asked_for(pytestconfig: pytest.Config) -> None:
    # Where only `tests` is named, this file is read after the command line: there the option is not known.
    if not pytestconfig.getoption("--benchmarks", default=False):
        pytest.skip(ASK)


@pytest.fixture(scope="session")
def table(_asked_for: None) -> Iterator[Table]:
    """The figures of this run, printed when all are there."""
    figures = Table()
    yield figures
    print(figures)
