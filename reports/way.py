"""A way through the network as a picture: its hops one below the other, and in words for who does not see it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from infra.outside import html, terminal
from reports.models import Hop

# As wide as the smallest screen has room for: what is drawn smaller cannot be read there.
_WIDTH: Final = 320
_LETTERS: Final = 42
_MOST_LINES: Final = {"what": 1, "name": 2, "says": 4}
_LINE: Final = 15
_GAP: Final = 12
_RAIL: Final = 9


def picture(name: str, label: str, hops: Sequence[Hop]) -> Markup:
    """Return the hops as a drawing; ``name`` makes its ids unique, ``label`` says what it is about."""
    top, texts, places = 0, [], []
    for hop in hops:
        lines = _lines(hop)
        places.append(top + 8)
        texts.append(_texts(lines, top))
        top += sum(bool(line) for _, line in lines) * _LINE + _GAP
    rail = [_rail(above, below, hop) for above, below, hop in zip(places, places[1:], hops[1:], strict=False)]
    marks = [_mark(place, hop) for place, hop in zip(places, hops, strict=True)]
    words = "; ".join(one.told for one in hops)
    return Markup(  # noqa: S704  every piece of data in it is escaped or a number
        f'<svg class="way" viewBox="0 0 {_WIDTH} {max(top, 1)}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{html(label)}</title><desc id="{name}-d">{html(words)}</desc>'
        f"{''.join((*rail, *marks, *texts))}</svg>"
    )


def _lines(hop: Hop) -> list[tuple[str, str]]:
    """Return what is written beside a hop: the class and the text of each line, as many whatever the text is."""
    parts = (("what", hop.what), ("name", hop.name), ("says", hop.detail))
    return [(kind, line) for kind, text in parts for line in _broken(text, _MOST_LINES[kind])]


def _broken(text: str, most: int) -> list[str]:
    """Break a text into lines, after it is harmless and without secrets; what has no room is in the words."""
    found = textwrap.wrap(terminal(text), _LETTERS, break_on_hyphens=False)
    shown = found if len(found) <= most else [*found[: most - 1], f"{found[most - 1][: _LETTERS - 1]}…"]
    return shown + [""] * (most - len(shown))


def _texts(lines: Sequence[tuple[str, str]], top: int) -> str:
    return "".join(
        f'<text class="{kind}" x="26" y="{top + 12 + number * _LINE}">{escape(line)}</text>'
        for number, (kind, line) in enumerate(sorted(lines, key=lambda pair: not pair[1]))
    )


def _rail(above: int, below: int, hop: Hop) -> str:
    kind = "back" if hop.answer else "forth"
    return f'<line class="{kind}" x1="{_RAIL}" y1="{above}" x2="{_RAIL}" y2="{below}"/>'


def _mark(place: int, hop: Hop) -> str:
    if hop.passes:
        return f'<circle class="{"back" if hop.answer else "forth"}" cx="{_RAIL}" cy="{place}" r="5"/>'
    left, right, upper, lower = _RAIL - 6, _RAIL + 6, place - 6, place + 6
    return f'<path class="shut" d="M{left} {upper}L{right} {lower}M{right} {upper}L{left} {lower}"/>'
