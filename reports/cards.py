"""A card for each environment: its word, its findings by severity, what changed there, and what was not looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.findings import Finding
from reports.history.changes import KINDS, Change, Kind, changes
from reports.history.trend import Point
from reports.models import SEVERITIES, EnvironmentNote, Outcome, Severity, State, state_of
from reports.record import Record
from reports.tally import Tally

WORDS: Final[dict[State, str]] = {
    "conforms": "Conforms",
    "exceptions": "Conforms, with exceptions",
    "fails": "Does not conform",
    "cannot": "Cannot conclude",
}


@dataclass(frozen=True, slots=True)
class Since:
    """What a run is compared with: the run before that judged the same, and the runs that came before it."""

    before: Record | None = None
    points: tuple[Point, ...] = ()


NOTHING: Final = Since()


@dataclass(frozen=True, slots=True)
class Card:
    """One environment. A finding counts once, at however many tiers it was seen.

    ``severities``: how many findings that fail, by severity; ``news``: how many of each kind of change since the run
    before, nothing where there was none.
    """

    note: EnvironmentNote
    index: int
    state: State
    tally: Tally
    severities: tuple[tuple[Severity, int], ...]
    news: tuple[tuple[Kind, int], ...] | None

    @property
    def word(self) -> str:
        """What can be said of the environment, by itself."""
        return WORDS[self.state]

    @property
    def failing(self) -> int:
        """How many findings fail."""
        return sum(count for _, count in self.severities)


def cards(record: Record, found: Sequence[Finding], since: Since) -> tuple[Card, ...]:
    """Return the cards of the environments, in the order of the run."""
    told = changes(since.before, record) if since.before else None
    return tuple(_card(record, note, index, found, told) for index, note in enumerate(record.run.environments))


def _card(
    record: Record, note: EnvironmentNote, index: int, found: Sequence[Finding], told: list[Change] | None
) -> Card:
    outcomes = [verdict.verdict for verdict in record.verdicts if verdict.environment == note.name]
    severe = Counter(
        one.severity
        for one in found
        if one.verdict is Outcome.FAIL and any(environment == note.name for environment, _ in one.places)
    )
    return Card(
        note=note,
        index=index,
        state=state_of(outcomes, complete=record.reconciled.complete),
        tally=Tally.of(outcomes),
        severities=tuple((severity, severe[severity]) for severity in SEVERITIES),
        news=None if told is None else _news(told, note.name),
    )


def _news(told: list[Change], environment: str) -> tuple[tuple[Kind, int], ...]:
    found = Counter(one.kind for one in told if one.cell[1] == environment)
    return tuple((kind, found[kind]) for kind in KINDS if found[kind] and kind != "still")
