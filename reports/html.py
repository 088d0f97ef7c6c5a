"""Renders a record as one self-contained page: no request, no inline style, a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from infra import outside
from reports import deployed, facts, place, words
from reports.cards import NOTHING, Since
from reports.fitting import MOST_BYTES, details
from reports.lookup import TotalsRow
from reports.models import SEVERITIES, CostNote, Outcome
from reports.overview import MOST_NAMED
from reports.picture import bar, money, trend
from reports.record import Record
from reports.requirements import STATUSES, share
from reports.view import Page, page
from reports.way import picture

TEMPLATES = Path(__file__).parent / "templates"
MOST_LINES = 10
"""Lines of a rule of an engine on a grouped page."""
MOST_REASONS = 100
"""Reasons of errors on a grouped page."""
CACHE = Path(__file__).parents[1] / ".cache" / "jinja"


def render(record: Record, since: Since = NOTHING) -> str:
    """Return the page, as telling as it can be with so many bytes that a browser opens it at once.

    The same record, beside the same runs, gives the same bytes.
    """
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    template = _jinja().get_template("index.html.j2")
    shown = ""
    for detail in details(record):
        shown = template.render(
            page=page(record, detail, since),
            record=record,
            run=record.run,
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704  our own files, not data
            script=Markup(script),  # noqa: S704
        )
        if len(shown.encode(errors="backslashreplace")) <= MOST_BYTES:
            break
    return shown


def policy(style: str, script: str) -> str:
    """Return the content security policy: nothing but this very style and this very script."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _compiled() -> FileSystemBytecodeCache | None:
    """Keep compiled templates beside the checkout; what they are compiled with is part of the folder's name."""
    made_by = hashlib.sha256(Path(__file__).read_bytes() + version("jinja2").encode()).hexdigest()[:16]
    folder = CACHE / made_by
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a checkout that cannot be written to: they are compiled anew each time
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def _jinja() -> Environment:
    jinja = Environment(
        bytecode_cache=_compiled(),
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.globals.update(_GLOBALS)
    jinja.filters.update(
        number=words.number,
        dollars=words.dollars,
        instant=words.instant,
        shortened=lambda text: words.shortened(text, facts.LONGEST_MESSAGE),
    )
    return jinja


def _finalize(value: Any) -> Any:
    """Write whatever data a template prints as text from outside."""
    return outside.html(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def started_and_took(record: Record) -> str:
    """Return when the run began and how long it took, where that is known."""
    began = words.instant(record.run.started)
    if record.summary is None:
        return f"{began}; the end was not recorded"
    return f"{began}, {words.duration(record.summary.started, record.summary.finished)}"


KINDS: Final = {
    "new": "new",
    "appeared": "of what was not judged before",
    "changed": "of another kind than before",
    "fixed": "fixed",
    "gone": "judged no more",
}


def line_of(text: str) -> Markup:
    """Return ``path:line (why)`` so that a narrow column breaks it wherever it must, but never inside the number."""
    folders, slash, last = text.rpartition("/")
    name, space, why = last.partition(" ")
    parts = (outside.html(part) for part in (folders + slash, name, space + why))
    return Markup('%s<span class="nobr">%s</span>%s') % tuple(parts)


def is_plain(link: str | None) -> bool:
    """Say whether a link of the record leads to a page and does nothing else: it is data like all the rest."""
    return link is not None and re.fullmatch(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9./_#-]*)?", link) is not None


def cost_services(notes: Iterable[CostNote]) -> list[str]:
    """Return the services of all estimates, what costs most in any of them first."""
    most: dict[str, float] = {}
    for note in notes:
        for name, usd in note.services.items():
            most[name] = max(usd, most.get(name, 0))
    return sorted(most, key=lambda name: (-most[name], name))


def column_sums(shown: Page) -> tuple[int, int]:
    """Return how many verdicts were planned and how many of them recorded, added up over the rows of the totals."""
    rows: tuple[TotalsRow, ...] = shown.totals
    return sum(row.tally.total for row in rows), sum(row.recorded for row in rows)


_GLOBALS: Final[dict[str, Any]] = {
    "Outcome": Outcome,
    "SEVERITIES": SEVERITIES,
    "bar": bar,
    "money": money,
    "way_picture": picture,
    "cost_services": cost_services,
    "brief": deployed.brief,
    "came": deployed.came,
    "deployments": deployed.deployments,
    "judged": deployed.judged,
    "counted": words.counted,
    "some": words.some,
    "listed": words.listed,
    "cloud": place.cloud,
    "cloud_text": place.cloud_text,
    "tier_name": place.tier_name,
    "tier_text": place.tier_text,
    "started_and_took": started_and_took,
    "column_sums": column_sums,
    "MOST_LINES": MOST_LINES,
    "MOST_NAMED": MOST_NAMED,
    "MOST_REASONS": MOST_REASONS,
    "STATUSES": STATUSES,
    "KINDS": KINDS,
    "is_plain": is_plain,
    "line_of": line_of,
    "share": share,
    "trend": trend,
}
