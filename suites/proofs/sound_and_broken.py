"""Where proofs are made: the platform as it is, and as it would be after a control's edits, at each tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from fixtures.aws.ledger import not_asked
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.types import TYPES
from fixtures.judging.asking import asked_by, asks_for_more
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Break, ByHand, Control
from fixtures.judging.edits import broken
from fixtures.judging.judge import Context, judge
from fixtures.tiers.static import Memory, from_platform
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


@cache
def _sound() -> tuple[Platform, Memory, datetime]:
    """Return what a broken platform is compared with, so that only what differs is worked out anew."""
    platform = resolve_platform(load_environment(ENVIRONMENT), templates())
    memory, read_at = Memory(), datetime.now(UTC)
    from_platform(platform, read_at, memory)
    return platform, memory, read_at


def static_context(breaks: Iterable[Break]) -> Context:
    """Return what controls see at the static tier after the edits."""
    return _context(_platform(broken(templates(), breaks)))


@cache
def sound_static_context() -> Context:
    """Return what controls see at the static tier when nothing is broken."""
    return static_context(())


def _platform(edited: dict[str, Template]) -> Platform:
    sound, *_ = _sound()
    return resolve_platform(sound.environment, edited, like=sound)


def _context(platform: Platform) -> Context:
    _, memory, read_at = _sound()
    declared = from_platform(platform, read_at, memory)
    return Context(declared, load_baseline(ENVIRONMENT), platform.environment, datetime.now(UTC))


class Proofs:
    """What controls say at the mocked tier, when the platform is sound and when it is broken."""

    def __init__(self, platform: Stage) -> None:
        self.stage = platform
        self._sound: dict[Types, Context] = {}
        self._asked: dict[str, frozenset[type[Resource]]] = {}
        self._before: dict[tuple[str, Types], list[Verdict]] = {}

    def sound(self, types: Types = None) -> Context:
        """Return what controls see of some types, or of all, when nothing is broken; it is read once."""
        if None not in self._sound:
            self._sound[None] = self.read_alone(None)
        if types not in self._sound:
            whole = self._sound[None]
            self._sound[types] = replace(whole, inventory=narrowed(whole.inventory, types))
        return self._sound[types]

    def read_alone(self, types: Types) -> Context:
        """Return what controls see when some types, or all, are read of the sound platform."""
        with self._after([]) as (_, look):
            return look(types)

    def findings(self, control: Control, item: Break) -> tuple[list[Verdict], list[Verdict]]:
        """Return the control's findings before and after a break, over facts of the very same types.

        Those are the types that the control asks for where it judges the templates, sound and broken. Where it turns
        out to ask for more, everything is read.
        """
        with self._after([item]) as (declared, look):
            types: Types = self.asks_of_sound(control) | asked_by(control, declared)
            after = findings(control, look(types))
            if asks_for_more(after):
                types, after = None, findings(control, look(None))
        before = self._findings_before(control, types)
        if asks_for_more(before):
            before = self._findings_before(control, None)
        return before, after

    def asks_of_sound(self, control: Control) -> frozenset[type[Resource]]:
        """Return the types that a control asks for where it judges the sound templates."""
        if control.id not in self._asked:
            self._asked[control.id] = asked_by(control, sound_static_context())
        return self._asked[control.id]

    def _findings_before(self, control: Control, types: Types) -> list[Verdict]:
        if (control.id, types) not in self._before:
            self._before[control.id, types] = findings(control, self.sound(types))
        return self._before[control.id, types]

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
        proofs = Proofs(found)
        proofs.sound()
        yield proofs


def deployed_from_nothing(breaks: list[Break]) -> Context:
    """Return what controls see when the edited templates are deployed into an empty account."""
    from fixtures.tiers.stage import from_nothing  # noqa: PLC0415  boto3 is not for a static run

    with _made(from_nothing, breaks) as (_, look):
        return look(None)


def narrowed(whole: Inventory, types: Types) -> Inventory:
    """Return what a collection of some types alone would have given of an account of which everything was read."""
    if types is None:
        return whole
    kept = {cls.cfn_type for cls in types}
    gaps = {name: not_asked(name, whole.read_at) for name in TYPES if name not in kept}
    unread = {key: gaps[name] for name in gaps for key in whole.expected.get(name, ())}
    resources = tuple(resource for resource in whole.resources if resource.cfn_type in kept)
    return replace(whole, resources=resources, gaps=gaps, missing=unread)


def findings(control: Control, context: Context) -> list[Verdict]:
    """Return the control's findings."""
    return [verdict for verdict in judge(control, context) if verdict.is_finding]
