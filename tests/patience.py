"""How long tests wait: on however slow a machine, what hangs is given up and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

PATIENCE: Final = 300.0  # seconds: what takes longer hangs
_BETWEEN_LOOKS: Final = 0.02


def eventually(look: Callable[[], Any], complaint: str = "it did not come") -> Any:
    """Return what is found once something is found.

    Raises:
        AssertionError: nothing was, and the patience is at its end.
    """
    ends = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < ends, complaint
        time.sleep(_BETWEEN_LOOKS)
    return found
