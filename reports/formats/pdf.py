"""The auditor's report as a tagged PDF (PDF/UA-1), set by typst from a template; what it says is data, never markup."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from infra.outside import terminal
from reports import lookup
from reports.conclusion import conclude
from reports.disk import RecordError
from reports.findings import Finding, findings
from reports.models import ENGINES, Outcome, Verdict
from reports.place import cloud_text, tier_name
from reports.population import populations
from reports.record import Record
from reports.requirements import requirements, share
from reports.tally import Tally
from reports.words import instant, number, shortened, value_text

_TEMPLATE: Final = Path(__file__).parents[1] / "templates" / "report.typ"
_LONGEST: Final = 1_500
_TOKEN: Final = 24  # a longer word may be broken anywhere, or it would leave its column
_BREAK: Final = "\u200b"
# Marks that the typesetter's own fonts have beside Latin, Greek and Cyrillic letters.
_KNOWN: Final = frozenset("–—‘’“”…•→≤≥≠×·°§±")  # noqa: RUF001  these very signs
_LAST_LETTER: Final = 0x4FF


def pdf(record: Record) -> bytes:
    """Return the document; the same record gives the same bytes.

    Raises:
        RecordError: the typesetter refuses what it was given.
    """
    import typst  # noqa: PLC0415  a run that writes no PDF does not wait for it

    data = json.dumps(document(record), ensure_ascii=False)
    try:
        made = typst.compile(
            _TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"report": data},
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
            timestamp=int(record.run.started.timestamp()),
        )
    except typst.TypstError as error:
        raise RecordError(f"{record.run.id}: the report could not be set as PDF: {terminal(str(error))}") from error
    return bytes(made)


def document(record: Record) -> dict[str, Any]:
    """Return what the template lays out: texts, and lists of rows of texts."""
    said = conclude(record)
    told: dict[str, Any] = _set(
        {
            "title": f"Compliance report {record.run.id}",
            "state": said.state,
            "headline": said.headline,
            "scope": said.scope,
            "incomplete": list(said.incomplete),
            "remarks": list(said.remarks),
            "about": _about(record),
            "totals": _totals(record),
            "findings": [_finding(one) for one in findings(record)],
            "requirements": _requirements(record),
            "counted": bool(record.plan.population),
            "population": _population(record),
            "controls": _controls(record),
            "versions": [list(pair) for pair in sorted(record.run.versions.items())],
            "policies": [list(pair) for pair in sorted(record.run.policies.items())],
            "outcomes": [outcome.text for outcome in Outcome],
        }
    )
    return told


def _about(record: Record) -> list[list[str]]:
    run = record.run
    places = [f"{note.name}: account {note.account}, {note.region}" for note in run.environments]
    finished = instant(record.summary.finished) if record.summary else "never closed"
    callers = run.callers.items() if isinstance(run.callers, dict) else ()
    return [
        ["Looked at", cloud_text(run)],
        *(["Environment", place] for place in places),
        *(["Read as", f"{name}: {value_text(who, _LONGEST)}"] for name, who in callers),
        ["Begun, finished", f"{instant(run.started)}, {finished}"],
        ["Commit", run.commit or "unknown"],
        ["Command", run.command],
    ]


def _totals(record: Record) -> list[list[str]]:
    rows = [
        [row.environment, tier_name(record.run, row.tier), number(row.tally.total), *_numbers(row.tally)]
        for row in lookup.totals(record)
    ]
    whole = Tally.of(verdict.verdict for verdict in record.verdicts)
    return [*rows, ["All", "", number(whole.total), *_numbers(whole)]]


def _numbers(tally: Tally) -> list[str]:
    return [number(tally[outcome]) for outcome in Outcome]


def _finding(one: Finding) -> dict[str, Any]:
    note = one.waiver
    waiver = (
        f"{note.id}: {note.reason} Owner {note.owner}, approved by {note.approver}, {note.ticket}, until "
        if note
        else ""
    )
    facts = [f"{fact.field} = {shortened(value_text(fact.value, _LONGEST), _LONGEST)}" for fact in one.decided]
    return {
        "verdict": one.verdict.text,
        "severity": one.severity,
        "control": one.control_id,
        "title": one.control.title if one.control else "not in the plan",
        "why": one.control.rationale if one.control else "",
        "requirements": ", ".join(one.control.satisfies) if one.control else "",
        "resource": one.resource,
        "message": shortened(one.message, _LONGEST),
        "where": one.where,
        "lines": list(one.locations),
        "facts": facts,
        "waiver": f"{waiver}{note.expires}." if note else "",
    }


def _requirements(record: Record) -> list[dict[str, Any]]:
    found: dict[str, list[list[str]]] = {}
    for one in requirements(record):
        passing, applying = share(one.tally)
        who = f" (no control: {one.note.unanswered})" if one.note.unanswered else ""
        counted = f"{number(passing)} of {number(applying)}" if one.controls else ""
        row = [one.note.reference, f"{one.note.title}{who}", one.status, counted]
        found.setdefault(one.note.framework, []).append(row)
    return [{"framework": name, "rows": rows} for name, rows in found.items()]


def _population(record: Record) -> list[list[str]]:
    return [
        [one.note.environment, one.note.tier, one.note.type, number(one.note.listed), number(one.note.in_stacks),
         number(one.judged), number(one.waived), number(one.unreadable), "; ".join(one.differences)]
        for one in populations(record)
        if one.differences or one.waived or one.unreadable
    ]  # fmt: skip


def _controls(record: Record) -> list[list[str]]:
    found = lookup.by_control(record.verdicts)
    rows = []
    for control in lookup.own_controls(record):
        tally = Tally.of(verdict.verdict for verdict in found.get(control.id, []))
        rows.append([control.id, control.title, control.severity, _counts(tally)])
    return [*rows, *_engines(record, found)]


def _engines(record: Record, found: dict[str, list[Verdict]]) -> Iterator[list[str]]:
    for engine in ENGINES:
        own = lookup.rules(record, engine)
        tally = Tally.of(verdict.verdict for rule in own for verdict in found.get(rule.id, []))
        if own:
            yield [engine, f"{number(len(own))} rules", "", _counts(tally)]


def _counts(tally: Tally) -> str:
    return ", ".join(f"{number(count)} {outcome.text}" for outcome, count in tally.worst_first) or "not planned"


def _set(value: Any) -> Any:
    """Return texts as the fonts can show them: what they have no sign for is written as its number."""
    if isinstance(value, str):
        return " ".join(map(_breakable, _shown(terminal(value)).split(" ")))
    if isinstance(value, dict):
        return {name: _set(one) for name, one in value.items()}
    return [_set(one) for one in value] if isinstance(value, list) else value


def _shown(text: str) -> str:
    if text.isascii():
        return text
    return "".join(map(_sign, unicodedata.normalize("NFC", text)))


def _sign(sign: str) -> str:
    code = ord(sign)
    letter = code <= _LAST_LETTER and unicodedata.category(sign)[0] in "LNPSZ" and not unicodedata.combining(sign)
    return sign if letter or sign in _KNOWN else f"\\u{{{code:x}}}"


def _breakable(word: str) -> str:
    return word if len(word) <= _TOKEN else _BREAK.join(_pieces(word))


def _pieces(word: str) -> Iterable[str]:
    return (word[start : start + _TOKEN // 2] for start in range(0, len(word), _TOKEN // 2))
