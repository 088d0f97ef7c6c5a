"""What the verdicts of a record say of each requirement: met, not met, partly, attested, or not assessed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from reports.models import Outcome, RequirementNote
from reports.record import Record
from reports.tally import Tally

Status = Literal["met", "not met", "partly", "attested", "not assessed"]
STATUSES: Final[tuple[Status, ...]] = ("met", "not met", "partly", "attested", "not assessed")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, the controls that answer it, and their verdicts in each environment of the run, in its order."""

    note: RequirementNote
    controls: tuple[str, ...]
    tallies: tuple[tuple[str, Tally], ...]

    @property
    def tally(self) -> Tally:
        """The verdicts of all environments."""
        whole: Counter[Outcome] = Counter()
        for _, one in self.tallies:
            whole.update(one.counts)
        return Tally(whole)

    @property
    def status(self) -> Status:
        """What can be said of it over all environments."""
        return status_of(self.tally)


def status_of(tally: Tally) -> Status:
    """Say what verdicts show of a requirement; what could not be looked at is not assessed, whatever else passes."""
    if tally[Outcome.FAIL]:
        return "not met"
    if tally[Outcome.ERROR] or not (tally[Outcome.PASS] or tally[Outcome.WAIVED] or tally[Outcome.MANUAL]):
        return "not assessed"
    if tally[Outcome.WAIVED]:
        return "partly"
    return "attested" if tally[Outcome.MANUAL] else "met"


def share(tally: Tally) -> tuple[int, int]:
    """Return how many verdicts pass, of how many that apply."""
    return tally[Outcome.PASS], tally.total - tally[Outcome.NOT_APPLICABLE]


def requirements(record: Record) -> list[Requirement]:
    """Return every requirement that the controls of the run answer, in the order of the plan."""
    found: dict[str, dict[str, Counter[Outcome]]] = {}
    for (name, environment, outcome), count in _counted(record).items():
        found.setdefault(name, {}).setdefault(environment, Counter())[outcome] = count
    answering: dict[str, list[str]] = {}
    for control in record.controls:
        for reference in control.satisfies:
            answering.setdefault(reference, []).append(control.id)
    return [_requirement(record, note, answering.get(note.reference, []), found) for note in _notes(record, answering)]


def _counted(record: Record) -> Counter[tuple[str, str, Outcome]]:
    """Count once what many requirements ask of each control in each environment."""
    return Counter((verdict.control, verdict.environment, verdict.verdict) for verdict in record.verdicts)


def _notes(record: Record, answering: dict[str, list[str]]) -> list[RequirementNote]:
    """Return the plan's notes, and one for each reference that a control names and no note does."""
    noted = {note.reference for note in record.plan.requirements}
    bare = [
        RequirementNote(
            reference=name, framework=name.rpartition(":")[0] or "References without a framework", title="", link=None
        )
        for name in answering
        if name not in noted
    ]
    return [*record.plan.requirements, *bare]


def _requirement(
    record: Record, note: RequirementNote, controls: list[str], found: dict[str, dict[str, Counter[Outcome]]]
) -> Requirement:
    outcomes: dict[str, Counter[Outcome]] = {one.name: Counter() for one in record.run.environments}
    for control in controls:
        for environment, counts in found.get(control, {}).items():
            outcomes[environment].update(counts)
    return Requirement(note, tuple(controls), tuple((name, Tally(counts)) for name, counts in outcomes.items()))
