"""SARIF 2.1.0 for code scanning: one result a finding, at the line that decided it, under a name that stays."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from infra.outside import markdown
from infra.outside import sarif as said
from reports.conclusion import conclude
from reports.findings import Finding, findings
from reports.models import Control, Hop, Outcome, Severity
from reports.record import Record

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "touchstoneFinding/v1"
_LEVELS: Final[dict[Severity, str]] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# What GitHub ranks by: critical is above 9, high from 7, medium from 4.
_RANKS: Final[dict[Severity, str]] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_MOST_TAGS: Final = 10  # GitHub keeps as many of a rule
_LINE: Final = re.compile(r"(?P<path>[^\s:]+):(?P<line>[1-9][0-9]{0,8})(?: \((?P<why>.*)\))?")


def sarif(record: Record) -> str:
    """Return the findings of the record; the same record gives the same bytes."""
    found = findings(record)
    rules = {control.id: number for number, control in enumerate(record.controls)}
    seen: Counter[tuple[str, ...]] = Counter()
    told = {
        # GitHub replaces what it knows of the same category: a run of the templates alone says nothing of the others.
        "automationDetails": {"id": f"touchstone/{'+'.join(record.run.tiers)}/"},
        "invocations": [_invocation(record)],
        "columnKind": "unicodeCodePoints",
    }
    driver = f'{{"name": "Touchstone", "rules": {_lines(map(_rule, record.controls))}}}'
    results = _lines(_result(finding, rules, seen) for finding in found)
    run = f'{{"tool": {{"driver": {driver}}}, {json.dumps(told)[1:-1]}, "results": {results}}}'
    return f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{run}]}}\n'


def _lines(items: Iterable[Mapping[str, Any]]) -> str:
    """Return a list in JSON with an item a line: one that is indented takes longer than all that is in it."""
    told = ",\n".join(map(json.dumps, items))
    return f"[\n{told}\n]"


def _invocation(record: Record) -> dict[str, Any]:
    """Say whether the run could look at everything it had to, and when it did not, why: no result is not a pass."""
    concluded = conclude(record)
    why = concluded.incomplete or ((concluded.headline,) if concluded.state == "cannot" else ())
    lines = [*(("error", line) for line in why), *(("warning", line) for line in concluded.remarks)]
    told: dict[str, Any] = {
        "executionSuccessful": not why and not any(v.verdict is Outcome.ERROR for v in record.verdicts),
        "startTimeUtc": _instant(record.run.started),
        "toolExecutionNotifications": [{"level": level, "message": {"text": said(line)}} for level, line in lines],
    }
    if record.summary:
        told |= {"endTimeUtc": _instant(record.summary.finished), "exitCode": record.summary.exit_code}
    return told


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rule(control: Control) -> dict[str, Any]:
    answers = ", ".join(control.satisfies)
    help_ = [control.rationale, *([f"It answers {answers}."] if answers else [])]
    return {
        "id": said(control.id),
        "shortDescription": {"text": said(control.title)},
        "fullDescription": {"text": said(control.rationale)},
        "help": {"text": said(" ".join(help_)), "markdown": "\n\n".join(map(markdown, help_))},
        "defaultConfiguration": {"level": _LEVELS[control.severity]},
        "properties": {
            "security-severity": _RANKS[control.severity],
            "tags": list(dict.fromkeys(map(said, ("security", *control.satisfies))))[:_MOST_TAGS],
            "declared": said(control.location),
        },
    }


def _result(finding: Finding, rules: dict[str, int], seen: Counter[tuple[str, ...]]) -> dict[str, Any]:
    first, *others = [_physical(line) for line in finding.locations] or [_whole_environment(finding)]
    logical = [{"name": said(finding.resource), "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": said(finding.control_id),
        # A verdict that is no failure fails all the same here: a reader may leave out what has no level, and what could
        # not be looked at must not look like nothing.
        "level": _LEVELS[finding.severity],
        "message": {"text": said(f"{finding.resource}: {finding.verdict.text}: {finding.message} ({finding.where})")},
        "locations": [{"physicalLocation": first["physicalLocation"], "logicalLocations": logical}],
        "relatedLocations": [{"id": number, **other} for number, other in enumerate(others, start=1)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(finding, seen)},
        "properties": {"verdict": finding.verdict.value, "severity": finding.severity},
    }
    if finding.control_id in rules:
        result["ruleIndex"] = rules[finding.control_id]
    if finding.way:
        result["codeFlows"] = [_flow(finding.way)]
    if finding.waiver:
        note = finding.waiver
        why = f"{note.id}: {note.reason} ({note.ticket}, owner {note.owner}, approved by {note.approver})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said(why)}]
    return result


def _flow(way: Sequence[Hop]) -> dict[str, Any]:
    """Return a way through the network: a place a hop, by its name, because no line of a file is one."""
    places = [
        {
            "executionOrder": number,
            "kinds": [said(hop.what), "answer" if hop.answer else "request"],
            "importance": "important" if hop.passes else "essential",
            "location": {
                "logicalLocations": [{"name": said(hop.name), "kind": said(hop.what)}],
                "message": {"text": said(hop.told)},
            },
        }
        for number, hop in enumerate(way, start=1)
    ]
    return {"threadFlows": [{"locations": places}]}


def _physical(line: str) -> dict[str, Any]:
    """Return ``file:line (parameter)`` as SARIF has it; what is no such line is a file of that name."""
    match = _LINE.fullmatch(line)
    path, number = (match["path"], int(match["line"])) if match else (line, 1)
    # A name is a path and nothing else: no scheme, no host, no way out of the folder.
    inside = "/".join(part for part in path.split("/") if part not in ("", ".", ".."))
    where = {"artifactLocation": {"uri": quote(said(inside)) or "unknown"}, "region": {"startLine": number}}
    told: dict[str, Any] = {"physicalLocation": where}
    if match and match["why"]:
        told["message"] = {"text": said(f"{match['why']} is set here")}
    return told


def _whole_environment(finding: Finding) -> dict[str, Any]:
    """Return the file of the environment: GitHub takes no result without a place, and no line declares this one."""
    return _physical(f"infra/environments/{finding.places[0][0]}.toml:1")


def _fingerprint(finding: Finding, seen: Counter[tuple[str, ...]]) -> str:
    """Return what names the finding from run to run: not its line, nor what was found, which change before it goes.

    Those that are alike in all that names them are told apart by their order.
    """
    environments = sorted({environment for environment, _ in finding.places})
    key = (finding.control_id, finding.resource, *environments)
    seen[key] += 1
    return hashlib.sha256(json.dumps([*key, seen[key]]).encode()).hexdigest()
