"""The outcome of an environment and tier as a bar: hand-made SVG that says in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from infra.outside import html
from reports.history.trend import Point
from reports.models import Outcome
from reports.tally import Tally
from reports.words import listed, number

_WIDTH: Final = 1000
_HEIGHT: Final = 20
# What is rare is what matters: one failure among a thousand passes must still be seen.
_NARROWEST: Final = 12


def widths(tally: Tally) -> list[tuple[Outcome, int]]:
    """Return the width of each part, worst first; together they fill the bar and none is too narrow to see."""
    parts = tally.worst_first
    if not parts:
        return []
    room = _WIDTH - _NARROWEST * len(parts)
    found = [(outcome, _NARROWEST + room * count // tally.total) for outcome, count in parts]
    largest = max(range(len(found)), key=lambda place: found[place][1])
    outcome, width = found[largest]
    found[largest] = (outcome, width + _WIDTH - sum(width for _, width in found))
    return found


def bar(name: str, label: str, tally: Tally) -> Markup:
    """Return the bar. ``name`` makes its ids unique, ``label`` says what it is about."""
    left = 0
    shapes = []
    for outcome, width in widths(tally):
        shapes.append(f'<rect class="b-{outcome}" x="{left}" width="{max(1, width - 2)}" height="{_HEIGHT}"/>')
        left += width
    says = listed([f"{number(count)} {outcome.text}" for outcome, count in tally.worst_first]) or "nothing planned"
    return Markup(  # noqa: S704  every piece of data in it is escaped or a number
        f'<svg class="bar" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{html(label)}</title>'
        f'<desc id="{name}-d">{says}</desc>{"".join(shapes)}</svg>'
    )


def money(name: str, label: str, usd: float, whole: float) -> Markup:
    """Return a bar as long as an amount is of the whole; what is more than the whole is drawn as too much."""
    width = round(_WIDTH * min(1.0, usd / whole)) if whole else 0
    over = " over" if usd > whole else ""
    return Markup(  # noqa: S704  every piece of data in it is escaped or a number
        f'<svg class="bar usd{over}" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-labelledby="{name}-t"><title id="{name}-t">{html(label)}</title>'
        f'<rect class="room" width="{_WIDTH}" height="{_HEIGHT}"/>'
        f'<rect class="much" width="{width}" height="{_HEIGHT}"/></svg>'
    )


_BAR: Final = 12
_TALL: Final = 48
_LOWEST: Final = 3


def trend(points: Sequence[Point]) -> Markup:
    """Return a bar for each run, the oldest first, as high as it has failures and errors; none at all is a dot."""
    most = max((one.failing + one.errors for one in points), default=0) or 1
    wide = len(points) * _BAR
    shapes = [_column(one, number, most) for number, one in enumerate(points)]
    told = "; ".join(f"{one.run}: {one.failing} failing, {one.errors} errors" for one in points)
    return Markup(  # noqa: S704  every piece of data in it is escaped or a number
        f'<svg class="trend" viewBox="0 0 {wide} {_TALL}" width="{wide}" height="{_TALL}" role="img" '
        f'aria-labelledby="trend-t trend-d"><title id="trend-t">Verdicts that fail, and errors, by run</title>'
        f'<desc id="trend-d">{html(told)}</desc>{"".join(shapes)}</svg>'
    )


def _column(point: Point, place: int, most: int) -> str:
    left, wide = place * _BAR + 1, _BAR - 3
    if not point.failing + point.errors:
        kind = "pass" if point.complete else "error"
        return f'<rect class="b-{kind}" x="{left}" y="{_TALL - _LOWEST}" width="{wide}" height="{_LOWEST}"/>'
    failing = _height(point.failing, most)
    errors = _height(point.errors, most)
    return (
        f'<rect class="b-fail" x="{left}" y="{_TALL - failing}" width="{wide}" height="{failing}"/>'
        f'<rect class="b-error" x="{left}" y="{_TALL - failing - errors}" width="{wide}" height="{errors}"/>'
    )


def _height(count: int, most: int) -> int:
    return max(_LOWEST, (_TALL - 2 * _LOWEST) * count // most) if count else 0
