"""A card for each environment: its word, its findings by severity, what changed there, and what was not looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.findings import Finding
from reports.history.changes import KINDS, Kind, changes
from reports.history.trend import Point
from reports.lookup import EnvironmentCell, across
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
    news: dict[str, Counter[Kind]] = {}
    for change in changes(since.before, record) if since.before else ():
        news.setdefault(change.cell[1], Counter())[change.kind] += 1
    severe: dict[str, Counter[Severity]] = {}
    for one in found:
        for environment in {environment for environment, _ in one.places} if one.verdict is Outcome.FAIL else ():
            severe.setdefault(environment, Counter())[one.severity] += one.count
    told = across(record, record.verdicts)
    return tuple(
        _card(record, cell, severe.get(cell.environment, Counter()), news.get(cell.environment, Counter()), since)
        for cell in told
    )


def _card(record: Record, cell: EnvironmentCell, severe: Counter[Severity], news: Counter[Kind], since: Since) -> Card:
    outcomes = (outcome for outcome, count in cell.tally.parts for _ in range(count))
    return Card(
        note=record.run.environments[cell.index],
        index=cell.index,
        state=state_of(outcomes, complete=record.reconciled.complete),
        tally=cell.tally,
        severities=tuple((severity, severe[severity]) for severity in SEVERITIES),
        news=None if since.before is None else _news(news),
    )


def _news(found: Counter[Kind]) -> tuple[tuple[Kind, int], ...]:
    return tuple((kind, found[kind]) for kind in KINDS if found[kind] and kind != "still")
