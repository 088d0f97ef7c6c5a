"""The record of a restore drill: what was restored, how fast, how old it was, and whether its rows are the source's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from infra.errors import InputError
from infra.history.objects import Objects

RPO_SECONDS: Final = 5 * 60
RTO_SECONDS: Final = 60 * 60
FOLDER: Final = "drills/"
Word = Literal["restored", "empty", "not restored", "not compared"]


class RestoredStore(BaseModel):
    """What came of one store. Times are seconds; ``reason`` says why something was not done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["table", "database"]
    point: AwareDatetime | None = Field(None, description="to which it was restored")
    rpo_seconds: float | None = Field(None, ge=0, description="how much would have been lost when it was begun")
    rto_seconds: float | None = Field(None, ge=0, description="until what was restored had been compared")
    compared: bool = False
    rows: int = Field(0, ge=0, description="that did not change meanwhile, so that they had to be there")
    identical: int = Field(0, ge=0)
    moving: int = Field(0, ge=0, description="that changed meanwhile")
    wrong: int = Field(0, ge=0, description="that lack, differ, or were never there")
    reason: str = ""

    @property
    def word(self) -> Word:
        """What the drill shows of it: no more than what was compared."""
        if self.rto_seconds is None or self.wrong:
            return "not restored"
        if not self.compared or (self.moving and not self.rows):
            return "not compared"
        return "restored" if self.rows else "empty"

    @property
    def late(self) -> tuple[str, ...]:
        """Say which promise of time it broke."""
        rpo, rto = self.rpo_seconds or 0, self.rto_seconds or 0
        said = [f"RPO {rpo:.0f} s, {RPO_SECONDS} s are promised"] if rpo >= RPO_SECONDS else []
        return (*said, *([f"RTO {rto:.0f} s, {RTO_SECONDS} s are promised"] if rto >= RTO_SECONDS else []))


class Drill(BaseModel):
    """One drill; ``endpoint`` is ``AWS``, or the URL of what stood in its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}T[0-9]{12}Z$")]
    environment: str
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    region: str
    endpoint: str
    by: str = Field(description="ARN of whoever did it")
    commit: str
    begun: AwareDatetime
    ended: AwareDatetime
    stores: tuple[RestoredStore, ...]

    @property
    def exit_code(self) -> int:
        """1: something is not as it was, or late; 2: something could not be compared; 0: all is as promised.

        What is empty shows nothing: of each kind there has to be one store with rows.
        """
        words = {one.word for one in self.stores}
        if "not restored" in words or any(one.late for one in self.stores):
            return 1
        shown = {one.kind for one in self.stores if one.word == "restored"}
        return 0 if "not compared" not in words and shown == {one.kind for one in self.stores} != set() else 2


@dataclass(frozen=True, slots=True)
class Drills:
    """The drills of an environment, in its evidence bucket: each is written once."""

    objects: Objects

    def add(self, drill: Drill) -> None:
        """Add one."""
        self.objects.put(f"{FOLDER}{drill.id}.json", drill.model_dump_json(indent=1).encode(), "application/json")

    def entries(self) -> Iterator[Drill]:
        """Yield them, the first one first; raises InputError for a record that is none."""
        for key in sorted(self.objects.keys(FOLDER)):
            yield parsed(self.objects.get(key), self.objects.place(key))


def parsed(text: bytes, where: str) -> Drill:
    """Read a record; raises InputError for one that is none."""
    try:
        return Drill.model_validate_json(text)
    except ValidationError as error:
        first: Any = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the document"
        raise InputError(f"{where}: {key}: {first['msg']}") from error
