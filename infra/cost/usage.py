"""What is used in a month and no template says: ``infra/pricing/usage/<environment>.toml``, with reasons."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from infra.cost.prices import PRICING
from infra.environment import check_one_each
from infra.errors import InputError
from infra.settings import Reason, Text, read_toml, shown

USAGE = PRICING / "usage"
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9:]*$")]
Figure = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
Amount = Annotated[float | int, Field(ge=0)]


class Used(BaseModel):
    """What one resource, or each of a type that is not named itself, uses in a month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason
    figures: dict[Figure, Amount] = Field(min_length=1)


class Usage(BaseModel):
    """The usage of one environment: by logical id, else by type (``AWS::SQS::Queue``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str
    expected: dict[Text, Amount] = Field(default_factory=dict, description="the brief's own dollars by service")
    before: Amount = Field(description="US dollars that a month cost before, as the brief has it")
    used: dict[Name, Used]

    @property
    def place(self) -> str:
        """Where it is written down."""
        return f"{shown(USAGE)}/{self.environment}.toml"

    def of(self, logical_id: str, kind: str, figure: str) -> float:
        """Return a figure; raises InputError naming the one that nobody has stated: none is taken for 0."""
        found = self.used.get(logical_id) or self.used.get(kind)
        if found is not None and figure in found.figures:
            return float(found.figures[figure])
        raise InputError(
            f"{self.place}: used.{logical_id}.figures.{figure}: expected what {logical_id} ({kind}) uses a month"
        )


@cache
def load_usage(environment: str, folder: Path = USAGE) -> Usage:
    """Read the usage of an environment; bad input is an ``InputError`` that names file and key.

    Raises:
        InputError: unreadable, or the usage of another environment.
    """
    path = folder / f"{environment}.toml"
    usage = read_toml(path, Usage)
    if usage.environment != environment:
        raise InputError(f"{shown(path)}: environment: expected {environment}, got {usage.environment}")
    return usage


def check_usage(chosen: Iterable[str], known: Iterable[str], folder: Path = USAGE) -> None:
    """Refuse a chosen environment whose usage nobody has stated, and usage of an environment that is not there.

    Raises:
        InputError: a file of usage is missing, or one is left over.
    """
    check_one_each(chosen, known, folder, "what {} is assumed to use")
