"""How much work something is, by what is the same on every machine: calls of functions, and memory. Never by time."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

_MEGABYTE = 2**20


@contextmanager
def calls_of_at_most(most: int) -> Iterator[None]:
    """Stop the block where it calls a function (Python's or C's) once more than so often.

    Raises:
        AssertionError: it does.
    """
    made = 0

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")
        if made > most:
            raise AssertionError(f"expected at most {most} calls of functions")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
    assert made <= most, f"expected at most {most} calls of functions"


@contextmanager
def memory_of_at_most(megabytes: float) -> Iterator[None]:
    """Refuse a block that holds more than so much at one time.

    Raises:
        AssertionError: it did.
    """
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1] / _MEGABYTE
    finally:
        tracemalloc.stop()
    assert peak <= megabytes, f"expected at most {megabytes} MB, took {peak:.0f}"
