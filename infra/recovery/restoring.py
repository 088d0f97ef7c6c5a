"""How one store is restored beside itself, looked at, and kept or taken away. Nothing but a drill's is ever deleted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Self

from infra.deploy.connect import ClientOf
from infra.environment import Environment
from infra.errors import DeployError
from infra.recovery.census import Way
from infra.recovery.comparing import Census
from infra.recovery.stores import Store

Purpose = Literal["restore-drill", "cutover"]
PURPOSE: Final = "Purpose"
DRILL: Final[Purpose] = "restore-drill"
NAMED: Final[Mapping[Purpose, str]] = {"restore-drill": "drill-", "cutover": "restored-"}


def prefix_of(environment: Environment, purpose: Purpose = DRILL) -> str:
    """Return what the names of all that is restored for a purpose begin with, and of nothing else."""
    return environment.stack_name(NAMED[purpose])


def tags_of(environment: Environment, purpose: Purpose) -> dict[str, str]:
    """Return the tags of what is restored."""
    said = {"Project": "touchstone", "Environment": environment.name, PURPOSE: purpose}
    return said | ({} if purpose == DRILL else {"DataClassification": "confidential"})


@dataclass(frozen=True, slots=True)
class Restorer(ABC):
    """Acts on the stores of one kind; ``prefix`` and ``tags`` are what the names and tags of the restored have."""

    client_of: ClientOf
    prefix: str
    way: Way
    tags: Mapping[str, str]

    @classmethod
    def of(cls, client_of: ClientOf, environment: Environment, purpose: Purpose, way: Way) -> Self:
        """Return what restores for a purpose."""
        return cls(client_of, prefix_of(environment, purpose), way, tags_of(environment, purpose))

    @property
    def keeps(self) -> bool:
        """Whether what is restored is to be kept."""
        return self.tags[PURPOSE] != DRILL

    def name_of(self, what: str, store: Store) -> str:
        """Return the name of what is restored of a store."""
        return f"{self.prefix}{what.lower()}-{store.short}"

    def remove(self, name: str) -> None:
        """Delete what a drill has made; raises DeployError for anything else."""
        if self.keeps or not name.startswith(self.prefix):
            raise DeployError(f"{name}: is no drill's ({self.prefix}…): it is not deleted")
        if self.is_gone(name):
            return
        if not self.is_a_drills(name):
            raise DeployError(f"{name}: expected the tag {PURPOSE}={DRILL}, which a drill gives: it is not deleted")
        self._delete(name)

    def has_gone(self, name: str) -> bool:
        """Say whether something is gone; what could not be deleted yet, because it was being made, is told again."""
        if self.is_gone(name):
            return True
        self._delete(name)  # `remove` has let it be deleted
        return False

    @abstractmethod
    def latest(self, store: Store) -> datetime:
        """Return the latest moment to which a store can be restored; raises InputError where it cannot."""

    @abstractmethod
    def restore(self, store: Store, name: str, point: datetime) -> None:
        """Begin to restore a store to a moment under another name."""

    @abstractmethod
    def is_ready(self, name: str) -> bool:
        """Say whether what is restored can be looked at; raises DeployError where it never will."""

    @abstractmethod
    def census(self, name: str) -> Census:
        """Read the rows."""

    @abstractmethod
    def leftovers(self) -> Iterator[str]:
        """Yield the names of what drills have made and is still there."""

    @abstractmethod
    def is_a_drills(self, name: str) -> bool:
        """Say whether something is what a drill has made, whatever it is called."""

    @abstractmethod
    def finish(self, store: Store, name: str) -> None:
        """Give what is restored, and ready, all that a restore leaves out; done twice, it is as if done once."""

    @abstractmethod
    def parameters(self, store: Store, name: str) -> dict[str, str]:
        """Return the parameters by which templates name a store, for what is restored of it."""

    @abstractmethod
    def is_gone(self, name: str) -> bool:
        """Say whether something that was deleted is not there any more."""

    @abstractmethod
    def _delete(self, name: str) -> None: ...


def utc(moment: datetime) -> datetime:
    """Return a moment in UTC."""
    return moment.astimezone(UTC)
