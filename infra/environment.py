"""An environment: the account, region, role and template parameters of one deployment of the platform."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StrictBool, StrictInt, StrictStr, model_validator

from infra.errors import InputError
from infra.settings import ROOT, key_lines, read_toml, shown

ENVIRONMENTS = ROOT / "infra" / "environments"

_ROLE = r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$"
Parameter = StrictBool | StrictInt | StrictStr


class Environment(BaseModel):
    """What ``infra/environments/<name>.toml`` says. ``parameters`` are the templates' own, typed as TOML types."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["dev", "staging", "prod"]
    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    role: str = Field(pattern=_ROLE, description="reads: the nightly run assumes it")
    deploy_role: str = Field(pattern=_ROLE, description="writes: the deployer assumes it")
    termination_protection: bool
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    _path: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _roles_are_of_the_account(self) -> Environment:
        for name in ("role", "deploy_role"):
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
    """Return the environments that exist, the least important first."""
    found = {path.stem for path in folder.glob("*.toml")}
    return tuple(name for name in ("dev", "staging", "prod") if name in found)


def load_environment(name: str, folder: Path = ENVIRONMENTS) -> Environment:
    """Read one environment.

    Raises:
        InputError: there is no such environment, or its file is not what was expected.
    """
    if name not in environment_names(folder):
        raise InputError(f"--env {name}: expected one of {', '.join(environment_names(folder)) or 'none found'}")
    environment = read_toml(folder / f"{name}.toml", Environment)
    if environment.name != name:
        raise InputError(f"{folder.name}/{name}.toml: name: expected {name!r}, got {environment.name!r}")
    environment._path = folder / f"{name}.toml"  # noqa: SLF001  its own class
    return environment
