"""What passes or does not apply, as the page shows it: what is said alike once, then each resource with its facts.

These are nearly all verdicts of a page. They are written without a template and in few elements: a page is opened as
fast as it has elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup

from infra.outside import html
from reports import facts
from reports.models import Outcome, Verdict
from reports.words import counted, shortened


@lru_cache(maxsize=16_384)
def _text(text: str) -> str:
    """Return text for HTML; names, sources and many values stand on a page again and again."""
    return str(html(text))


def passing(found: Iterable[Verdict], most: int) -> Markup:
    """Return the items of a list: one for each verdict and message, with the resources of which it is said.

    ``most``: so many facts of each are shown.
    """
    alike: dict[tuple[Outcome, str], list[Verdict]] = {}
    for verdict in found:
        alike.setdefault((verdict.verdict, verdict.message), []).append(verdict)
    return Markup("".join(_told(*said, own, most) for said, own in alike.items()))  # noqa: S704  all of it is escaped


def _told(outcome: Outcome, message: str, own: Sequence[Verdict], most: int) -> str:
    said = _text(shortened(message, facts.LONGEST_MESSAGE))
    each = "\n".join(_each(own, most))
    return (
        f'<li class="quiet alike"><span class="v v-{outcome}">{outcome.text}</span> {said}\n<ul>\n{each}\n</ul></li>\n'
    )


def _each(own: Sequence[Verdict], most: int) -> Iterator[str]:
    """Yield an item for each verdict: its resource, the lines that declare it, a paragraph for what one source told."""
    above = ""
    for verdict in own:
        lines = "".join(f' <code class="at">{_text(line)}</code>' for line in verdict.lines)
        told = []
        more = len(verdict.evidence) - most
        for group in facts.grouped(verdict.evidence[:most], verdict.resource, whole=False):
            read = _read(group.source, group.read_at)
            told.append([_said(group.facts), "source as above" if read and read == above else read])
            above = read
        if more > 0:
            told = told or [["", ""]]
            told[-1][1] += f"{'; ' if told[-1][1] else ''}{counted(more, 'more fact')} in verdicts.jsonl"
        paragraphs = "".join(f'<p class="facts">{said}{read and f"<small>{read}</small>"}</p>' for said, read in told)
        yield f'<li><b class="res">{_text(verdict.resource)}</b>{lines}{paragraphs}</li>'


def _said(told: Iterable[facts.Fact]) -> str:
    return "".join(f"<i>{_text(one.name)}</i> <code>{_text(one.lines[0])}</code> " for one in told)


def _read(source: str | None, read_at: str | None) -> str:
    if not source and not read_at:
        return ""
    return f"{_text(source or 'source not stated')}{f', read {read_at}' if read_at else ''}"
