"""Traces are kept of what matters, and can be found.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator

from fixtures.aws.wildcards import matches
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.xray import Group, Rule, SamplingRule
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Add, Change, Remove, control, not_applicable
from infra.environment import Environment

TRACED = ("AC3", "NIST-800-53:AU-2", "SOC2:CC7.2")
EVERYTHING = dict.fromkeys(("Host", "HTTPMethod", "ResourceARN", "ServiceName", "ServiceType", "URLPath"), "*")
LOOSE = {"RuleName": "loose", "Version": 1, "Priority": 9100, "ReservoirSize": 1, "FixedRate": 0.05, **EVERYTHING}
SERVICES = re.compile(r'service\("([^"]+)"\)')


@control(
    "TRC-01",
    severity="low",
    satisfies=("AC3", "SOC2:CC7.2"),
    broken_by=(Remove("SlowTraces"),),
)
def test_there_are_the_groups_of_traces_that_were_promised(inventory: Inventory, baseline: Baseline) -> None:
    """Without groups a failure is one trace among a million."""
    ours = [group for group in inventory.of(Group) if group.managed]
    assert len(ours) == baseline.trace_groups, f"has {len(ours)} groups; {baseline.trace_groups} are promised"


@control(
    "TRC-02",
    severity="low",
    satisfies=("AC3", "SOC2:CC7.2"),
    broken_by=(
        Change("AlertTraces.FilterExpression", 'service("touchstone-prod-pusher")'),
        Change("SlowTraces.InsightsConfiguration.InsightsEnabled", value=False),
        Add("tracing", "AllTraces", "AWS::XRay::Group", {"GroupName": "everything"}),
    ),
)
def test_groups_choose_traces_of_what_exists(group: Group, inventory: Inventory) -> None:
    """A group of a service that is gone stays empty; without insights nobody is shown what is unusual in it."""
    assert group.filter_expression, "has no filter; one is promised"
    for name in SERVICES.findall(group.filter_expression):
        there = inventory.last_under(Function, name, _called)
        assert there, f"chooses traces of {name}; a function of ours is promised"
    assert group.insights_configuration.insights_enabled, "has no insights; they are promised"


def _called(_inventory: Inventory, function: Function) -> Iterator[Hashable]:
    yield str(function.function_name)


@control(
    "TRC-03",
    severity="low",
    satisfies=TRACED,
    broken_by=(
        Change("ConnectSampling.SamplingRule.FixedRate", 0.5),
        Change("OtherSampling.SamplingRule.Priority", 50),
        Remove("QuerySampling"),
        Change("HeartbeatSampling.SamplingRule.ServiceName", "nobody"),
        Change("SubscribeSampling.SamplingRule.ReservoirSize", 0),
    ),
)
def test_routes_are_sampled_as_promised(inventory: Inventory, baseline: Baseline, environment: Environment) -> None:
    """Each route has the rate of the first rule that speaks of it; where not all is traced, one in a second is.

    Heartbeats, which fail in no way that matters, need none: they are the routes of which 1 % or less is promised.
    """
    rules = sorted((one.sampling_rule for one in inventory.of(SamplingRule)), key=lambda rule: rule.priority)
    for route, rate in baseline.trace_rates.items():
        rule = next((one for one in rules if _speaks_of(one, environment, route)), None)
        assert rule is not None, f"no rule speaks of {route}; {rate:.0%} is promised"
        assert rule.fixed_rate == rate, f"traces {rule.fixed_rate:.0%} of {route}; {rate:.0%} is promised"
        kept = rule.reservoir_size >= 1 or rate <= 0.01
        assert kept, f"traces no request of {route} for sure; one in every second is promised"


def _speaks_of(rule: Rule, environment: Environment, route: str) -> bool:
    service = f"touchstone-{environment.name}-any"
    return matches(rule.service_name, service) and matches(rule.url_path, route)


@control(
    "TRC-04",
    severity="low",
    satisfies=("AC3",),
    broken_by=(
        Add("tracing", "LooseSampling", "AWS::XRay::SamplingRule", {"SamplingRule": LOOSE}),
        Change("OtherSampling.SamplingRule.SamplingRateBoost.MaxRate", 0.05),
    ),
)
def test_sampling_rises_when_much_fails(rule: SamplingRule) -> None:
    """Whether a request fails is not known when it is chosen: only a rate that rises sees more of the failures."""
    said = rule.sampling_rule
    if said.fixed_rate == 1 or said.fixed_rate <= 0.01:
        not_applicable(f"of what it speaks of {said.fixed_rate:.0%} is traced, whatever happens")
    boost = said.sampling_rate_boost
    assert boost is not None, f"stays at {said.fixed_rate:.0%} whatever fails; a boost is promised"
    assert boost.max_rate > said.fixed_rate, f"rises to {boost.max_rate:.0%} only, from {said.fixed_rate:.0%}"
