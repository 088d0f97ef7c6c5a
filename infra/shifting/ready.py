"""Executions that are kept ready: AWS keeps none of an alias that shares its calls; its versions have them meanwhile.

Everything here may be done again, from whatever an interrupted attempt has left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import DeployError
from infra.shifting.alias import LIVE

_NAMESPACE: Final = "lambda"
_DIMENSION: Final = "lambda:function:ProvisionedConcurrency"
_MOVES: Final = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
_LOOKS: Final = 120
_PAUSE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Ready:
    """What is kept ready of one function; ``functions`` and ``scaling`` are boto3's clients."""

    function: str
    functions: Any
    scaling: Any
    sleep: Callable[[float], None]

    def move_to(self, versions: tuple[str, ...]) -> None:
        """Stop scaling the alias, and give what it keeps ready to each of its versions.

        Raises:
            DeployError: AWS could not make them ready.
        """
        self._suspend(wished=True)
        amount = self._kept().get(LIVE)
        if amount is None:
            return
        self._drop(LIVE)  # AWS keeps none of a version while an alias to it has some
        for version in versions:
            self._keep(version, amount)
        for version in versions:
            self._wait(version)

    def move_back(self) -> None:
        """Take from the versions what they keep ready, give the alias what it is to have, and scale it again."""
        kept = self._kept()
        target = self._target()
        for qualifier in kept:
            if qualifier != LIVE:
                self._drop(qualifier)
        amount = max([*kept.values(), 0 if target is None else int(target["MinCapacity"])], default=0)
        if target is not None and LIVE not in kept and amount:
            self._keep(LIVE, amount)
        self._suspend(wished=False)

    def _target(self) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = self.scaling.describe_scalable_targets(
            ServiceNamespace=_NAMESPACE, ResourceIds=[self._resource], ScalableDimension=_DIMENSION
        )["ScalableTargets"]
        return found[0] if found else None

    def _suspend(self, *, wished: bool) -> None:
        target = self._target()
        if target is None or all(target["SuspendedState"][move] == wished for move in _MOVES):
            return
        self.scaling.register_scalable_target(
            ServiceNamespace=_NAMESPACE,
            ResourceId=self._resource,
            ScalableDimension=_DIMENSION,
            SuspendedState=dict.fromkeys(_MOVES, wished),
        )

    @property
    def _resource(self) -> str:
        return f"function:{self.function}:{LIVE}"

    def _kept(self) -> dict[str, int]:
        """How many executions are asked for, by alias or version."""
        pages = self.functions.get_paginator("list_provisioned_concurrency_configs").paginate(
            FunctionName=self.function
        )
        return {
            one["FunctionArn"].rpartition(":")[2]: int(one["RequestedProvisionedConcurrentExecutions"])
            for page in pages
            for one in page["ProvisionedConcurrencyConfigs"]
        }

    def _keep(self, qualifier: str, amount: int) -> None:
        self.functions.put_provisioned_concurrency_config(
            FunctionName=self.function, Qualifier=qualifier, ProvisionedConcurrentExecutions=amount
        )

    def _drop(self, qualifier: str) -> None:
        self.functions.delete_provisioned_concurrency_config(FunctionName=self.function, Qualifier=qualifier)

    def _wait(self, version: str) -> None:
        for _ in range(_LOOKS):
            told = self.functions.get_provisioned_concurrency_config(FunctionName=self.function, Qualifier=version)
            if told["Status"] == "READY":
                return
            if told["Status"] == "FAILED":
                why = told.get("StatusReason", "AWS says no reason")
                raise DeployError(f"{self.function}: executions of version {version} could not be made ready: {why}")
            self.sleep(_PAUSE)
        raise DeployError(f"{self.function}: executions of version {version} were not ready in ten minutes")
