"""OSCAL 1.2.3 assessment results: a result for each environment and tier, its evidence named by digest.

A finding is one requirement's; it rests on observations, one for each control and verdict, whose subjects are the
resources. Every reference leads to something in the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from infra.outside import terminal as said
from reports.conclusion import conclude
from reports.formats.naming import uuid_of
from reports.models import Control, EnvironmentNote, Outcome, Tier, Verdict
from reports.place import tier_text
from reports.record import Record
from reports.requirements import Requirement, Status, requirements, status_of
from reports.tally import Tally

VERSION: Final = "1.2.3"
NAMESPACE: Final = "urn:touchstone:oscal"
_REASONS: Final[dict[Status, tuple[str, str]]] = {
    "met": ("satisfied", "pass"),
    "not met": ("not-satisfied", "fail"),
    "partly": ("not-satisfied", "fail"),
    "attested": ("not-satisfied", "other"),
    "not assessed": ("not-satisfied", "other"),
}
_RISKS: Final = {Outcome.FAIL: "open", Outcome.ERROR: "investigating", Outcome.WAIVED: "deviation-approved"}
_NO_TOKEN: Final = re.compile(r"[^A-Za-z0-9._-]+")
_TOOL: Final = uuid_of("touchstone")
_NONE: Final = "(nothing is said)"
Row = dict[str, Any]
Group = tuple[str, Outcome]


def oscal(record: Record) -> str:
    """Return the assessment results; the same record gives the same bytes."""
    asked = requirements(record)
    places = [(note, tier) for note in record.run.environments for tier in record.run.tiers]
    results = [_result(record, note, tier, asked) for note, tier in places]
    document = {
        "uuid": uuid_of(record.run.id, "results"),
        "metadata": {
            "title": f"Touchstone {said(record.run.id)}",
            "last-modified": record.run.started.isoformat(),
            "version": said(record.run.id),
            "oscal-version": VERSION,
            "remarks": said(conclude(record).headline),
        },
        "import-ap": {"href": f"#{_file(record, 'plan.json')}"},
        "results": results,
        "back-matter": {"resources": list(_files(record))},
    }
    return f"{json.dumps({'assessment-results': document}, indent=1)}\n"


def _file(record: Record, name: str) -> str:
    return uuid_of(record.run.id, "file", name)


def _files(record: Record) -> Iterator[Row]:
    """Name the files of the record with the digests of its seal."""
    seal = record.summary.seal if record.summary else None
    known = {"plan.json": seal.plan, **seal.files} if seal else {"plan.json": None}
    for name, value in {**known, "verdicts.jsonl": None}.items():
        link: Row = {"href": said(name)}
        if value:
            link["hashes"] = [{"algorithm": "SHA-256", "value": value}]
        yield {"uuid": _file(record, name), "title": said(name), "rlinks": [link]}


def _result(record: Record, note: EnvironmentNote, tier: Tier, asked: list[Requirement]) -> Row:
    here = [one for one in record.verdicts if (one.environment, one.tier) == (note.name, tier)]
    groups: dict[Group, list[Verdict]] = {}
    for verdict in here:
        groups.setdefault((verdict.control, verdict.verdict), []).append(verdict)
    where = (record.run.id, note.name, tier)
    controls = {control.id: control for control in record.controls}
    answered = [one for one in asked if any(control in {name for name, _ in groups} for control in one.controls)]
    result: Row = {
        "uuid": uuid_of(*where, "result"),
        "title": said(f"{note.name}, {tier}"),
        "description": said(f"Account {note.account}, region {note.region}: {tier_text(record.run, tier)}."),
        "start": record.run.started.isoformat(),
        "reviewed-controls": {"control-selections": [_selection(answered)]},
    }
    if record.summary:
        result["end"] = record.summary.finished.isoformat()
    if groups:
        result["local-definitions"] = {"components": [_tool(record)], "inventory-items": list(_items(where, here))}
        result["observations"] = [_observation(record, where, controls, *one) for one in groups.items()]
        result["risks"] = [_risk(where, controls, *one) for one in groups.items() if one[0][1] in _RISKS]
        result["findings"] = [_finding(where, one, groups) for one in answered]
    return {name: value for name, value in result.items() if value != []}


def _tool(record: Record) -> Row:
    ran = ", ".join(f"{name} {version}" for name, version in sorted(record.run.versions.items()))
    return {
        "uuid": _TOOL,
        "type": "software",
        "title": "Touchstone",
        "description": said(f"Judged by {ran or 'unknown versions'}, commit {record.run.commit or 'unknown'}."),
        "status": {"state": "operational"},
    }


def _selection(answered: list[Requirement]) -> Row:
    if not answered:
        return {"description": "No requirement is answered here."}
    return {"include-controls": [{"control-id": token(one.note.reference)} for one in answered]}


def token(reference: str) -> str:
    """Return a reference as OSCAL's catalog of NIST calls it (``ac-3.3``), or as any other token."""
    nist = re.fullmatch(r"NIST-800-53:([A-Z]{2}-[0-9]+)(?:\(([0-9]+)\))?", reference)
    if nist:
        return nist[1].lower() + (f".{nist[2]}" if nist[2] else "")
    plain = _NO_TOKEN.sub("-", reference).strip("-.")
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def _items(where: tuple[str, ...], here: list[Verdict]) -> Iterator[Row]:
    for name in dict.fromkeys(verdict.resource for verdict in here):
        asset = {"name": "asset-id", "value": said(name) or _NONE}
        yield {"uuid": uuid_of(*where, "item", name), "description": said(name) or _NONE, "props": [asset]}


