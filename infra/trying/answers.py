"""What a run's record says of each check. It is read as data: ``plan.json`` and ``verdicts.jsonl`` are all there is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from infra.errors import InputError
from infra.settings import shown
from infra.trying.checks import Check
from infra.trying.child import CANNOT_TELL, FAILS, FINE

Word = Literal["pass", "fail", "cannot tell"]
Cell = tuple[str, str]  # control, resource
UNSAID = "no verdict"
_GOOD = ("pass", "waived")
_HARMLESS = (*_GOOD, "not_applicable")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the controls of one check said: how many verdicts of each kind, and of what somebody has to look at."""

    check: Check
    verdict: Word
    counts: dict[str, int]
    findings: tuple[str, ...]


def answers(checks: Sequence[Check], folder: Path) -> tuple[Answer, ...]:
    """Read the record in a folder; where there is none, no check can be told.

    Raises:
        InputError: there is more than one record.
    """
    planned, verdicts = _read(folder)
    return tuple(_answer(check, planned, verdicts) for check in checks)


def record_in(folder: Path) -> Path | None:
    """Return the one record in a folder; None where the run ended before there was a plan."""
    found = [path.parent for path in sorted(folder.glob("*/plan.json")) if not path.parent.is_symlink()]
    if len(found) > 1:
        raise InputError(f"{shown(folder)}: expected one record, found {len(found)}")
    return found[0] if found else None


def _read(folder: Path) -> tuple[set[Cell], dict[Cell, dict[str, Any]]]:
    record = record_in(folder)
    if record is None:
        return set(), {}
    plan = json.loads((record / "plan.json").read_text(encoding="utf-8"))
    planned = {(row["control"], resource) for row in plan["planned"] for resource in row["resources"]}
    verdicts = {}
    for line in (record / "verdicts.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue  # a line that was cut off: its cell is planned, and has no verdict
        if "control" in said:
            verdicts[said["control"], said["resource"]] = said
    return planned, verdicts


def _answer(check: Check, planned: set[Cell], verdicts: dict[Cell, dict[str, Any]]) -> Answer:
    cells = sorted(cell for cell in planned | set(verdicts) if cell[0] in check.controls)
    silent = [control for control in check.controls if control not in {name for name, _ in cells}]
    words = [str(verdicts[cell]["verdict"]) if cell in verdicts else UNSAID for cell in cells] + [UNSAID] * len(silent)
    findings = [_finding(cell, verdicts.get(cell)) for cell, word in zip(cells, words, strict=False) if _odd(word)]
    findings += [f"{control}: {UNSAID}" for control in silent]
    return Answer(check, _verdict(words), dict(Counter(words)), tuple(findings))


def _odd(word: str) -> bool:
    return word not in _HARMLESS


def _finding(cell: Cell, verdict: dict[str, Any] | None) -> str:
    said = UNSAID if verdict is None else verdict["message"]
    return f"{' '.join(cell)}: {said}"


def _verdict(words: Iterable[str]) -> Word:
    """A failure beats what could not be told: it was seen. Nothing that was seen to pass is no pass."""
    kinds = set(words)
    if "fail" in kinds:
        return "fail"
    return "pass" if kinds <= set(_HARMLESS) and kinds & set(_GOOD) else "cannot tell"


def counted(words: Iterable[Word]) -> str:
    """Say how many of each there are: ``9 pass, 1 fail``."""
    return ", ".join(f"{number} {word}" for word, number in Counter(words).items())


def exit_code(ended: int, found: Iterable[Word]) -> int:
    """Return the child's exit code, unless it is better than what its record says."""
    words = set(found)
    if ended != FINE:
        return ended
    return FAILS if "fail" in words else CANNOT_TELL if "cannot tell" in words else FINE
