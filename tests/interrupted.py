"""Processes that tests begin, and interrupt."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def listening_to_ctrl_c() -> Iterator[None]:
    """Undo what a shell does to jobs in its background: they inherit an ignored SIGINT, as no terminal would give.

    Here and not in the child (``preexec_fn``), in which a measurement would begin anew: that takes a worker with all
    its modules up to a minute.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
