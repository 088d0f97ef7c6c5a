"""An environment: the account, region, role and template parameters of one deployment of the platform."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, PrivateAttr, model_validator

from infra.errors import InputError
from infra.settings import ROOT, key_lines, one_line, read_toml, shown, stems

ENVIRONMENTS = ROOT / "infra" / "environments"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ORDER = ("dev", "staging", "prod")
_ROLE = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"


def _parameter(value: object) -> bool | int | str:
    if isinstance(value, str) and value:
        return one_line(value)
    if isinstance(value, bool | int):
        return value
    raise ValueError("expected a text, a whole number, true or false")


# One check for all three kinds: each would otherwise complain for itself.
Parameter = Annotated[bool | int | str, PlainValidator(_parameter)]


class Environment(BaseModel):
    """What ``infra/environments/<name>.toml`` says. ``parameters`` are the templates' own, typed as TOML types.

    ``restored`` are parameters that name stores: with them stacks use what a cutover restored, not what is declared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=f"^{_NAME.pattern}$")
    account: str = Field(pattern=r"^[0-9]{12}$")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")
    role: str = Field(pattern=_ROLE, description="reads: the nightly run assumes it")
    deploy_role: str = Field(pattern=_ROLE, description="writes: the deployer assumes it")
    execution_role: str = Field(pattern=_ROLE, description="creates: CloudFormation acts as it")
    termination_protection: bool
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    restored: dict[str, str] = Field(default_factory=dict, description="stores of a cutover, instead of outputs")
    _path: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _roles_are_of_the_account(self) -> Environment:
        for name in ("role", "deploy_role", "execution_role"):
            if getattr(self, name).split(":")[4] != self.account:
                raise ValueError(f"{name}: expected a role of account {self.account}")
        return self

    def stack_name(self, stack: str) -> str:
        """Return CloudFormation's name for one of our stacks."""
        return f"touchstone-{self.name}-{stack}"

    def place_of(self, parameter: str) -> str | None:
        """Return where a parameter is set, `infra/environments/prod.toml:14 (NatGateways)`; None where it is not."""
        if parameter not in self.parameters or self._path is None:
            return None
        return f"{shown(self._path)}:{_parameter_lines(self._path)[parameter]} ({parameter})"


@cache
def _parameter_lines(path: Path) -> dict[str, int]:
    return key_lines(path.read_text(encoding="utf-8"), "parameters")


def environment_names(folder: Path = ENVIRONMENTS) -> tuple[str, ...]:
    """Return the environments that exist, which are the files in their folder, the least important first.

    Raises:
        InputError: no file, or one that is not named after an environment: no run would look at it.
    """
    found = stems(folder, ".toml", "<environment>.toml")
    for name in found:
        if not _NAME.fullmatch(name):
            where = f"{shown(folder)}/{name}.toml"
            raise InputError(f"{where}: expected a name of small letters, digits and hyphens, such as dev.toml")
    if not found:
        raise InputError(f"{shown(folder)}: expected an <environment>.toml, found none")
    return (*(name for name in _ORDER if name in found), *(name for name in found if name not in _ORDER))


def check_one_each(chosen: Iterable[str], known: Iterable[str], folder: Path, what: str) -> None:
    """Refuse a chosen environment without a file in a folder, and a file there without its environment.

    Raises:
        InputError: a file is missing, or one is left over. ``what`` says what is missing (`the baseline by which {}`).
    """
    found = stems(folder, ".toml", "<environment>.toml")
    for name in chosen:
        if name not in found:
            raise InputError(f"{shown(folder)}/{name}.toml: expected {what.format(name)}, found none")
    for name in found:
        if name not in known:
            raise InputError(
                f"{shown(folder)}/{name}.toml: expected its environment infra/environments/{name}.toml, found none"
            )


def load_environment(name: str, folder: Path = ENVIRONMENTS) -> Environment:
    """Read one environment.

    Raises:
        InputError: there is no such environment, or its file is not what was expected.
    """
    if name not in environment_names(folder):
        raise InputError(f"--env {name or repr(name)}: expected one of {', '.join(environment_names(folder))}")
    environment = read_toml(folder / f"{name}.toml", Environment)
    if environment.name != name:
        raise InputError(f"{shown(folder)}/{name}.toml: name: expected {name!r}, got {environment.name!r}")
    environment._path = folder / f"{name}.toml"  # noqa: SLF001  its own class
    return environment
