"""Every member of every kind of line and file of a signed run, changed in every way, is noticed."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from reports.bundle import ENVELOPE, MANIFEST
from tests.reports.members import Place, edited
from tests.reports.noticing import Files, bundled, content, named, trouble, verified
from tests.reports.tampering import DEV, EDITS, Draft, drafted, tiny

ARCHITECTURE: Final = Path(__file__).parents[2] / "docs" / "architecture.md"
PARTS: Final = ("plan", "verdicts", "evidence", "inventory", "summary", "page")
_OF_A_VERDICT: Final = {"control", "environment", "tier", "resource", "severity", "at", "evidence.0.read_at"}
# What contradicts itself when it has another value, though links, seal and sums are made anew: found without any key.
CONTRADICTED: Final = {
    "plan": {
        "run.commit", "run.started", "run.tiers.0", "run.environments", "run.environments.0",
        "run.environments.0.name", "run.environments.0.account", "run.environments.0.region",
        "run.deployments.0.entries.0.at",  # no instant any more
        "controls", "controls.0", "controls.0.id", "controls.0.severity",
        "planned", "planned.0", "planned.0.control", "planned.0.environment", "planned.0.tier", "planned.0.resources",
        "planned.0.resources.0",
    },
    "fail": _OF_A_VERDICT | {"waiver"},
    "waived": _OF_A_VERDICT | {"way"},
    "summary": {
        "summary", *(f"summary.{name}" for name in (
            "commit", "complete", "exit_code", "interrupted", "planned", "recorded", "started", "verdicts", "seal",
            "seal.plan", "seal.files", "seal.files.inventory/dev-static.json",
            "seal.files.inventory/prod-static.json", "seal.files.inventory/staging-static.json",
            *(f"verdicts.{word}" for word in ("pass", "fail", "error", "waived", "not_applicable", "manual")),
        )),
    },
    "inventory": {"environment", "tier", "account", "region"},
}  # fmt: skip
OF_ANY_TYPE: Final = {("run", "callers"), ("run", "callers", "dev"), ("evidence", 0, "value")}


def edits(draft: Draft) -> Iterator[tuple[str, str, Place, tuple[Draft, Draft]]]:
    """Yield (what, kind, place) of each edit of a member, and the drafts of who edits alone and who redoes the rest."""
    parts: dict[str, Any] = {
        "plan": draft.plan, "fail": draft.lines[0], "waived": draft.lines[1], "summary": draft.last,
        "inventory": json.loads(draft.files[DEV]),
    }  # fmt: skip
    for what, said in parts.items():
        for kind, place, text in edited({key: value for key, value in said.items() if key != "link"}):
            alone, redone = deepcopy(draft), deepcopy(draft)
            _put(alone, what, f'{text[:-1]},"link":"{said["link"]}"}}' if "link" in said else text)
            _put(redone, what, text)
            yield what, kind, place, (alone, redone)


def _put(draft: Draft, what: str, text: str) -> None:
    match what:
        case "plan":
            draft.plan = text
        case "summary":
            draft.last = text
        case "inventory":
            draft.files[DEV] = text
        case _:
            draft.lines[what == "waived"] = text


def test_every_member_of_a_run(tmp_path: Path) -> None:
    whole = tiny(tmp_path / "whole")
    before, signed = content(whole), bundled(whole, tmp_path)
    generated: Counter[str] = Counter()
    told: Counter[str] = Counter()
    contradicted: dict[str, set[str]] = {what: set() for what in CONTRADICTED}
    for number, (what, kind, place, drafts) in enumerate(edits(drafted(whole))):
        for redone, draft in enumerate(drafts):
            folder = tmp_path / f"{number}-{redone}"
            folder.mkdir()
            after = content(draft.write(folder, redone=bool(redone)))
            found = trouble(folder)
            assert redone or found, (what, kind, place)
            changed = {name for name, text in after.items() if before[name] != text}
            lines = named(verified({**signed, **after}, tmp_path))
            assert lines & before.keys() == changed != set(), (what, kind, place)
        part = "evidence" if "evidence" in place else {"fail": "verdicts", "waived": "verdicts"}.get(what, what)
        generated[part] += 1
        told[part] += bool(found)
        if kind == "doubled" and what != "inventory":
            assert found, (what, place)
        if kind == "retyped" and what != "inventory" and place not in OF_ANY_TYPE:
            assert found, (what, place)
        if kind == "changed" and found:
            contradicted[what].add(".".join(map(str, place)))
    assert contradicted == CONTRADICTED
    assert 2 * generated.total() >= 1000
    for part in PARTS:
        own = [contradicts for of, _, _, contradicts in EDITS if of == part]
        row = f"| {part} | {len(own)} | {sum(own)} | {generated[part]} | {told[part]} |"
        assert row in ARCHITECTURE.read_text(encoding="utf-8").splitlines(), row


def test_every_member_of_what_is_signed(tmp_path: Path) -> None:
    """The manifest, the envelope, and the statement in it, which nobody can sign anew without the key."""
    signed = bundled(tiny(tmp_path / "whole"), tmp_path)
    envelope = json.loads(signed[ENVELOPE])
    for _, place, text in edited(json.loads(signed[MANIFEST])):
        lines = verified({**signed, MANIFEST: text.encode()}, tmp_path)
        assert f"{MANIFEST} is not the one that was signed" in lines, place
    for kind, place, text in edited(envelope):
        assert verified({**signed, ENVELOPE: text.encode()}, tmp_path), (kind, place)
    for kind, place, text in edited(json.loads(base64.b64decode(envelope["payload"]))):
        forged = json.dumps(envelope | {"payload": base64.b64encode(text.encode()).decode()})
        lines = verified({**signed, ENVELOPE: forged.encode()}, tmp_path)
        assert f"{ENVELOPE}: the signature is not of this statement by this key" in lines, (kind, place)


@pytest.mark.parametrize("name", ["signed.bin", "signature.bin", MANIFEST, ENVELOPE])
def test_what_is_no_json_is_noticed(tmp_path: Path, name: str) -> None:
    signed: Files = bundled(tiny(tmp_path / "whole"), tmp_path)
    for text in (b"", b"[", b"[]", b"null", b'"x"', b"7" * 5000, b"[" * 100_000, b"\xff", signed[name] + b" "):
        assert verified({**signed, name: text}, tmp_path), text[:20]