def _observation(
    record: Record, where: tuple[str, ...], controls: dict[str, Control], group: Group, found: list[Verdict]
) -> Row:
    control, outcome = group
    known = controls.get(control)
    _, environment, tier = where
    evidence = ["verdicts.jsonl", *_inventory(record, environment, tier)]
    return {
        "uuid": uuid_of(*where, "observation", control, outcome.value),
        "title": said(f"{control} {known.title if known else ''}".strip()) or _NONE,
        "description": said(_told(found)) or _NONE,
        "props": [{"name": "verdict", "ns": NAMESPACE, "value": outcome.value}],
        "methods": ["TEST"],
        "subjects": [
            {"subject-uuid": uuid_of(*where, "item", one), "type": "inventory-item"}
            for one in dict.fromkeys(verdict.resource for verdict in found)
        ],
        "relevant-evidence": [
            {"href": f"#{_file(record, name)}", "description": f"{name} of the run folder"} for name in evidence
        ],
        "collected": (found[0].at or record.run.started).isoformat(),
    }


def _inventory(record: Record, environment: str, tier: str) -> Iterator[str]:
    name = f"inventory/{environment}-{tier}.json"
    if record.summary and record.summary.seal and name in record.summary.seal.files:
        yield name


def _told(found: list[Verdict]) -> str:
    if not found[0].is_finding:
        return f"{found[0].verdict.text}: {len(found)}"
    return "; ".join(f"{verdict.resource}: {verdict.message}" for verdict in found)


def _risk(where: tuple[str, ...], controls: dict[str, Control], group: Group, found: list[Verdict]) -> Row:
    control, outcome = group
    known = controls.get(control)
    notes = {verdict.waiver.id: verdict.waiver for verdict in found if verdict.waiver}
    why = "; ".join(f"{one.id}: {one.reason} (owner {one.owner}, until {one.expires})" for one in notes.values())
    risk: Row = {
        "uuid": uuid_of(*where, "risk", control, outcome.value),
        "title": said(control) or _NONE,
        "description": said(known.rationale if known else control) or _NONE,
        "statement": said(why or _told(found)) or _NONE,
        "status": _RISKS[outcome],
        "related-observations": [{"observation-uuid": uuid_of(*where, "observation", control, outcome.value)}],
    }
    if known:
        facet = {"name": "severity", "system": NAMESPACE, "value": known.severity}
        actor = {"type": "tool", "actor-uuid": _TOOL}
        risk["characterizations"] = [{"origin": {"actors": [actor]}, "facets": [facet]}]
    return risk


def _finding(where: tuple[str, ...], one: Requirement, groups: dict[Group, list[Verdict]]) -> Row:
    own = {group: found for group, found in groups.items() if group[0] in one.controls}
    status = status_of(Tally.of(outcome for (_, outcome), found in own.items() for _ in found))
    state, reason = _REASONS[status]
    risks = [
        {"risk-uuid": uuid_of(*where, "risk", control, outcome.value)} for control, outcome in own if outcome in _RISKS
    ]
    finding: Row = {
        "uuid": uuid_of(*where, "finding", one.note.reference),
        "title": said(f"{one.note.reference} {one.note.title}".strip()),
        "description": said(f"{one.note.framework}: {status}; answered by {', '.join(one.controls)}"),
        "target": {
            "type": "objective-id",
            "target-id": token(one.note.reference),
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [
            {"observation-uuid": uuid_of(*where, "observation", control, outcome.value)} for control, outcome in own
        ],
    }
    return {**finding, "related-risks": risks} if risks else finding
