"""What is said of a run in a few lines: the conclusion, what changed since the run before, the worst findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from infra.outside import markdown, slack
from reports.conclusion import conclude
from reports.findings import Finding, findings
from reports.history.changes import Change, Kind, changes
from reports.models import SEVERITIES, Outcome
from reports.place import cloud_text
from reports.record import Record
from reports.tally import Tally
from reports.words import counted, listed, number, shortened

MARKER: Final = "<!-- touchstone -->"
"""By which a job finds the comment that it wrote before, to write it anew instead of a second one."""
_MOST: Final = 10
_LONGEST: Final = 240
_SAID: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("new", "new finding", "new findings"),
    ("appeared", "finding of what was not judged before", "findings of what was not judged before"),
    ("changed", "finding of another kind", "findings of another kind"),
    ("fixed", "finding less", "findings less"),
    ("gone", "finding judged no more", "findings judged no more"),
)
Medium = Callable[[str], str]


def changed(record: Record, before: Record | None) -> list[Change]:
    """Return what is otherwise than in the run before; nothing where there was none."""
    return [one for one in changes(before, record) if one.kind != "still"] if before else []


def is_news(record: Record, before: Record | None) -> bool:
    """Say whether there is something to tell: the first run, another conclusion, or a cell that changed."""
    return before is None or conclude(before).state != conclude(record).state or bool(changed(record, before))


def comment(record: Record, before: Record | None) -> str:
    """Return the comment of a pull request, as Markdown that quotes nothing that acts."""
    lines = [MARKER, f"### {markdown(conclude(record).headline)}", "", *_body(record, before, markdown, "- ", "**")]
    return "\n".join(lines) + "\n"


def message(record: Record, before: Record | None) -> str:
    """Return the text of a message, in the few marks that Slack knows; other receivers show it as it is."""
    lines = [f"*{slack(conclude(record).headline)}*", *_body(record, before, slack, "• ", "*")]
    return "\n".join(lines)


def _body(record: Record, before: Record | None, plain: Medium, dot: str, bold: str) -> Iterator[str]:
    tally = Tally.of(verdict.verdict for verdict in record.verdicts)
    counts = ", ".join(f"{number(count)} {outcome.text}" for outcome, count in tally.parts)
    places = ", ".join(note.name for note in record.run.environments)
    yield plain(
        f"{places}: {counts}. {cloud_text(record.run)} Run {record.run.id}, commit {record.run.commit or 'unknown'}."
    )
    yield ""
    yield plain(_since(record, before))
    severe = Counter(one.severity for one in findings(record) if one.verdict is Outcome.FAIL)
    if severe:
        yield plain(
            f"What fails, by severity: {listed([f'{number(severe[one])} {one}' for one in SEVERITIES if severe[one]])}."
        )
    yield ""
    news = changed(record, before)
    told = (
        [_changed(one, plain, bold) for one in news]
        if before
        else [_found(one, plain, bold) for one in findings(record)]
    )
    yield from (f"{dot}{line}" for line in told[:_MOST])
    if len(told) > _MOST:
        yield f"{dot}and {number(len(told) - _MOST)} more"


def _since(record: Record, before: Record | None) -> str:
    if before is None:
        return "There is no run before it to compare with."
    counts = Counter(one.kind for one in changed(record, before))
    parts = [counted(counts[kind], one, many) for kind, one, many in _SAID if counts[kind]]
    return f"Since {before.run.id}: {listed(parts) if parts else 'nothing changed'}."


def _changed(one: Change, plain: Medium, bold: str) -> str:
    said = one.shown
    why = f" ({'; '.join(one.causes)})" if one.causes else ""
    text = f"{said.control} {said.environment} {said.tier} {said.resource}: {shortened(said.message, _LONGEST)}{why}"
    return f"{bold}{one.kind}{bold} {plain(f'{said.verdict.text} ({said.severity})')} {plain(text)}"


def _found(one: Finding, plain: Medium, bold: str) -> str:
    text = f"{one.control_id} {one.resource}: {shortened(one.message, _LONGEST)} ({one.where})"
    return f"{bold}{plain(one.verdict.text)}{bold} {plain(f'({one.severity}) {text}')}"
