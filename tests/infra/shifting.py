"""A small account in which calls are shifted: a function with two versions, and a caller that can be killed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra.shifting.alias import Aliases
from infra.shifting.ready import Ready
from infra.shifting.shift import Clock, Shift
from infra.shifting.watch import Watch
from tests.mock_cloud.account import Account
from tests.mock_cloud.running import ask, make_function, packed, tell

SOUND = "def handler(event, context): return {}"
THROWS = "def handler(event, context): raise ValueError(event)"
ALARM = "touchstone-dev-p1-errors"
TARGET = {
    "ServiceNamespace": "lambda",
    "ResourceId": "function:f:live",
    "ScalableDimension": "lambda:function:ProvisionedConcurrency",
}
WRITES = (
    "update_alias", "put_provisioned_concurrency_config", "delete_provisioned_concurrency_config",
    "register_scalable_target", "settle",
)  # fmt: skip
_numbers = itertools.count(510_000_000_000)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Dying:
    """A client whose caller is killed before or after its so manieth write; it counts those of all that share it."""

    dies_at: int | None = None
    after: bool = False
    writes: int = field(default=0)

    def around(self, client: Any) -> Any:
        dying = self

        class Around:
            def __getattr__(self, name: str) -> Any:
                found = getattr(client, name)
                return dying.counted(found) if name in WRITES else found

        return Around()

    def counted(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*args: Any, **named: Any) -> Any:
            self.writes += 1
            if self.writes == self.dies_at and not self.after:
                raise Killed
            found = act(*args, **named)
            if self.writes == self.dies_at:
                raise Killed
            return found

        return acted


@dataclass
class Bench:
    """A function with two versions, an alias whose executions are kept ready and scaled, and an alarm."""

    account: Account
    settled: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let clients call while time passes."""
        for _ in range(10):
            ask(self.account, "f:live")
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        tell(self.account.endpoint, **{"pass": seconds})
        tell(self.account.endpoint, tick=True)

    def now(self) -> datetime:
        return datetime.fromtimestamp(tell(self.account.endpoint)["now"], UTC)

    def shift(self, dying: Dying | None = None) -> Shift:
        dying = dying or Dying()
        functions = dying.around(self.account.client("lambda"))
        aliases = Aliases(functions)
        return Shift(
            aliases,
            Ready("f", functions, dying.around(self.account.client("application-autoscaling")), lambda _: None),
            Watch("f", "touchstone-dev-", self.account.client("cloudwatch")),
            dying.counted(lambda: self.settled.append(aliases.read("f").version)),
            Clock(self.now, self.sleep),
            self.said.append,
        )

    def state(self) -> tuple[str, dict[str, float], dict[str, int], bool]:
        """Whom the alias calls, with which weights, what is kept ready, and whether it is scaled."""
        functions = self.account.client("lambda")
        alias = functions.get_alias(FunctionName="f", Name="live")
        kept = functions.list_provisioned_concurrency_configs(FunctionName="f")["ProvisionedConcurrencyConfigs"]
        (target,) = self.account.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="lambda")[
            "ScalableTargets"
        ]
        return (
            alias["FunctionVersion"],
            (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {},
            {one["FunctionArn"].rpartition(":")[2]: one["RequestedProvisionedConcurrentExecutions"] for one in kept},
            not any(target["SuspendedState"].values()),
        )

    def anew(self) -> None:
        """All calls to version 1 again, three executions ready."""
        self.settled.clear()
        functions = self.account.client("lambda")
        for one in functions.list_provisioned_concurrency_configs(FunctionName="f")["ProvisionedConcurrencyConfigs"]:
            qualifier = one["FunctionArn"].rpartition(":")[2]
            functions.delete_provisioned_concurrency_config(FunctionName="f", Qualifier=qualifier)
        functions.update_alias(FunctionName="f", Name="live", FunctionVersion="1", RoutingConfig={})
        functions.put_provisioned_concurrency_config(
            FunctionName="f", Qualifier="live", ProvisionedConcurrentExecutions=3
        )


AT_FIRST = ("1", dict[str, float](), {"live": 3}, True)
SHIFTED = ("2", dict[str, float](), {"live": 3}, True)


def made(endpoint: str, second: str = SOUND) -> Bench:
    account = Account.enter(endpoint, str(next(_numbers)))
    functions = account.client("lambda")
    make_function(account, SOUND)
    functions.publish_version(FunctionName="f")
    functions.update_function_code(FunctionName="f", ZipFile=packed(second + "  # 2"))
    functions.publish_version(FunctionName="f")
    functions.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    scaling = account.client("application-autoscaling")
    scaling.register_scalable_target(**TARGET, MinCapacity=3, MaxCapacity=9)
    account.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM, Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=3,
        DatapointsToAlarm=1, Threshold=3, ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching", Dimensions=[{"Name": "FunctionName", "Value": "f"}],
    )  # fmt: skip
    tell(endpoint, tick=True)
    bench = Bench(account)
    assert bench.state() == AT_FIRST
    return bench
