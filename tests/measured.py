"""A mock cloud that is measured, of which each copy measures itself once.

coverage patches a process again in each fork of it: the copy of a copy of a copy begins eight measurements, and saves
each at its end, which takes seconds.
"""

from __future__ import annotations

import os
import posix
from typing import NoReturn, TypeVar

from coverage import Coverage

App = TypeVar("App")


def each_copy_once(app: App) -> App:
    """WSGI middleware that adds nothing to a request: the process that loads it, and its forks, are patched once."""
    measuring = Coverage.current()
    if measuring is not None:
        measuring.set_option("run:patch", [])  # what is patched here is patched in each fork
        os._exit = _end
    return app


def _end(status: int) -> NoReturn:
    """Save what this process has measured, and nothing that the ones before it have; end also where that fails."""
    try:
        measuring = Coverage.current()
        if measuring is not None:
            measuring.save()
    finally:
        posix._exit(status)
