"""How many verdicts of each kind, and which of them is the worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from reports.models import Outcome

# A failure that was seen outweighs a look that failed; "does not apply" says less than a pass.
_WORST_FIRST: Final = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.MANUAL,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)
RANK: Final[Mapping[Outcome, int]] = {outcome: rank for rank, outcome in enumerate(_WORST_FIRST)}


def worst(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the worst verdict, or nothing where there is none."""
    return min(outcomes, key=RANK.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of each verdict; the counts always add up to ``total``."""

    counts: Mapping[Outcome, int]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Tally:
        """Count the verdicts."""
        return cls(Counter(outcomes))

    def __getitem__(self, outcome: Outcome) -> int:
        return self.counts.get(outcome, 0)

    @property
    def total(self) -> int:
        """All verdicts together."""
        return sum(self.counts.values())

    @property
    def worst(self) -> Outcome | None:
        """The worst verdict that was counted."""
        return worst(outcome for outcome in Outcome if self[outcome])

    @property
    def parts(self) -> tuple[tuple[Outcome, int], ...]:
        """The verdicts that occur with their counts, in the order of ``Outcome``."""
        return tuple((outcome, self[outcome]) for outcome in Outcome if self[outcome])

    @property
    def worst_first(self) -> tuple[tuple[Outcome, int], ...]:
        """The verdicts that occur with their counts, the worst first."""
        return tuple((outcome, self[outcome]) for outcome in _WORST_FIRST if self[outcome])
