"""A restore drill: every store is restored beside itself, compared with itself, timed, and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from infra.errors import DeployError, EndpointError, InputError, TouchstoneError
from infra.recovery.comparing import Census, Comparison, compare
from infra.recovery.record import RestoredStore
from infra.recovery.restoring import Restorer
from infra.recovery.stores import Kind, Store
from infra.shifting.shift import Clock

_LONGEST: Final = timedelta(hours=3)
_PAUSES: Final = (0.0, 1.0, 5.0, 15.0)


@dataclass
class Trial:
    """One store of a drill, as far as it has come."""

    store: Store
    name: str
    before: Census
    counted: datetime
    begun: datetime | None = None
    point: datetime | None = None
    found: RestoredStore | None = None
    unread: str = ""
    """Why its rows could not be counted before."""


@dataclass
class Drilling:
    """Does a drill; ``restorers`` by kind of store, ``told`` is given each line of progress."""

    id: str
    restorers: Mapping[Kind, Restorer]
    clock: Clock
    told: Callable[[str], None]
    trials: list[Trial] = field(default_factory=list)

    def run(self, stores: Sequence[Store]) -> tuple[RestoredStore, ...]:
        """Restore every store, compare it, and take away what was made, and nothing else, however it ends.

        Raises:
            DeployError: something of another drill is there.
            EndpointError: AWS refuses something that has nothing to do with one store.
        """
        self._refuse_another()
        try:
            self._begin(stores)
            for trial in self.trials:
                trial.found = self._ended(trial)
                self.told(f"{trial.store.short}: {trial.found.word}{_because(trial.found)}")
        finally:
            self._remove(self.left(own=True))
        return tuple(trial.found for trial in self.trials if trial.found is not None)

    def left(self, *, own: bool = False) -> list[tuple[Restorer, str]]:
        """Return what has a drill's name and is there; ``own``: this drill's only."""
        return [
            (restorer, name)
            for restorer in self.restorers.values()
            for name in restorer.leftovers()
            if not own or name.startswith(f"{restorer.prefix}{self.id.lower()}-")
        ]

    def clean(self) -> tuple[str, ...]:
        """Take away whatever drills have left, and wait until it is gone; return its names.

        Raises:
            DeployError: something has a drill's name and not its tag; the rest is gone.
        """
        left = self.left()
        ours = [(restorer, name) for restorer, name in left if restorer.is_a_drills(name)]
        gone = self._remove(ours)
        strangers = [name for restorer, name in left if (restorer, name) not in ours]
        if strangers:
            raise DeployError(f"{', '.join(strangers)}: has a drill's name and not its tag: it is not deleted")
        return gone

    def _remove(self, left: Sequence[tuple[Restorer, str]]) -> tuple[str, ...]:
        for restorer, name in left:
            restorer.remove(name)
        for restorer, name in left:
            self._wait(f"{name}: is deleted", lambda r=restorer, n=name: r.has_gone(n))  # type: ignore[misc]
        return tuple(name for _, name in left)

    def _refuse_another(self) -> None:
        there = [name for _, name in self.left()]
        if there:
            told = "another drill is under way, or was cut off and left it, which restore --clean takes away"
            raise DeployError(f"{', '.join(there)}: {told}; nothing was begun")

    def _begin(self, stores: Sequence[Store]) -> None:
        """Count what there is, then begin to restore all, each to the first moment after it was counted."""
        for store in stores:
            restorer = self.restorers[store.kind]
            trial = Trial(store, restorer.name_of(self.id, store), {}, self.clock.now())
            try:
                trial.before = restorer.census(store.name)
            except EndpointError as error:  # it is restored all the same, and said to be compared with nothing
                trial.unread = str(error)
            trial.counted = self.clock.now()
            self.trials.append(trial)
        for trial in self.trials:
            restorer, store = self.restorers[trial.store.kind], trial.store
            try:
                self._wait(
                    f"{store.short}: waits until it can be restored to after it was counted",
                    lambda r=restorer, t=trial: r.latest(t.store) >= t.counted,  # type: ignore[misc]
                )
                trial.begun, trial.point = self.clock.now(), restorer.latest(store)
                restorer.restore(store, trial.name, trial.point)
            except (InputError, DeployError) as error:
                trial.found = RestoredStore(name=store.name, kind=store.kind, reason=str(error))
                continue
            self.told(f"{store.short}: is restored to {trial.point:%H:%M:%S} UTC as {trial.name}")

    def _ended(self, trial: Trial) -> RestoredStore:
        """Wait for one, and compare it."""
        if trial.found is not None or trial.begun is None or trial.point is None:
            return trial.found or RestoredStore(name=trial.store.name, kind=trial.store.kind, reason="was not begun")
        restorer, store = self.restorers[trial.store.kind], trial.store
        said = {"name": store.name, "kind": store.kind, "point": trial.point}
        said["rpo_seconds"] = max(0.0, (trial.begun - trial.point).total_seconds())
        try:
            self._wait(f"{store.short}: is being restored", lambda: restorer.is_ready(trial.name))
            restorer.finish(store, trial.name)
        except TouchstoneError as error:
            return RestoredStore.model_validate(said | {"reason": str(error)})
        try:
            found = None if trial.unread else self._compared(trial)
        except EndpointError as error:
            found, trial.unread = None, str(error)
        said["rto_seconds"] = (self.clock.now() - trial.begun).total_seconds()
        if found is None:
            return RestoredStore.model_validate(said | {"reason": trial.unread})
        rows = {"rows": found.rows, "identical": found.identical, "moving": found.moving, "wrong": found.wrong}
        return RestoredStore.model_validate(said | rows | {"compared": True})

    def _compared(self, trial: Trial) -> Comparison:
        restorer = self.restorers[trial.store.kind]
        return compare(trial.before, restorer.census(trial.name), restorer.census(trial.store.name))

    def _wait(self, what: str, is_so: Callable[[], bool]) -> None:
        wait(self.clock, self.told, what, is_so)


def wait(clock: Clock, told: Callable[[str], None], what: str, is_so: Callable[[], bool]) -> None:
    """Wait until something is so; raises DeployError where it is not after three hours."""
    ends, pauses = clock.now() + _LONGEST, list(_PAUSES)
    while not is_so():
        if clock.now() > ends:
            raise DeployError(f"{what}: not after {_LONGEST.seconds // 3600} hours")
        pause = pauses.pop(0) if len(pauses) > 1 else pauses[0]
        if len(pauses) == 1:
            told(what)
        clock.sleep(pause)


def _because(found: RestoredStore) -> str:
    if found.reason:
        return f": {found.reason}"
    counted = f", {found.identical} of {found.rows} rows identical, {found.moving} in motion, {found.wrong} wrong"
    return f"{counted}, RPO {found.rpo_seconds:.0f} s, RTO {found.rto_seconds:.0f} s"
