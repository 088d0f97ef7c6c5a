"""The alias that clients and queues call: how it shares its calls, which is all that a shift goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import InputError

LIVE: Final = "live"


@dataclass(frozen=True, slots=True)
class Alias:
    """One alias as AWS tells it: ``version`` has what ``weights`` leave; ``revision`` changes with every change."""

    function: str
    version: str
    weights: Mapping[str, float]
    revision: str

    @property
    def shares(self) -> str:
        """Who has which share of the calls."""
        beside = [f"{weight:.0%} to version {version}" for version, weight in self.weights.items()]
        return ", ".join([*beside, "the rest" if beside else "all"]) + f" to version {self.version}"

    @property
    def arrives(self) -> str | None:
        """The version that calls are being shifted to; None while none are."""
        return next(iter(self.weights), None)

    @property
    def percent(self) -> int:
        """What share of the calls goes there now."""
        return round(100 * sum(self.weights.values()))


@dataclass(frozen=True, slots=True)
class Aliases:
    """Reads and writes the alias ``live`` of functions; ``client`` is boto3's of Lambda."""

    client: Any

    def find(self, function: str) -> Alias | None:
        """Return the alias of a function; None where there is none yet."""
        try:
            told = self.client.get_alias(FunctionName=function, Name=LIVE)
        except self.client.exceptions.ResourceNotFoundException:
            return None
        return _told(function, told)

    def read(self, function: str) -> Alias:
        """Return the alias of a function.

        Raises:
            InputError: there is none.
        """
        found = self.find(function)
        if found is None:
            raise InputError(f"--function {function}: expected a function that is deployed and has an alias {LIVE}")
        return found

    def share(self, alias: Alias, version: str, weights: Mapping[str, float]) -> Alias:
        """Let calls be shared otherwise; AWS refuses that to whoever has not seen the alias as it is now."""
        told = self.client.update_alias(
            FunctionName=alias.function,
            Name=LIVE,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights)},
            RevisionId=alias.revision,
        )
        return _told(alias.function, told)

    def has_version(self, function: str, version: str) -> bool:
        """Say whether a version was published and is still there."""
        pages = self.client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
        return any(one["Version"] == version for page in pages for one in page["Versions"])


def _told(function: str, told: Mapping[str, Any]) -> Alias:
    weights = (told.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return Alias(function, told["FunctionVersion"], weights, told["RevisionId"])
