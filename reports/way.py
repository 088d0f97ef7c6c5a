"""A way through the network as a picture: its hops one below the other, and in words for who does not see it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from infra.outside import terminal
from reports.models import Hop

# As wide as the smallest screen has room for: what is drawn smaller cannot be read there.
_WIDTH: Final = 320
_LETTERS: Final = 42
_MOST_LINES: Final = 6
_LINE: Final = 15
_GAP: Final = 12
_RAIL: Final = 9


def picture(name: str, label: str, hops: Sequence[Hop]) -> Markup:
    """Return the hops as a drawing; ``name`` makes its ids unique, ``label`` says what it is about."""
    top, shapes, places = 0, [], []
    for hop in hops:
        lines = _lines(hop)
        places.append(top + 8)
        shapes.append(_texts(lines, top))
        top += len(lines) * _LINE + _GAP
    rail = [_rail(above, below, hop) for above, below, hop in zip(places, places[1:], hops[1:], strict=False)]
    marks = [_mark(place, hop) for place, hop in zip(places, hops, strict=True)]
    words = "; ".join(f"{one.what} {one.name}: {one.detail}{'' if one.passes else ', and no further'}" for one in hops)
    return Markup(  # noqa: S704  every piece of data in it is escaped or a number
        f'<svg class="way" viewBox="0 0 {_WIDTH} {max(top, 1)}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{_safe(label)}</title><desc id="{name}-d">{_safe(words)}</desc>'
        f"{''.join((*rail, *marks, *shapes))}</svg>"
    )


def _safe(text: str) -> Markup:
    return escape(terminal(text))


def _lines(hop: Hop) -> list[tuple[str, str]]:
    """Return what is written beside a hop: the class and the text of each line, broken only after it is harmless."""
    detail = _broken(hop.detail)
    return (
        [("what", f"{terminal(hop.what)}")]
        + [("name", line) for line in _broken(hop.name)]
        + [("says", line) for line in detail]
    )


def _broken(text: str) -> list[str]:
    found = textwrap.wrap(terminal(text), _LETTERS, break_long_words=True, break_on_hyphens=False)
    return found if len(found) <= _MOST_LINES else [*found[: _MOST_LINES - 1], "…"]


def _texts(lines: Sequence[tuple[str, str]], top: int) -> str:
    return "".join(
        f'<text class="{kind}" x="26" y="{top + 12 + number * _LINE}">{escape(line)}</text>'
        for number, (kind, line) in enumerate(lines)
    )


def _rail(above: int, below: int, hop: Hop) -> str:
    kind = "back" if hop.answer else "forth"
    return f'<line class="{kind}" x1="{_RAIL}" y1="{above}" x2="{_RAIL}" y2="{below}"/>'


def _mark(place: int, hop: Hop) -> str:
    if hop.passes:
        return f'<circle class="{"back" if hop.answer else "forth"}" cx="{_RAIL}" cy="{place}" r="5"/>'
    left, right, upper, lower = _RAIL - 6, _RAIL + 6, place - 6, place + 6
    return f'<path class="shut" d="M{left} {upper}L{right} {lower}M{right} {upper}L{left} {lower}"/>'
