"""Draws a dashboard from its body, with sample data: ``python -m suites.generate``.

Where a widget stands, its title, its lines and their labels are those that CloudWatch shows. The values are made up,
and the picture says so: they follow from the metric's name, so that the same body is always the same picture.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from markupsafe import escape

from fixtures.inventory.services.cloudwatch import Dashboard
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.settings import ROOT
from infra.stacks import resolve_platform
from suites.controls.watching import alarms_on_widget, metrics_of

PICTURE: Final = ROOT / "docs" / "dashboard.svg"
ENVIRONMENT, DASHBOARD = "prod", "MainDashboard"
UNIT, GAP, TOP = 46, 8, 34
POINTS: Final = 72
COLOURS: Final = ("#2074d5", "#e07941", "#2e8b57", "#c33d69", "#8456ce", "#8c6a3f", "#0f8b8d", "#7a7a7a")
# About how much of a metric there is, in its own unit; what is not here is rare.
LEVELS: Final[Mapping[str, float]] = {
    "EventsReceived": 220, "AlertsRaised": 90, "AlertsRecorded": 90, "AlertsPushed": 140, "DeliveryTime": 420,
    "EventAge": 900, "ConnectionsOpened": 36, "ConnectionsClosed": 34, "CPUUtilization": 22, "FreeStorageSpace": 38e9,
    "DatabaseConnections": 14, "FreeableMemory": 1.9e9, "ConsumedReadCapacityUnits": 180,
    "ConsumedWriteCapacityUnits": 95,
}  # fmt: skip
FAILS_ONCE: Final = 1 / 150
DAILY: Final = {"NumberOfBackupJobsCompleted": 5}
STEADY: Final = ("FreeStorageSpace", "FreeableMemory")
ALARM_NAME: Final = re.compile(r"alarm:touchstone-[a-z]+-(.+)$")


@dataclass(frozen=True, slots=True)
class Line:
    """One metric of a widget: its label, its values, and whether the axis on the right is its own."""

    label: str
    values: tuple[float, ...]
    is_right: bool


def picture() -> str:
    """Return the picture as SVG."""
    platform = resolve_platform(load_environment(ENVIRONMENT))
    inventory = from_platform(platform, datetime(2000, 1, 1, tzinfo=UTC))
    dashboard = inventory.look(Dashboard, DASHBOARD)
    return "".join(_drawn(str(dashboard.dashboard_name), dashboard.dashboard_body["widgets"]))


def _drawn(name: str, widgets: list[Mapping[str, Any]]) -> Iterator[str]:
    width = 24 * UNIT + GAP
    height = TOP + UNIT * max(widget["y"] + widget["height"] for widget in widgets) + GAP
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    yield 'font-family="sans-serif" role="img">\n'
    yield f"<title>The dashboard {escape(name)}, with sample data</title>\n"
    yield f'<rect width="{width}" height="{height}" fill="#eef0f2"/>\n'
    yield _text(GAP, 22, name, 15, "#111", bold=True)
    yield _text(width - GAP, 22, "SAMPLE DATA: every value is made up", 13, "#b3261e", end=True)
    for number, widget in enumerate(widgets):
        x, y = widget["x"] * UNIT + GAP, widget["y"] * UNIT + TOP
        w, h = widget["width"] * UNIT - GAP, widget["height"] * UNIT - GAP
        yield f'<g transform="translate({x} {y})">\n'
        yield f'<rect width="{w}" height="{h}" rx="6" fill="#fff" stroke="#c9ced3"/>\n'
        yield from DRAWERS[widget["type"]](widget["properties"], w, h)
        yield f"</g><!-- widget {number} -->\n"
    yield "</svg>\n"


def _text(x: float, y: float, text: str, size: int, fill: str, *, bold: bool = False, end: bool = False) -> str:
    more = (' font-weight="bold"' if bold else "") + (' text-anchor="end"' if end else "")
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}"{more}>{escape(text)}</text>\n'


def _written(properties: Mapping[str, Any], _w: int, _h: int) -> Iterator[str]:
    """A text: a heading and lines; what is between backticks stands as it is."""
    y = 30
    for line in str(properties["markdown"]).split("\n"):
        is_head = line.startswith("# ")
        yield _text(14, y, line.removeprefix("# ").replace("`", ""), 18 if is_head else 13, "#111", bold=is_head)
        y += 26


def _alarms(properties: Mapping[str, Any], w: int, h: int) -> Iterator[str]:
    """Alarms: each is a field in the colour of its state; in the sample all is well."""
    yield _text(14, 22, str(properties["title"]), 13, "#111", bold=True)
    names = [_short(name) for name in alarms_on_widget(properties)]
    columns = max(1, w // 200)
    rows = math.ceil(len(names) / columns)
    each, tall = (w - 20) / columns, (h - 36) / rows
    for place, name in enumerate(names):
        x, y = 10 + place % columns * each, 30 + place // columns * tall
        yield f'<rect x="{x + 2:g}" y="{y + 2:g}" width="{each - 6:g}" height="{tall - 5:g}" rx="4" fill="#e6f4ea" '
        yield 'stroke="#2e8b57"/>\n'
        yield _text(x + 10, y + tall / 2 + 4, name, 12, "#155724")
        yield _text(x + each - 12, y + tall / 2 + 4, "OK", 11, "#2e8b57", bold=True, end=True)


def _short(name: str) -> str:
    found = ALARM_NAME.search(f"alarm:{name}")
    return found[1] if found else name


def _graph(properties: Mapping[str, Any], w: int, h: int) -> Iterator[str]:
    """A graph: one day, the axes, a line for each metric, and the labels below."""
    yield _text(12, 20, str(properties["title"]), 13, "#111", bold=True)
    lines = list(_lines(properties))
    rows = _rows([line.label for line in lines], w - 24)
    left, right, top, bottom = 52, 52 if any(line.is_right for line in lines) else 14, 50, h - 30 - 16 * len(rows)
    tops = {side: _nice(max((max(one.values) for one in lines if one.is_right == side), default=1)) for side in (0, 1)}
    axis = properties.get("yAxis", {}).get("left", {}).get("label", "")
    yield _text(12, 36, str(axis), 10, "#666")
    for part in (0, 0.5, 1):
        y = bottom - (bottom - top) * part
        yield f'<path d="M{left} {y:g}H{w - right}" stroke="#e1e4e8"/>\n'
        yield _text(left - 6, y + 4, _amount(tops[0] * part), 10, "#555", end=True)
        if any(line.is_right for line in lines):
            yield _text(w - right + 6, y + 4, _amount(tops[1] * part), 10, "#555")
    for hour in (0, 6, 12, 18):
        yield _text(left + (w - left - right) * hour / 24, bottom + 14, f"{hour:02}:00", 10, "#555")
    for number, line in enumerate(lines):
        across, tall = (w - left - right) / (POINTS - 1), (bottom - top) / tops[line.is_right]
        path = "L".join(
            f"{left + place * across:.1f} {bottom - value * tall:.1f}" for place, value in enumerate(line.values)
        )
        colour = COLOURS[number % len(COLOURS)]
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>\n'
    yield from _legend(rows, h - 16 * len(rows) + 4)


def _lines(properties: Mapping[str, Any]) -> Iterator[Line]:
    for metric, options in metrics_of(properties):
        label = str(options.get("label", metric[1]))
        yield Line(label, _values(metric, label), options.get("yAxis") == "right")


def _values(metric: list[str], label: str) -> tuple[float, ...]:
    """Make values up: a day with a quiet night, around a level that the metric's name has."""
    dice = Random(" ".join((*metric, label)))  # noqa: S311  a picture is no secret
    name = metric[1]
    level = LEVELS.get(name, 0) * (2.5 if "p99" in label else 1) * dice.uniform(0.85, 1.0)
    if name in DAILY:
        return tuple(float(DAILY[name] * (place == POINTS * 5 // 24)) for place in range(POINTS))
    if not level:
        return tuple(float(dice.random() < FAILS_ONCE) for _ in range(POINTS))
    if name in STEADY:
        return tuple(level * (1 - 0.04 * place / POINTS + dice.uniform(-0.004, 0.004)) for place in range(POINTS))
    day = (0.65 - 0.35 * math.cos(2 * math.pi * (place / POINTS - 0.1)) for place in range(POINTS))
    return tuple(level * part * dice.uniform(0.85, 1.1) for part in day)


def _nice(highest: float) -> float:
    """Give the end of an axis: a one, two or five with zeros behind."""
    if highest <= 0:
        return 1
    scale = 10 ** math.floor(math.log10(highest))
    return float(next(step * scale for step in (1, 2, 5, 10) if step * scale >= highest))


def _amount(value: float) -> str:
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"


def _rows(labels: list[str], width: int) -> list[list[tuple[float, int, str]]]:
    """Put labels into rows: where each begins, which line it is of, and what it says."""
    rows: list[list[tuple[float, int, str]]] = [[]]
    x = 0.0
    for number, label in enumerate(labels):
        needs = 22 + 6.1 * len(label)
        if x + needs > width and rows[-1]:
            rows.append([])
            x = 0
        rows[-1].append((x, number, label))
        x += needs
    return rows


def _legend(rows: list[list[tuple[float, int, str]]], y: float) -> Iterator[str]:
    for row, inside in enumerate(rows):
        for x, number, label in inside:
            colour = COLOURS[number % len(COLOURS)]
            yield f'<rect x="{12 + x:g}" y="{y + 16 * row - 9:g}" width="9" height="9" rx="2" fill="{colour}"/>\n'
            yield _text(25 + x, y + 16 * row, label, 11, "#333")


DRAWERS: Final = {"text": _written, "alarm": _alarms, "metric": _graph}
