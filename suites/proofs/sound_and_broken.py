"""Where proofs are made: the platform as it is, and as it would be after a control's edits, at each tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from fixtures.inventory.facts import Resource
from fixtures.judging.asking import asked_by, asks_for_more
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Break, ByHand, Control
from fixtures.judging.edits import broken
from fixtures.judging.judge import Context, judge
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.stacks import Platform, load_templates, resolve_platform
from infra.template import Template
from reports.models import Verdict

if TYPE_CHECKING:
    from fixtures.tiers.stage import Look, Stage

Types = frozenset[type[Resource]] | None
LookAt = Callable[[Types], Context]

# The environment with everything in it: what a control guards is there to be broken.
ENVIRONMENT = "prod"


@cache
def templates() -> dict[str, Template]:
    """Return the platform's templates."""
    return load_templates()


def static_context(breaks: Iterable[Break]) -> Context:
    """Return what controls see at the static tier after the edits."""
    return _context(_platform(broken(templates(), breaks)))


@cache
def sound_static_context() -> Context:
    """Return what controls see at the static tier when nothing is broken."""
    return static_context(())


def _platform(edited: dict[str, Template]) -> Platform:
    return resolve_platform(load_environment(ENVIRONMENT), edited)


def _context(platform: Platform) -> Context:
    now = datetime.now(UTC)
    return Context(from_platform(platform, now), load_baseline(ENVIRONMENT), platform.environment, now)


class Proofs:
    """What controls say at the mocked tier, when the platform is sound and when it is broken."""

    def __init__(self, platform: Stage) -> None:
        self.stage = platform
        self._sound: dict[Types, Context] = {}

    def sound(self, types: Types = None) -> Context:
        """Return what controls see of some types, or of all, when nothing is broken."""
        if types not in self._sound:
            with self._after([]) as (_, look):
                self._sound[types] = look(types)
        return self._sound[types]

    def findings(self, control: Control, item: Break) -> tuple[list[Verdict], list[Verdict]]:
        """Return the control's findings before and after a break, over facts of the very same types.

        Those are the types that the control asks for where it judges the templates, sound and broken. Where it turns
        out to ask for more, everything is read.
        """
        with self._after([item]) as (declared, look):
            types: Types = asked_by(control, sound_static_context()) | asked_by(control, declared)
            after = findings(control, look(types))
            if asks_for_more(after):
                types, after = None, findings(control, look(None))
        before = findings(control, self.sound(types))
        if asks_for_more(before):
            before = findings(control, self.sound())
        return before, after

    @contextmanager
    def _after(self, breaks: list[Break]) -> Iterator[tuple[Context, LookAt]]:
        with _made(self.stage.after, breaks) as found:
            yield found


@contextmanager
def _made(make: Callable[..., AbstractContextManager[Look]], breaks: list[Break]) -> Iterator[tuple[Context, LookAt]]:
    edited = broken(templates(), breaks)
    platform = _platform(edited)
    declared = _context(platform)
    calls = [edit for item in breaks for edit in item.edits if isinstance(edit, ByHand)]
    with make(platform, declared.inventory, edited, calls) as look:
        yield declared, lambda types: replace(declared, inventory=look(types), declared=declared.inventory)


@contextmanager
def proofs_at_mocked() -> Iterator[Proofs]:
    """Deploy the sound platform for proofs."""
    from fixtures.tiers.stage import stage  # noqa: PLC0415  boto3 is not for a static run

    with stage(load_environment(ENVIRONMENT), templates()) as found:
        yield Proofs(found)


def deployed_from_nothing(breaks: list[Break]) -> Context:
    """Return what controls see when the edited templates are deployed into an empty account."""
    from fixtures.tiers.stage import from_nothing  # noqa: PLC0415  boto3 is not for a static run

    with _made(from_nothing, breaks) as (_, look):
        return look(None)


def findings(control: Control, context: Context) -> list[Verdict]:
    """Return the control's findings."""
    return [verdict for verdict in judge(control, context) if verdict.is_finding]
