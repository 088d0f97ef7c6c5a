"""What a month may cost is watched, and somebody is told before it is spent.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.budgets import Budget
from fixtures.inventory.services.ce import AnomalyMonitor, AnomalySubscription
from fixtures.inventory.services.iam import Role
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.scheduler import Schedule
from fixtures.inventory.values import as_reference
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Add, Break, Change, Remove, control
from suites.controls.looking import Link, leading_to
from suites.controls.telling import unreached

WATCHED = ("AC5", "SOC2:CC7.2")
TELLS = "budgets.amazonaws.com"
ALERTS = "costalerts.amazonaws.com"
CALL = ":aws-sdk:rds:"
STOPPED = {
    "Name": "by-night", "ScheduleExpression": "cron(0 20 * * ? *)", "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance",
        "Input": {"Fn::Sub": '{"DbInstanceIdentifier": "${DatabaseName}"}'},
        "RoleArn": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/touchstone-execution"},
    },
}  # fmt: skip


@control(
    "BUD-01",
    severity="medium",
    satisfies=WATCHED,
    broken_by=(
        Change("MonthlyCost.Budget.BudgetLimit.Amount", 6_000),
        Change("MonthlyCost.Budget.TimeUnit", "ANNUALLY"),
        Change("MonthlyCost.Budget.CostTypes.IncludeCredit", value=True),
        Break((Remove("MonthlyCost"), Remove("Outputs.MonthlyBudgetName"))),
    ),
)
def test_a_month_has_a_budget(inventory: Inventory, baseline: Baseline) -> None:
    """What nobody set a limit for is noticed on the invoice. Credits would hide what is used until they are gone."""
    found = [one.budget for one in inventory.of(Budget)]
    monthly = [one for one in found if (one.budget_type, one.time_unit) == ("COST", "MONTHLY") and one.budget_limit]
    assert monthly, f"no budget watches a month; one of ${baseline.monthly_budget} is promised"
    for one in monthly:
        assert not one.cost_types.include_credit, "a budget counts credits as if nothing was used; cost is promised"
        amount = 0.0 if one.budget_limit is None else one.budget_limit.amount
        assert amount == baseline.monthly_budget, (
            f"a month may cost ${amount:g}; ${baseline.monthly_budget} is promised"
        )


@control(
    "BUD-02",
    severity="medium",
    satisfies=WATCHED,
    broken_by=(
        Remove("MonthlyCost.NotificationsWithSubscribers.0"),
        Remove("MonthlyCost.NotificationsWithSubscribers.2"),
        Change(
            "MonthlyCost.NotificationsWithSubscribers.1.Subscribers.0.Address",
            "arn:aws:sns:us-east-1:333333333333:nowhere",
        ),
        Remove("OperationsSubscription"),
        Remove("OperationsTopicPolicy.PolicyDocument.Statement.2"),
        Remove("MessagingKey.KeyPolicy.Statement.5"),
        Change("OperationsSubscription.FilterPolicy", {"State": ["COMPLETED"]}),
    ),
)
def test_somebody_is_told_before_the_budget_is_spent(budget: Budget, inventory: Inventory, baseline: Baseline) -> None:
    """A budget stops nothing: all that it can do is tell somebody in time, and once more when the month will not do."""
    wanted = [("ACTUAL", percent) for percent in baseline.budget_percents] + [("FORECASTED", 100)]
    for kind, percent in wanted:
        said = f"{'spent' if kind == 'ACTUAL' else 'forecast to be spent'}"
        subscribers = [
            subscriber
            for one in budget.notifications_with_subscribers
            if one.notification.notification_type == kind
            and one.notification.comparison_operator == "GREATER_THAN"
            and one.notification.threshold_type == "PERCENTAGE"
            and one.notification.threshold == percent
            for subscriber in one.subscribers
        ]
        assert subscribers, f"nobody is told when {percent} percent are {said}; that is promised"
        reasons = [_unreached(inventory, one.subscription_type, one.address, TELLS) for one in subscribers]
        assert None in reasons, f"nobody is told when {percent} percent are {said}: {reasons[0]}"


def _unreached(inventory: Inventory, kind: str, address: Link, service: str) -> str | None:
    return unreached(inventory, address, service) if kind == "SNS" else None


@control(
    "BUD-03",
    severity="low",
    satisfies=WATCHED,
    broken_by=(
        Remove("CostSubscription"),
        Break((Remove("CostSubscription"), Remove("CostMonitor"))),
        Change("CostSubscription.Subscribers.0.Address", "arn:aws:sns:us-east-1:333333333333:nowhere"),
        Change(
            "OperationsTopicPolicy.PolicyDocument.Statement.2.Principal", {"Service": [TELLS, "backup.amazonaws.com"]}
        ),
    ),
)
def test_sudden_costs_are_told(inventory: Inventory) -> None:
    """A loop that calls itself spends a month's budget in a night, and the budget tells it in the morning."""
    monitors = [one for one in inventory.of(AnomalyMonitor) if one.monitor_dimension == "SERVICE"]
    assert monitors, "no monitor watches what each service costs; one is promised"
    for monitor in monitors:
        told = list(leading_to(inventory, monitor, AnomalySubscription, lambda one: one.monitor_arn_list))
        if told:
            reasons = [_unreached(inventory, who.type, who.address, ALERTS) for one in told for who in one.subscribers]
            assert None in reasons, f"nobody is told of sudden costs: {reasons[0] if reasons else 'no subscriber'}"
            return
    raise AssertionError("nobody has subscribed to the monitor of costs; somebody who is told is promised")


@control(
    "BUD-04",
    severity="low",
    satisfies=("AC5",),
    broken_by=(Add("budgets", "ByNight", "AWS::Scheduler::Schedule", STOPPED),),
)
def test_databases_run_when_they_should(database: DBInstance, inventory: Inventory, baseline: Baseline) -> None:
    """In development a database that nobody uses at night is a waste; in production one that stops is an outage."""
    stops, starts = (
        list(inventory.under(Schedule, ((word, id(database)),), _called))
        for word in ("stopDBInstance", "startDBInstance")
    )
    if not baseline.database_sleeps:
        assert not stops, f"is stopped by {stops[0].key}; that it always runs is promised"
        return
    assert stops, "runs at night, too; that it is stopped outside of working hours is promised"
    assert starts, f"is stopped by {stops[0].key}, and nothing starts it; working hours are promised"
    for one in (*stops, *starts):
        role = inventory.find(Role, one.target.role_arn)
        assert role, f"{one.key} acts as {one.target.role_arn}, which is not there"


def _called(inventory: Inventory, one: Schedule) -> Iterator[Hashable]:
    """Yield the operation of RDS that a schedule calls, and for which database."""
    target = one.target
    _, ours, operation = target.arn.rpartition(CALL)
    if one.state == "ENABLED" and ours:
        name = str((target.input or {}).get("DbInstanceIdentifier"))
        found = inventory.find(DBInstance, as_reference(name) or name)
        if found is not None:
            yield operation, id(found)
