"""The record in brief, as Markdown that a pull request can show: conclusion, totals, controls, findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from infra.outside import markdown as plain
from reports import lookup
from reports.conclusion import conclude
from reports.database import DATABASE
from reports.deployed import brief, came, deployments, judged
from reports.findings import Finding, together
from reports.lookup import EnvironmentCell
from reports.models import ENGINES, Control, DeploymentsNote, Outcome
from reports.place import cloud_text, tier_name
from reports.record import Record
from reports.tally import Tally
from reports.words import instant, number, shortened, some

MOST_FINDINGS = 20
MOST_REASONS = 10
_MOST_DEPLOYMENTS = 5
_LONGEST_MESSAGE = 300
_MARKS: Final = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✕",
    Outcome.ERROR: "!",
    Outcome.WAIVED: "≈",
    Outcome.NOT_APPLICABLE: "–",  # noqa: RUF001  the same mark as on the page
    Outcome.MANUAL: "?",
}


def markdown(record: Record) -> str:
    """Return the summary; the same record gives the same bytes."""
    parts = [
        *_head(record),
        *_totals(record),
        *_controls(record),
        *_findings(together(record)),
        *_deployments(record),
        "---",
        f"Every verdict with its evidence is in {_whole(record)} of the run folder.",
    ]
    return "\n\n".join(parts) + "\n"


def _whole(record: Record) -> str:
    return f"`{DATABASE}` and `verdicts.jsonl`" if record.large else "`index.html` and `verdicts.jsonl`"


def _head(record: Record) -> list[str]:
    said = conclude(record)
    parts = [f"## {plain(said.headline)}"]
    if said.incomplete:
        reasons = [f"> - {plain(line)}" for line in said.incomplete[:MOST_REASONS]]
        rest = len(said.incomplete) - MOST_REASONS
        more = [f"> - and {number(rest)} more"] if rest > 0 else []
        banner = ["> [!CAUTION]", "> **This record is incomplete.** Nothing may be concluded from what is absent.", ">"]
        parts.append("\n".join([*banner, *reasons, *more]))
    parts.append(plain(f"{said.sentence} {said.scope}"))
    parts.append(f"**Looked at:** {plain(cloud_text(record.run))} Run {plain(record.run.id)}, {_when(record)}.")
    parts += ["\n".join(f"- {plain(line)}" for line in said.remarks)] if said.remarks else []
    return parts


def _when(record: Record) -> str:
    return f"begun {instant(record.run.started)}"


def _totals(record: Record) -> list[str]:
    head = ["Environment", "Tier", "Planned", "Recorded", *(outcome.text for outcome in Outcome)]
    rows = [
        [plain(row.environment), plain(tier_name(record.run, row.tier)), *_numbers(row.tally, row.recorded)]
        for row in lookup.totals(record)
    ]
    whole = Tally.of(verdict.verdict for verdict in record.verdicts)
    recorded = whole.total - len(record.reconciled.missing)
    rows.append(["**All**", "", *(f"**{text}**" for text in _numbers(whole, recorded))])
    return ["### Totals", _table(head, rows, right_from=2)]


def _numbers(tally: Tally, recorded: int) -> list[str]:
    return [number(tally.total), number(recorded), *(number(tally[outcome]) for outcome in Outcome)]


def _controls(record: Record) -> list[str]:
    found = lookup.by_control(record.verdicts)
    names = [plain(note.name) for note in record.run.environments]
    rows = [
        [_named(control), *(_cell(item) for item in lookup.across(record, found.get(control.id, [])))]
        for control in lookup.own_controls(record)
    ]
    for engine in ENGINES:
        own = lookup.rules(record, engine)
        if own:
            together = [verdict for control in own for verdict in found.get(control.id, [])]
            named = f"**{engine}** ({number(len(own))} rules)"
            rows.append([named, *(_cell(item) for item in lookup.across(record, together))])
    return ["### Controls by environment", _table(["Control", *names], rows)]


def _named(control: Control) -> str:
    return f"**{plain(control.id)}** {plain(control.title)}"


def _cell(item: EnvironmentCell) -> str:
    parts = [f"{_MARKS[outcome]} {number(count)} {outcome.text}" for outcome, count in item.tally.worst_first]
    return ", ".join(parts) or "not planned"


def _findings(found: Sequence[Finding]) -> list[str]:
    if not found:
        return ["### Findings", "None."]
    lines = [_line(finding) for finding in found[:MOST_FINDINGS]]
    if len(found) > MOST_FINDINGS:
        lines.append(f"- and {number(len(found) - MOST_FINDINGS)} more")
    return ["### Findings", "\n".join(lines)]


def _alike(finding: Finding) -> str:
    return f" and {number(len(finding.alike))} more alike ({plain(some(finding.alike))})" if finding.alike else ""


def _line(finding: Finding) -> str:
    title = f" {plain(finding.control.title)}" if finding.control else " (not in the plan)"
    where = finding.where
    lines = f" [{plain(', '.join(finding.locations))}]" if finding.locations else ""
    verdict = f"{_MARKS[finding.verdict]} {finding.verdict.text}"
    text = (
        f"- **{verdict}** ({finding.severity}) {plain(finding.control_id)}{title}: "
        f"{plain(finding.resource)}{_alike(finding)} {plain(shortened(finding.message, _LONGEST_MESSAGE))} "
        f"({plain(where)}){lines}"
    )
    note = finding.waiver
    if note is None:
        return text
    about = f"{note.id}, {note.ticket}, owner {note.owner}, approved by {note.approver}, expires {note.expires}"
    return f"{text}; waiver {plain(about)}: {plain(note.reason)}"


def _deployments(record: Record) -> list[str]:
    notes = record.run.deployments
    if not notes:
        return []
    head = [
        "Environment",
        "When",
        "What",
        "By",
        "Came of it",
        "Commit",
        "Templates",
        "Code",
        "Plan",
        "Validate",
        "Smoke",
    ]
    rows = [row for note in notes for row in _deployed(note)]
    lines = [f"- {plain(line)}" for note in notes for line in _untold(note)]
    return ["### Deployments", *([_table(head, rows)] if rows else []), *(["\n".join(lines)] if lines else [])]


def _deployed(note: DeploymentsNote) -> Iterator[list[str]]:
    for one in deployments(note)[:_MOST_DEPLOYMENTS]:
        entry = one.note
        told = shortened(entry.told, _LONGEST_MESSAGE)
        tried = [judged(each) if one.deploys else "" for each in one.tries]
        digests = [brief(each) or "none" for each in (entry.commit, entry.templates, entry.code, entry.plan)]
        words = [
            note.environment,
            instant(entry.at),
            entry.action,
            entry.by,
            f"{came(entry)}: {told}",
            *digests,
            *tried,
        ]
        yield [plain(word) for word in words]


def _untold(note: DeploymentsNote) -> Iterator[str]:
    where = f"{note.environment} ({note.tier})"
    if note.unread:
        yield f"{where}: the history could not be read: {note.unread}"
    elif not note.entries and not note.bad:
        yield f"{where}: nothing is on record in {note.place}"
    yield from (f"{where}: no entry: {line}" for line in note.bad[:MOST_REASONS])
    left = note.older + len(note.entries[_MOST_DEPLOYMENTS:]) + len(note.bad[MOST_REASONS:])
    if left:
        yield f"{where}: {number(left)} more in {note.place}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], right_from: int | None = None) -> str:
    rule = ["---:" if right_from is not None and place >= right_from else "---" for place in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
