"""The catalogue: every control there is, read from the suites, and what it says of itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from fixtures.judging.control import Control, control_of
from suites import controls


@cache
def catalogue() -> tuple[Control, ...]:
    """Return every control, by module and order of writing."""
    return tuple(_controls())


def pytest_touchstone_catalogue() -> tuple[Control, ...]:
    """Tell the run what controls there are, whatever part of them it was asked to judge."""
    return catalogue()


def _controls() -> Iterator[Control]:
    for module_info in sorted(pkgutil.iter_modules(controls.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{controls.__name__}.{module_info.name}")
        for value in list(vars(module).values()):
            declared = control_of(value)
            if declared is not None:
                yield declared
