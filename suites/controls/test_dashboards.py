"""What people look at when an alarm is red shows what there is.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.cloudwatch import Dashboard
from fixtures.inventory.services.logs import LogGroup, MetricFilter, QueryDefinition
from fixtures.inventory.values import Reference
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control
from suites.controls.looking import told
from suites.controls.watching import Platform, alarms_on, groups_on, is_alarm, shown_on, widgets

SHOWN = ("AC3", "SOC2:CC7.2")


def one_metric(*metric: str) -> str:
    """A dashboard with one metric on it."""
    named = ", ".join(f'"{word}"' for word in metric)
    return f'{{"widgets": [{{"type": "metric", "properties": {{"metrics": [[{named}]]}}}}]}}'


ONE_ALARM = (
    '{"widgets": [{"type": "alarm", "properties": {"alarms": ["arn:aws:cloudwatch:us-east-1:1:alarm:nobody"]}}]}'
)
ONE_QUERY = """{"widgets": [{"type": "log", "properties": {"query": "SOURCE 'nobody' | fields @message"}}]}"""


@control(
    "MON-10",
    severity="low",
    satisfies=SHOWN,
    broken_by=(
        Change("LambdaDashboard.DashboardBody", one_metric("AWS/Lambda", "Errors", "FunctionName", "nobody")),
        Change("SqsDashboard.DashboardBody", one_metric("AWS/SQS", "Waiting", "QueueName", "touchstone-prod-events")),
        Change(
            "WebSocketDashboard.DashboardBody",
            one_metric("Touchstone", "AlertsPushed", "service", "pusher", "environment", "prod"),
        ),
        Remove("ApiServerErrorsFilter"),
    ),
)
def test_dashboards_show_metrics_that_exist(dashboard: Dashboard, inventory: Inventory) -> None:
    """An empty graph looks like a quiet night."""
    platform = Platform(inventory)
    for seen in shown_on(dashboard):
        wrong = platform.wrong_with(seen)
        assert not wrong, f"{wrong}; a metric that is there is promised"


@control(
    "MON-11",
    severity="low",
    satisfies=SHOWN,
    broken_by=(
        Change("MainDashboard.DashboardBody", ONE_ALARM),
        Change("LambdaDashboard.DashboardBody", ONE_QUERY),
        Remove("LogVolumeAlarm"),
    ),
)
def test_dashboards_show_alarms_and_logs_that_exist(dashboard: Dashboard, inventory: Inventory) -> None:
    """What was renamed disappears from a dashboard without a word."""
    for name in alarms_on(dashboard):
        assert is_alarm(inventory, name), f"shows the alarm {name}; one that is there is promised"
    for name in groups_on(dashboard):
        assert is_group(inventory, name), f"looks into {name}; a log group that is there is promised"


def is_group(inventory: Inventory, name: str) -> bool:
    """Say whether a log group is called by a name; raises Unread unless the names of all are known."""
    return inventory.last_under(LogGroup, name, _called) is not None


def _called(_inventory: Inventory, group: LogGroup) -> Iterator[Hashable]:
    yield str(told(group, "LogGroupName"))


@control(
    "MON-12",
    severity="medium",
    satisfies=SHOWN,
    broken_by=(
        Change("ErrorsQuery.LogGroupNames.0", "/aws/lambda/nobody"),
        Break((Change("DeniedCallsQuery.LogGroupNames", ["/touchstone/prod/trails"]),)),
    ),
)
def test_filters_and_queries_look_into_logs_that_exist(
    found: MetricFilter | QueryDefinition, inventory: Inventory
) -> None:
    """A filter on a group that nobody writes to counts nothing, which looks like nothing happened."""
    looked = (found.log_group_name,) if isinstance(found, MetricFilter) else found.log_group_names
    for link in looked:
        there = inventory.find(LogGroup, link) if isinstance(link, Reference) else is_group(inventory, str(link))
        assert there, f"looks into {link}; a log group that is there is promised"


@control(
    "MON-13",
    severity="low",
    satisfies=("AC3",),
    broken_by=(Remove("SqsDashboard"), Change("MainDashboard.DashboardBody", '{"widgets": []}')),
)
def test_there_are_the_dashboards_that_were_promised(inventory: Inventory, baseline: Baseline) -> None:
    """One for the whole and one for each part that fails by itself, with enough on them to tell the parts apart."""
    found = [dashboard for dashboard in inventory.of(Dashboard) if dashboard.managed]
    assert len(found) == baseline.dashboards, f"has {len(found)} dashboards; {baseline.dashboards} are promised"
    count = sum(len(widgets(dashboard)) for dashboard in found)
    assert count >= baseline.dashboard_widgets, f"shows {count} widgets; {baseline.dashboard_widgets} are promised"
    empty = [dashboard.key for dashboard in found if not widgets(dashboard)]
    assert not empty, f"{', '.join(empty)} shows nothing; widgets on each are promised"
