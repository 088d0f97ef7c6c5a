"""What grows with its use does so by itself, in both directions, and no further than was promised.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.scaling import leads_to, policies_of, targets_of
from fixtures.inventory.services.applicationautoscaling import ScalableTarget
from fixtures.inventory.services.awslambda import Alias, Function
from fixtures.inventory.services.dynamodb import Table
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control, not_applicable
from infra.scaling import named_by
from suites.controls.looking import leading_to

GROWS = ("AC5", "SOC2:A1.2")
READY = "lambda:function:ProvisionedConcurrency"
METRICS = {
    "ReadCapacityUnits": "DynamoDBReadCapacityUtilization",
    "WriteCapacityUnits": "DynamoDBWriteCapacityUtilization",
    "ProvisionedConcurrency": "LambdaProvisionedConcurrencyUtilization",
}
NOWHERE = "function:touchstone-prod-nobody:live"
NO_INDEX = {"Fn::Sub": "table/${AlertsTableName}/index/nothing"}


@control(
    "ASC-01",
    severity="medium",
    satisfies=(*GROWS, "FSBP:DynamoDB.1"),
    broken_by=(
        Break((Remove("ByTopicIndexWrites"), Remove("ByTopicIndexWritesPolicy"))),
        Remove("AlertsTableReadsPolicy"),
        Change("ConnectionsTableWritesPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", 90),
        Change("AlertsTableWritesPolicy.TargetTrackingScalingPolicyConfiguration.DisableScaleIn", value=True),
        Change("IdempotencyTableReads.SuspendedState", {"DynamicScalingOutSuspended": True}),
        Break((
            Change("ConnectionsTable.BillingMode", "PAY_PER_REQUEST"),
            Remove("ConnectionsTable.ProvisionedThroughput"),
        )),
    ),
)  # fmt: skip
def test_tables_grow_and_shrink_with_their_use(table: Table, inventory: Inventory, baseline: Baseline) -> None:
    """Units that nobody moves are too many at night and too few on the day of a crash, when all alerts come at once."""
    if table.billing_mode == "PAY_PER_REQUEST":
        assert not baseline.tables_scale, "is paid by the request; units that follow their use are promised"
        return
    targets = {(target.scalable_dimension, _inside(target)): target for target in targets_of(inventory, table)}
    for index in (None, *(one.index_name for one in table.global_secondary_indexes)):
        for unit in ("ReadCapacityUnits", "WriteCapacityUnits"):
            dimension = f"dynamodb:{'table' if index is None else 'index'}:{unit}"
            what = f"{unit} of {index or 'the table'}"
            target = targets.get((dimension, index))
            assert target is not None, f"{what} stay as they are; units that follow their use are promised"
            wrong = _wrong(inventory, target, baseline.capacity_percent, 1)
            assert wrong is None, f"{what}: {wrong}"


def _inside(target: ScalableTarget) -> str | None:
    scaled = named_by(target.resource_id)
    return None if scaled is None else scaled.inside


def _wrong(inventory: Inventory, target: ScalableTarget, percent: int, whole: float) -> str | None:
    """Say why a target does not follow its use at so many percent, both ways. ``whole``: what AWS calls 1 percent."""
    state = target.suspended_state
    if state.dynamic_scaling_out_suspended or state.dynamic_scaling_in_suspended:
        return "scaling is suspended; both directions are promised"
    metric = METRICS[target.scalable_dimension.rpartition(":")[2]]
    followed = [one.target_tracking_scaling_policy_configuration for one in policies_of(inventory, target)]
    found = [
        one for one in followed
        if one is not None and one.predefined_metric_specification is not None
        and one.predefined_metric_specification.predefined_metric_type == metric
    ]  # fmt: skip
    if not found:
        return f"nothing follows {metric}; target tracking is promised"
    for one in found:
        if one.disable_scale_in:
            return "what has grown never shrinks; both directions are promised"
        if round(one.target_value / whole * 100) != percent * 100:
            return f"is kept at {one.target_value:g}; {percent} percent is promised"
    return None


@control(
    "ASC-02",
    severity="medium",
    satisfies=GROWS,
    broken_by=(
        Change("PushExecutions.MinCapacity", 0),
        Remove("QueryExecutionsPolicy"),
        Change("AuthorizerExecutionsPolicy.TargetTrackingScalingPolicyConfiguration.TargetValue", 0.95),
        Break((Remove("ConnectionExecutions"), Remove("ConnectionExecutionsPolicy"))),
    ),
)
def test_functions_that_clients_wait_for_are_kept_ready(inventory: Inventory, baseline: Baseline) -> None:
    """The first call of a process takes seconds, and a client who waits that long for a socket tries again."""
    if not baseline.ready_functions:
        not_applicable("no function is promised to be kept ready")
    functions = {function.function_name: function for function in inventory.of(Function)}
    for name in baseline.ready_functions:
        assert name in functions, f"there is no function {name}; executions of it that are kept ready are promised"
        aliases = list(leading_to(inventory, functions[name], Alias, lambda one: (one.function_name,)))
        mine = list(targets_of(inventory, *aliases, dimension=READY))
        assert mine, f"{name} is started when it is called; executions that are kept ready are promised"
        for target in mine:
            assert target.min_capacity >= 1, f"{name}: {target.min_capacity} are kept ready; 1 at least is promised"
            wrong = _wrong(inventory, target, baseline.capacity_percent, 1 / 100)
            assert wrong is None, f"{name}: {wrong}"


@control(
    "ASC-03",
    severity="medium",
    satisfies=("AC5", "NIST-800-53:CM-3"),
    broken_by=(
        Break((
            Change("AlertsTableReads.ResourceId", NO_INDEX), Change("AlertsTableReadsPolicy.ResourceId", NO_INDEX),
            Change("AlertsTableReads.ScalableDimension", "dynamodb:index:ReadCapacityUnits"),
            Change("AlertsTableReadsPolicy.ScalableDimension", "dynamodb:index:ReadCapacityUnits"),
        )),
        Break((Change("PushExecutions.ResourceId", NOWHERE), Change("PushExecutionsPolicy.ResourceId", NOWHERE))),
    ),
)  # fmt: skip
def test_what_is_scaled_is_there(target: ScalableTarget, inventory: Inventory) -> None:
    """AWS takes a name that leads nowhere, and scales nothing."""
    assert leads_to(inventory, target) is not None, f"scales {target.resource_id}, which is not there"


@control(
    "ASC-04",
    severity="high",
    satisfies=("AC4", "AC5", "SOC2:CC8.1"),
    broken_by=(
        Change("QueryAlias.RoutingConfig", {"AdditionalVersionWeights": [{
            "FunctionVersion": "1", "FunctionWeight": 0.1,
        }]}),
    ),
)  # fmt: skip
def test_no_alias_has_both_weights_and_executions_kept_ready(alias: Alias, inventory: Inventory) -> None:
    """AWS refuses one where the other is: a version that is tried on a few would stop the next deployment."""
    weights = () if alias.routing_config is None else alias.routing_config.additional_version_weights
    if not weights:
        return
    ready = alias.provisioned_concurrency_config is not None
    scaled = [one.key for one in targets_of(inventory, alias) if one.min_capacity > 0]
    said = f"sends {len(weights)} more versions a share of its calls"
    assert not ready, f"{said} and keeps executions ready; one or the other is promised"
    assert not scaled, f"{said} and is scaled by {', '.join(scaled)}; one or the other is promised"
