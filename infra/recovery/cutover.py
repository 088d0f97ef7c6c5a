"""A cutover: stores are restored under names that are kept, and the platform is to use them from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from infra.deploy.connect import one_line
from infra.deploy.deployer import Deployer
from infra.errors import DeployError, EndpointError, InputError
from infra.recovery.comparing import Census
from infra.recovery.drill import wait
from infra.recovery.restoring import Restorer, prefix_of
from infra.recovery.stores import Kind, Store
from infra.shifting.shift import Clock

_STACK: Final = "data"
_USERS: Final = ("compute", "autoscaling", "backup", "budgets")
_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_FRESH: Final = timedelta(hours=1)
"""How old what a killed cutover to the latest moment has restored may be, to be gone on with."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A store that was restored; ``parameters`` name it in templates, ``unread`` says why no rows were compared."""

    store: Store
    name: str
    moment: datetime
    parameters: Mapping[str, str]
    identical: int = 0
    differing: int = 0
    lacking: int = 0
    surplus: int = 0
    wrong: int = 0
    unread: str = ""

    @property
    def told(self) -> str:
        """What came of it, in one line."""
        if self.unread:
            return f"not compared: {self.unread}"
        return (
            f"{self.identical} rows as in the source, {self.differing} otherwise, {self.lacking} only in the source, "
            f"{self.surplus} only restored"
        )


@dataclass(frozen=True, slots=True)
class Cutover:
    """Restores stores to be kept; ``to`` is the moment, the latest where there is none. ``used``: see `in_use`."""

    restorers: Mapping[Kind, Restorer]
    to: datetime | None
    used: Mapping[str, str]
    clock: Clock
    told: Callable[[str], None]

    def run(self, stores: Sequence[Store]) -> tuple[Restored, ...]:
        """Restore every store, or go on with what was restored before, and compare it with its source.

        Raises:
            InputError: one cannot be restored to that moment, or another restored store is used or left.
            DeployError: one could not be restored, or lacks rows that it has to have.
        """
        begun = [self._begun(store) for store in stores]
        found = tuple(self._ended(*one) for one in begun)
        wrong = [
            f"{one.name}: {one.wrong} rows that did not change are not as in {one.store.name}"
            for one in found
            if one.wrong
        ]
        if wrong:
            raise DeployError(f"{'; '.join(wrong)}; nothing uses it: the platform was not pointed at it")
        return found

    def _begun(self, store: Store) -> tuple[Store, str, datetime, Census | None]:
        """Begin to restore one; of one that is gone on with, the rows before are not known."""
        restorer = self.restorers[store.kind]
        left = self._left(store)
        if left is not None:
            self.told(f"{store.short}: goes on with {left[0]}")
            return store, *left, None
        before = self._census(store) if self.to is None else None
        counted = self.clock.now()
        if before is not None:
            wait(self.clock, self.told, f"{store.short}: waits until it can be restored to after it was counted",
                 lambda: restorer.latest(store) >= counted)  # fmt: skip
        latest = restorer.latest(store)
        moment = latest if self.to is None else self.to
        if moment > latest:
            raise InputError(
                f"--to {moment:{_MOMENT}}: {store.short} can be restored to {latest:{_MOMENT}} at the latest"
            )
        name = restorer.name_of(moment.strftime(_MOMENT), store)
        restorer.restore(store, name, moment)
        self.told(f"{store.short}: is restored to {moment:%Y-%m-%d %H:%M:%S} UTC as {name}")
        return store, name, moment, before

    def _left(self, store: Store) -> tuple[str, datetime] | None:
        """Return what an earlier cutover to the same moment has restored, be it used or not."""
        restorer = self.restorers[store.kind]
        there = {name: moment_of(name, restorer.prefix) for name in restorer.leftovers()
                 if name.endswith(f"-{store.short}")}  # fmt: skip
        used = self.used.get(f"{store.logical_id}Name", "")
        for name, moment in there.items():
            same = moment == self.to if self.to is not None else self.clock.now() - moment < _FRESH
            if same and used in ("", name):
                return name, moment
        if used:
            raise InputError(
                f"{store.short}: {used} is used already: declare it, or roll back, before the next cutover"
            )
        if there and self.to is None:
            again = "; ".join(f"--to {moment:{_MOMENT}} goes on with {name}" for name, moment in there.items())
            raise InputError(
                f"{store.short}: an earlier cutover has left what it restored: {again}; delete what is not wanted"
            )
        return None

    def _ended(self, store: Store, name: str, moment: datetime, before: Census | None) -> Restored:
        restorer = self.restorers[store.kind]
        wait(self.clock, self.told, f"{store.short}: is being restored", lambda: restorer.is_ready(name))
        restorer.finish(store, name)
        parameters = restorer.parameters(store, name)
        try:
            with one_line(store.short):
                restored, now = restorer.census(name), restorer.census(store.name)
        except EndpointError as error:
            return Restored(store, name, moment, parameters, unread=str(error))
        still = {key for key, digest in (before or {}).items() if now.get(key) == digest}
        both = restored.keys() & now.keys()
        identical = sum(restored[key] == now[key] for key in both)
        return Restored(
            store, name, moment, parameters, identical, len(both) - identical, len(now.keys() - both),
            len(restored.keys() - both), sum(restored.get(key) != now[key] for key in still),
        )  # fmt: skip

    def _census(self, store: Store) -> Census | None:
        try:
            with one_line(store.short):
                return self.restorers[store.kind].census(store.name)
        except EndpointError as error:
            self.told(f"{error}; it is restored all the same")
            return None


def moment_of(name: str, prefix: str) -> datetime:
    """Return the moment that is part of a restored store's name; raises InputError for a name that no cutover gives."""
    text = name.removeprefix(prefix).partition("-")[0].upper()
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"{name}: expected a moment such as 20261129T091500Z after {prefix}") from None


def moment_from(text: str) -> datetime | None:
    """Read ``--to``: nothing for the latest moment; raises InputError for what is no moment."""
    if text == "latest":
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min  # noqa: DTZ901  refused below, as every moment without a zone is
    if found.tzinfo is None:
        raise InputError(f"--to {text!r}: expected latest, or a moment in UTC such as 20261129T091500Z")
    return found.astimezone(UTC).replace(microsecond=0)


def in_use(deployer: Deployer) -> dict[str, str]:
    """Return the parameters by which stacks name stores that a cutover restored, which are none as a rule."""
    prefix, declared = prefix_of(deployer.environment, "cutover"), deployer.outputs_of(_STACK)
    given = [
        (one["ParameterKey"], one["ParameterValue"])
        for stack in _USERS
        for one in (deployer.described(stack) or {}).get("Parameters", ())
    ]
    used = {name for name, value in given if prefix in value}
    stores = {name.removesuffix(end) for name in used for end in ("Name", "Arn", "Endpoint") if name.endswith(end)}
    ids = {f"{one}ResourceId" for one in stores}
    return {
        name: value for name, value in given
        if name in declared and value != declared[name] and (name in used or name in ids)
    }  # fmt: skip


def refuse_going_back(deployer: Deployer) -> None:
    """Refuse a deployment that would point the platform back at a store that was cut over.

    Raises:
        InputError: a stack uses a restored store, and the environment does not say so.
    """
    said = deployer.environment.restored
    lost = {name: value for name, value in in_use(deployer).items() if said.get(name) != value}
    if lost:
        lines = ", ".join(f'{name} = "{value}"' for name, value in lost.items())
        file = f"infra/environments/{deployer.environment.name}.toml"
        raise InputError(f"{file}: restored: expected what the last cutover set, {lines}; rollback goes back")
