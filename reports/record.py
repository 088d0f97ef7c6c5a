"""Loads a run folder; what is not as it should be ends in one clear line naming the file and the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from reports.chain import Chain
from reports.contradictions import contradictions, misplaced
from reports.disk import PLAN, VERDICTS, RecordError
from reports.models import Control, Plan, Run, Summary, Verdict
from reports.reading import is_whole, json_of, quoted, uncollected
from reports.reconcile import Reconciled, reconcile
from reports.sealing import broken, digest, opened, read
from reports.storable import LOOKED_AT, Strict

LARGE: Final = 20_000
"""Verdicts; a report of a run with more tells what passes in numbers, and a database beside it has them all."""
_ALIKE: Final = (
    "control", "environment", "tier", "resource", "severity", "message", "location", "decided_by", "at",
)  # fmt: skip
_FIELDS: Final = set(Verdict.model_fields)
"""One set for all: each verdict would have its own, which is larger than all that it says."""

Seen = Callable[[Verdict, str], None]
Watch = Callable[[Plan], Seen | None]

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Record:
    """One run as it was recorded, and how its plan and its verdicts fit together.

    ``link``: that of the last line of the journal, as far as its lines follow from each other.
    """

    plan: Plan
    summary: Summary | None
    reconciled: Reconciled
    link: str
    large: bool
    """Whether there are more verdicts than anybody reads one by one."""

    @property
    def run(self) -> Run:
        """What was run."""
        return self.plan.run

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls and rules of the run."""
        return self.plan.controls

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Exactly one verdict for every planned cell, in the order of the plan."""
        return self.reconciled.verdicts


def is_large(plan: Plan) -> bool:
    """Whether a plan has more verdicts than anybody reads one by one."""
    return sum(len(row.resources) for row in plan.planned) > LARGE


@dataclass(frozen=True, slots=True)
class _Journal:
    verdicts: tuple[Verdict, ...]
    summary: Summary | None
    torn: str | None
    link: str
    broken: str | None
    """Which line does not follow from the one before it."""


class _Last(Strict):
    """The last line of a journal that was closed."""

    summary: Summary


def load_record(folder: Path, *, facts: int | None = None, watched: Watch | None = None) -> Record:
    """Read ``plan.json`` and ``verdicts.jsonl`` of a run folder.

    ``facts``: of a record with very many verdicts (`Record.large`) so many facts are kept of each that is no finding;
    otherwise all. ``watched`` is given the plan, and says who is given each verdict, whole, as soon as it is read.

    Raises:
        RecordError: a file is missing or says something that it cannot say.
    """
    content = read(folder / PLAN)
    plan = _plan(folder / PLAN, content)
    start, kept = digest(content), facts if is_large(plan) else None
    journal = _journal(folder / VERDICTS, start, kept, watched(plan) if watched else None)
    if journal.link == start and journal.summary and journal.summary.seal and journal.summary.seal.plan != start:
        # No line follows from this plan, which was changed: whether the lines were, too, the one says that was sealed.
        journal = _journal(folder / VERDICTS, journal.summary.seal.plan, kept, None)
    trouble = tuple(_trouble(folder, plan, content, journal))
    reconciled = reconcile(plan, journal.verdicts, journal.summary, journal.torn, trouble)
    return Record(plan, journal.summary, reconciled, journal.link, is_large(plan))


def _trouble(folder: Path, plan: Plan, content: bytes, journal: _Journal) -> Iterator[str]:
    """Yield what was changed since the record was closed, and what it says of itself in two ways."""
    if journal.summary is not None:
        if journal.summary.seal is None:
            yield "the summary line has no seal: nobody can say whether the record is what it was"
        else:
            yield from broken(folder, journal.summary.seal, content)
    if journal.broken:
        yield journal.broken
    yield from contradictions(plan, journal.summary, journal.verdicts)
    yield from misplaced(folder, plan)


def _plan(path: Path, content: bytes) -> Plan:
    plan = _model(Plan, json_of(content, str(path)), str(path), whole=is_whole(content))
    _unique(path, "controls", [control.id for control in plan.controls])
    _unique(path, "run.environments", [environment.name for environment in plan.run.environments])
    controls = {control.id for control in plan.controls}
    environments = {environment.name for environment in plan.run.environments}
    for number, row in enumerate(plan.planned):
        where = f"{path}: planned.{number}"
        if row.control not in controls:
            raise RecordError(f"{where}.control: expected one of the plan's controls, found {quoted(row.control)}")
        if row.environment not in environments:
            raise RecordError(f"{where}.environment: expected one of the run's, found {quoted(row.environment)}")
        if row.tier not in plan.run.tiers:
            raise RecordError(f"{where}.tier: expected one of the run's tiers, found {quoted(row.tier)}")
    return plan


def _unique(path: Path, key: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise RecordError(f"{path}: {key}: expected every name once, found {quoted(name)} twice")


def _journal(path: Path, start: str, facts: int | None, seen: Seen | None) -> _Journal:
    """Read the journal, a line at a time; of what is no finding so many facts are kept, or all.

    ``start``: the digest of the plan from which the first line follows. ``seen`` is given each verdict, whole, and the
    JSON that says it.
    """
    verdicts: list[Verdict] = []
    known: dict[Any, Any] = {}
    summary: Summary | None = None
    torn = None
    chain = Chain(start)
    with opened(path) as stream, uncollected():
        for number, line in enumerate(stream, start=1):
            where = f"{path}:{number}"
            if summary is not None:
                raise RecordError(f"{where}: expected nothing after the summary line")
            # A process that is killed while it writes leaves a last line without an end: an incomplete run, not a bad
            # file.
            if not line.endswith(b"\n"):
                torn = f"{path.name}:{number}: the last line breaks off"
                break
            text = chain.follow(line).rstrip(b"\n")
            said, whole = json_of(text, where), is_whole(text)
            if isinstance(said, dict) and "summary" in said:
                summary = _model(_Last, said, where, whole=whole).summary
                continue
            verdict = _model(Verdict, said, where, whole=whole)
            if seen is not None:
                seen(verdict, text.decode() if whole else verdict.model_dump_json())
            verdicts.append(verdict if facts is None else _lean(verdict, facts, known))
    return _Journal(tuple(verdicts), summary, torn, chain.link, chain.broken)


def _lean(verdict: Verdict, facts: int, known: dict[Any, Any]) -> Verdict:
    """Give a verdict, just read and nobody else's yet, in a quarter of the memory: of what many say alike there is one,
    which ``known`` has.
    """
    own = verdict.__dict__
    for name in _ALIKE:
        own[name] = known.setdefault(own[name], own[name])
    kept = verdict.evidence if verdict.is_finding else verdict.evidence[:facts]
    # Of a large account a finding may rest on thousands of facts, and the next one on the same.
    own["evidence"] = tuple(known.setdefault(one.model_dump_json(), one) for one in kept)
    object.__setattr__(verdict, "__pydantic_fields_set__", _FIELDS)
    return verdict


def _model(kind: type[Model], said: Any, where: str, *, whole: bool) -> Model:
    try:
        return kind.model_validate(said, context=LOOKED_AT if whole else None)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        found = "" if first["type"] == "missing" else f", found {quoted(first['input'])}"
        raise RecordError(f"{where}: {key}: {first['msg']}{found}") from error
