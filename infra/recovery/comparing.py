"""Whether what was restored is what there was: three censuses of the rows of one store.

A store goes on changing while it is restored. What has the same digest before and after was there at every moment
between: it has to be in the restored one, with that digest. What changed meanwhile is in motion, and may be there or
not; but nothing may be in the restored one that was in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Census = Mapping[str, str]
"""Key of a row -> digest of the row."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many rows had to be there, of which so many are identical; how many moved; how many are wrong."""

    rows: int
    identical: int
    moving: int
    wrong: int


def compare(before: Census, restored: Census, after: Census) -> Comparison:
    """Compare what was restored with the source before and after."""
    still = {key for key, digest in before.items() if after.get(key) == digest}
    moving = (before.keys() | after.keys()) - still
    identical = sum(restored.get(key) == before[key] for key in still)
    invented = sum(key not in before and key not in after for key in restored)
    return Comparison(len(still), identical, len(moving), len(still) - identical + invented)
