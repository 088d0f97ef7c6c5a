"""What a run folder says, word for word: the plan, the verdicts and the summary line, as frozen models.

The only place where these words stand: ``fixtures/run`` writes a record with them, ``reports`` reads it with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, Literal, get_args

from pydantic import Field, StrictBool

from reports.notes import (
    CostNote,
    DeploymentNote,
    DeploymentsNote,
    EnvironmentNote,
    PopulationNote,
    RequirementNote,
    Tier,
)
from reports.storable import Count, Moment, Open, Strict

__all__ = [
    "ENGINES", "EXIT_CODES", "SEVERITIES", "TIERS", "Cell", "Control", "CostNote", "Counts", "DeploymentNote",
    "DeploymentsNote", "Engine", "EnvironmentNote", "Evidence", "Hop", "Outcome", "Plan", "PlannedRow",
    "PopulationNote", "RequirementNote", "Run", "Seal", "Severity", "State", "Summary", "Tier", "Verdict", "WaiverNote",
    "state_of",
]  # fmt: skip

Severity = Literal["critical", "high", "medium", "low"]
Engine = Literal["checkov", "cfn-lint"]
Cell = tuple[str, str, str, str]
State = Literal["conforms", "exceptions", "fails", "cannot"]

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)
EXIT_CODES: Final[Mapping[State, int]] = {"conforms": 0, "exceptions": 0, "fails": 1, "cannot": 2}


class Outcome(StrEnum):
    """The six verdicts, in the order in which every table shows them."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    ERROR = "error"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"
    MANUAL = "manual"

    __hash__ = str.__hash__  # a million are counted of a large run, and an enumeration's own is slow

    @property
    def text(self) -> str:
        """Return the verdict as people read it."""
        return self.value.replace("_", " ")


def state_of(outcomes: Iterable[Outcome], *, complete: bool, otherwise_failing: int = 0) -> State:
    """Return what a run shows, which also decides its exit code: no more than it shows.

    ``otherwise_failing`` counts what fails and is no verdict: other tests, and waivers that are no longer needed.
    A failure beats an error: it was seen, whatever else was not.
    """
    counts = Counter(outcomes)
    if counts[Outcome.FAIL] or otherwise_failing:
        return "fails"
    if counts[Outcome.ERROR] or not complete or not (counts[Outcome.PASS] or counts[Outcome.WAIVED]):
        return "cannot"
    return "exceptions" if counts[Outcome.WAIVED] or counts[Outcome.MANUAL] else "conforms"


class Run(Open):
    """What was run, when, from what. ``callers`` says as whom AWS or the mock cloud saw us, where it was asked;
    ``replays`` names the run whose facts were judged again.

    ``policies``: the SHA-256 of each file of demands, waivers and exclusions that was judged by, by its path;
    ``catalogue``: that of the source of each control that there is, chosen or not, by its id.
    """

    id: str
    started: Moment
    command: str
    commit: str | None
    versions: dict[str, str]
    policies: dict[str, str] = Field(default_factory=dict)
    catalogue: dict[str, str] = Field(default_factory=dict)
    environments: tuple[EnvironmentNote, ...]
    tiers: tuple[Tier, ...]
    endpoint: str | None
    callers: Any = None
    waivers: Count
    costs: tuple[CostNote, ...] = ()
    deployments: tuple[DeploymentsNote, ...] = ()
    replays: str | None = None


class Control(Strict):
    """One control of the catalogue, or one rule of an engine."""

    id: str
    title: str
    rationale: str
    severity: Severity
    satisfies: tuple[str, ...]
    engine: Engine | Literal["touchstone"]
    scope: str
    tiers: tuple[Tier, ...]
    tiers_reason: str | None
    broken_by: tuple[str, ...]
    location: str


class PlannedRow(Strict):
    """The cells of one control in one environment and tier, one for each resource."""

    control: str
    environment: str
    tier: Tier
    resources: tuple[str, ...]


