"""The critical checks of ``python -m infra validate``, as ``policies/validate.toml`` names them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from infra.settings import ROOT, Distinct, Reason, Words, read_toml

FILE = ROOT / "policies" / "validate.toml"
HOW_MANY = 10
Item = TypeVar("Item")
Id = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]{2}$")]


def _some(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise ValueError("expected at least one control")
    return items


class Check(BaseModel):
    """One check: its name, what it says in a plain sentence, and the controls that answer it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Words
    sentence: Reason
    controls: Annotated[Distinct[Id], AfterValidator(_some)]


def _ten(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    if len(checks) != HOW_MANY:
        raise ValueError(f"expected {HOW_MANY} checks, found {len(checks)}")
    return checks


class Checks(BaseModel):
    """The whole of ``policies/validate.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checks: Annotated[tuple[Check, ...], AfterValidator(_ten)]

    @model_validator(mode="after")
    def _each_once(self) -> Checks:
        _once("checks.{}.name", [(index, check.name) for index, check in enumerate(self.checks)])
        answering = [(index, control) for index, check in enumerate(self.checks) for control in check.controls]
        _once("checks.{}.controls", answering)
        return self


def _once(place: str, said: Sequence[tuple[int, str]]) -> None:
    words = [word for _, word in said]
    for at, (index, word) in enumerate(said):
        if word in words[:at]:
            raise ValueError(f"{place.format(index)}: expected each once in the file, found {word!r} twice")


def load_checks(path: Path = FILE) -> tuple[Check, ...]:
    """Read the checks.

    Raises:
        InputError: a key, a value or a number of checks that was not expected. Whether there is a control of an id the
            run says, which knows the controls.
    """
    return read_toml(path, Checks).checks
