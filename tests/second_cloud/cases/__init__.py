"""One file for each part of the platform: what is made of each type, and which facts it must be read back as."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from tests.second_cloud.cases.made import Case

_MODULES: Final = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
CASES: Final[Mapping[str, Case]] = {
    name: case for module in _MODULES for name, case in vars(module).get("CASES", {}).items()
}
