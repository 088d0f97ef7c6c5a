"""What alarms and dashboards show of our own metrics is counted by the function that they name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache

import pytest

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.cloudwatch import Alarm, Dashboard
from fixtures.tiers.static import from_platform
from infra.environment import environment_names, load_environment
from infra.functions.shared.metric_table import Metric
from infra.settings import ROOT
from infra.stacks import resolve_platform
from suites.controls.watching import OWN, Seen, seen_by, shown_on, widgets

FUNCTIONS = ROOT / "infra" / "functions"


@cache
def inventory(environment: str) -> Inventory:
    return from_platform(resolve_platform(load_environment(environment)), datetime(2000, 1, 1, tzinfo=UTC))


@cache
def counted_in(module: str) -> frozenset[str]:
    """What a module counts, with what it imports of ours."""
    text = (FUNCTIONS / f"{module}.py").read_text(encoding="utf-8")
    found = {Metric[name].value.name for name in re.findall(r"\bMetric\.([A-Z_]+)", text)}
    for name in re.findall(r"from infra\.functions\.shared\.(\w+) import", text):
        if name != "metrics":
            found |= counted_in(f"shared/{name}")
    return frozenset(found)


def seen(environment: str) -> list[Seen]:
    there = inventory(environment)
    return [
        *(one for alarm in there.of(Alarm) for one in seen_by(alarm)),
        *(one for dashboard in there.of(Dashboard) for one in shown_on(dashboard)),
    ]


@pytest.mark.parametrize("environment", environment_names())
def test_our_metrics_are_counted_by_the_function_that_is_named(environment: str) -> None:
    ours = [one for one in seen(environment) if one.space == OWN]
    assert len(ours) > 20
    for one in ours:
        assert one.name in counted_in(one.dimensions["service"]), str(one)


def test_every_metric_of_ours_is_shown_somewhere() -> None:
    shown = {one.name for one in seen("prod") if one.space == OWN}
    assert {metric.value.name for metric in Metric} - shown == {"EventsUnmatched", "SecretsRotated"}


def test_what_dev_shows_is_free() -> None:
    """CloudWatch pricing: three dashboards, of up to 50 metrics each."""
    found = inventory("dev").of(Dashboard)
    metrics = {dashboard.key: {str(one) for one in shown_on(dashboard)} for dashboard in found}
    assert len(metrics) <= 3
    assert {key: len(shown) for key, shown in metrics.items() if len(shown) > 50} == {}


@pytest.mark.parametrize("environment", environment_names())
def test_widgets_lie_beside_each_other_on_the_grid(environment: str) -> None:
    for dashboard in inventory(environment).of(Dashboard):
        taken: set[tuple[int, int]] = set()
        for widget in widgets(dashboard):
            x, y, width, height = (widget[name] for name in ("x", "y", "width", "height"))
            cells = {(x + right, y + down) for right in range(width) for down in range(height)}
            assert max(right for right, _ in cells) < 24
            assert not cells & taken, f"{dashboard.key}: {widget['properties'].get('title')}"
            taken |= cells
