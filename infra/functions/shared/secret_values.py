"""Secrets by stage, kept for some minutes, so that a rotation is noticed and Secrets Manager is not asked each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from time import monotonic
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from infra.functions.shared.clients import client
from infra.functions.shared.logger import conceal_for_good

CURRENT: Final = "AWSCURRENT"
KEEP_SECONDS: Final = 300
# Whoever sends bad tokens makes us look for a new key: not more often than this.
BETWEEN_LOOKS_SECONDS: Final = 5


class SecretContent(BaseModel):
    """A generated secret: its field "value" is what is secret, the others are kept as they are."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    value: Annotated[str, Field(min_length=32, max_length=512)]


class Secret:
    """The values of one secret at some stages."""

    def __init__(self, arn: str, stages: tuple[str, ...]) -> None:
        self._arn = arn
        self._stages = stages
        self._values: Mapping[str, str] = {}
        self._read_at = float("-inf")
        self._looked_at = float("-inf")

    def values(self) -> Iterable[str]:
        """Return the values, the current one first; raises what Secrets Manager raises."""
        if monotonic() - self._read_at > KEEP_SECONDS:
            self._read()
        return self._values.values()

    def values_after_a_look(self) -> Iterable[str]:
        """Return the values that a new look found which were not known; none when the last look was just now."""
        if monotonic() - self._looked_at < BETWEEN_LOOKS_SECONDS:
            return ()
        self._looked_at = monotonic()
        known = set(self._values.values())
        self._read()
        return tuple(value for value in self._values.values() if value not in known)

    def _read(self) -> None:
        found = {stage: self._value(stage) for stage in self._stages}
        self._values = {stage: value for stage, value in found.items() if value is not None}
        self._read_at = monotonic()

    def _value(self, stage: str) -> str | None:
        """Return the value at a stage; None where no version has it, which only the current one must."""
        secrets = client("secretsmanager")
        try:
            text = secrets.get_secret_value(SecretId=self._arn, VersionStage=stage)["SecretString"]
        except secrets.exceptions.ResourceNotFoundException:
            if stage == CURRENT:
                raise
            return None
        value = SecretContent.model_validate_json(text).value
        conceal_for_good(value)
        return value


@lru_cache
def secret(arn: str, *stages: str) -> Secret:
    """Return the process's copy of a secret."""
    return Secret(arn, stages)
