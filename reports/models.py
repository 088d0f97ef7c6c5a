"""What a run folder says, word for word: the plan, the verdicts and the summary line, as frozen models."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Severity = Literal["critical", "high", "medium", "low"]
Tier = Literal["static", "mocked", "live"]
Engine = Literal["touchstone", "checkov", "cfn-lint"]
Cell = tuple[str, str, str, str]

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")


class Outcome(StrEnum):
    """The six verdicts, in the order in which every table shows them."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    ERROR = "error"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"
    MANUAL = "manual"

    @property
    def text(self) -> str:
        """Return the verdict as people read it."""
        return self.value.replace("_", " ")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Open(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class EnvironmentNote(_Strict):
    """One environment of the run and the account and region it stands for."""

    name: str
    account: str
    region: str


class Run(_Open):
    """What was run, when, from what. ``callers`` says as whom AWS or the mock cloud saw us, where it was asked."""

    id: str
    started: AwareDatetime
    command: str
    commit: str | None
    versions: dict[str, str]
    environments: tuple[EnvironmentNote, ...]
    tiers: tuple[Tier, ...]
    endpoint: str | None
    callers: Any = None
    waivers: int | None = None


class Control(_Strict):
    """One control of the catalogue, or one rule of an engine."""

    id: str
    title: str
    rationale: str
    severity: Severity
    satisfies: tuple[str, ...]
    engine: Engine
    scope: str
    tiers: tuple[Tier, ...]
    tiers_reason: str | None
    broken_by: tuple[str, ...]
    location: str


class PlannedRow(_Strict):
    """The cells of one control in one environment and tier, one for each resource."""

    control: str
    environment: str
    tier: Tier
    resources: tuple[str, ...]


class Plan(_Strict):
    """The whole of ``plan.json``."""

    run: Run
    controls: tuple[Control, ...]
    planned: tuple[PlannedRow, ...]


class Evidence(_Strict):
    """One fact that a verdict rests on, with where and when it was read."""

    resource: str
    field: str
    value: Any
    source: str | None = None
    read_at: AwareDatetime | None = None


class Waiver(_Strict):
    """The permission under which a verdict is ``waived``."""

    id: str
    reason: str
    owner: str
    approver: str
    ticket: str
    expires: str


class Verdict(_Strict):
    """One line of ``verdicts.jsonl``. ``at`` is empty only where a planned verdict was never recorded."""

    control: str
    environment: str
    tier: Tier
    resource: str
    verdict: Outcome
    severity: Severity
    message: str
    evidence: tuple[Evidence, ...] = ()
    location: str | None = None
    waiver: Waiver | None = None
    at: AwareDatetime | None

    @property
    def cell(self) -> Cell:
        """The planned cell that this verdict fills."""
        return (self.control, self.environment, self.tier, self.resource)


class Counts(_Strict):
    """How many verdicts of each kind the summary line says there are."""

    passed: int = Field(alias="pass")
    fail: int
    error: int
    waived: int
    not_applicable: int
    manual: int

    def of(self, outcome: Outcome) -> int:
        """Return the number said for one verdict."""
        return int(self.model_dump(by_alias=True)[outcome.value])


class Summary(_Open):
    """The last line of a record that was closed."""

    planned: int
    recorded: int
    complete: bool
    verdicts: Counts
    exit_code: int
    started: AwareDatetime
    finished: AwareDatetime
    interrupted: str | None
    stale_waivers: tuple[str, ...] = ()