class Plan(Strict):
    """The whole of ``plan.json``."""

    run: Run
    controls: tuple[Control, ...]
    planned: tuple[PlannedRow, ...]
    requirements: tuple[RequirementNote, ...] = ()
    population: tuple[PopulationNote, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """Return every planned cell, in the order of the plan."""
        for row in self.planned:
            for resource in row.resources:
                yield (row.control, row.environment, row.tier, resource)


class Evidence(Strict):
    """One fact that a verdict rests on: ``value`` is JSON in CloudFormation's words, redacted."""

    resource: str
    field: str
    value: Any
    source: str | None = None
    read_at: Moment | None = None


class Hop(Strict):
    """One place of a way through the network: ``what`` it is, its ``name``, and what there lets pass.

    ``answer``: it is the answer that comes by here; ``passes``: whether it comes any further.
    """

    what: str
    name: str
    detail: str
    answer: StrictBool = False
    passes: StrictBool = True

    @property
    def told(self) -> str:
        """The hop in words."""
        return f"{self.what} {self.name}: {self.detail}{'' if self.passes else ', and no further'}"


class WaiverNote(Strict):
    """The permission under which a verdict is ``waived``."""

    id: str
    reason: str
    owner: str
    approver: str
    ticket: str
    expires: str


class Verdict(Strict):
    """One line of ``verdicts.jsonl``. ``at`` is empty only where a planned verdict was never recorded.

    ``location`` is the line that declares the fact which decided; ``decided_by`` names the other lines on which that
    fact depends, such as the one that sets a template parameter in an environment's file. ``way`` is the way
    through the network that a finding is about, hop by hop.
    """

    control: str
    environment: str
    tier: Tier
    resource: str
    verdict: Outcome
    severity: Severity
    message: str
    evidence: tuple[Evidence, ...] = ()
    location: str | None = None
    decided_by: tuple[str, ...] = ()
    way: tuple[Hop, ...] = ()
    waiver: WaiverNote | None = None
    at: Moment | None

    @property
    def cell(self) -> Cell:
        """The planned cell that this verdict fills."""
        return (self.control, self.environment, self.tier, self.resource)

    @property
    def lines(self) -> tuple[str, ...]:
        """The line that declares what decided, then those on which that depends."""
        return ((self.location,) if self.location else ()) + self.decided_by

    @property
    def is_finding(self) -> bool:
        """Whether somebody has to look at it: anything that neither passes nor does not apply."""
        return self.verdict not in (Outcome.PASS, Outcome.NOT_APPLICABLE)


class Counts(Strict):
    """How many verdicts of each kind the summary line says there are."""

    passed: Count = Field(alias="pass")
    fail: Count
    error: Count
    waived: Count
    not_applicable: Count
    manual: Count

    @classmethod
    def count(cls, outcomes: Iterable[Outcome]) -> Counts:
        """Count the verdicts."""
        counts = Counter(outcomes)
        return cls.model_validate({outcome.value: counts[outcome] for outcome in Outcome})

    def of(self, outcome: Outcome) -> int:
        """Return the number said for one verdict."""
        return int(self.model_dump(by_alias=True)[outcome.value])


class Seal(Open):
    """SHA-256 of what a record was when it was closed: the plan, the inventories by name.

    The verdicts are sealed by the links of their lines (`reports/chain.py`).
    """

    plan: str
    files: dict[str, str]


class Summary(Open):
    """The last line of a record that was closed. ``started`` and ``commit`` are the plan's."""

    planned: Count
    recorded: Count
    complete: StrictBool
    verdicts: Counts
    exit_code: Count
    started: Moment
    finished: Moment
    commit: str | None = None
    interrupted: str | None
    stale_waivers: tuple[str, ...] = ()
    other_failures: Count = 0
    seal: Seal | None = None

    @property
    def otherwise_failing(self) -> int:
        """How many things fail that are no verdicts."""
        return len(self.stale_waivers) + self.other_failures
