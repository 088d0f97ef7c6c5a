"""What became of the mutants, for people: a table by type, and a listing with every one of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from suites.proofs.mutants.explained import Harmless
from suites.proofs.mutants.judged import Judged

WORDS: Final = ("killed", "refused", "proved", "explained", "surviving")
_HEAD: Final = ("type", "mutants", "killed", "refused at load", "opens nothing", "explained", "surviving")
Row = Mapping[str, Any]
"""What of one type is told: its counts by word, and where asked every mutant and every rule."""


def row(cfn_type: str, every: Sequence[Judged], rules: Mapping[tuple[str, str], Harmless], *, whole: bool) -> Row:
    """Return the row of one type; ``whole``: with every mutant, and how many each rule explains."""
    counted = Counter(one.word for one in every)
    told: dict[str, Any] = {"type": cfn_type, "counts": {word: counted[word] for word in WORDS}}
    if whole:
        told["mutants"] = [{"id": one.mutant.id, "is": one.word, "by": one.by} for one in every]
        uses = Counter((one.mutant.place, one.mutant.damage.kind) for one in every if one.word == "explained")
        told["rules"] = [
            {"path": rule.path, "damage": rule.damage, "reason": rule.reason, "explains": uses[key]}
            for key, rule in rules.items()
        ]
    return told


def table(rows: Iterable[Row]) -> list[str]:
    """Return the lines of the table, the types in order and what they are together last."""
    lines = [[one["type"], *_numbers(one["counts"])] for one in sorted(rows, key=lambda one: str(one["type"]))]
    together = [sum(int(line[place]) for line in lines) for place in range(1, len(_HEAD))]
    lines.append([f"{len(lines)} types", *map(str, together)])
    widths = [max(len(line[place]) for line in (list(_HEAD), *lines)) for place in range(len(_HEAD))]
    return ["  ".join(_cell(text, width) for text, width in zip(line, widths, strict=True)) for line in (_HEAD, *lines)]


def _numbers(counts: Mapping[str, int]) -> list[str]:
    return [str(sum(counts.values())), *(str(counts[word]) for word in WORDS)]


def _cell(text: str, width: int) -> str:
    return text.rjust(width) if text.isdecimal() else text.ljust(width)


def as_json(rows: Iterable[Row]) -> str:
    """Return all rows as JSON."""
    return json.dumps(sorted(rows, key=lambda one: str(one["type"])), indent=1) + "\n"


def as_markdown(rows: Sequence[Row], reasons: Mapping[str, str]) -> str:
    """Return the table, how many mutants each rule explains and why, and every mutant that survives."""
    lines = ["# Mutants", "", f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    ordered = sorted(rows, key=lambda one: str(one["type"]))
    lines += [f"| {' | '.join((one['type'], *_numbers(one['counts'])))} |" for one in ordered]
    lines += ["", "## Explained", "", "| rule | mutants | reason |", "|---|---|---|"]
    lines += [
        f"| {one['type']} {rule['path']}:{rule['damage']} | {rule['explains']} | {reasons[rule['reason']]} |"
        for one in ordered
        for rule in one["rules"]
    ]
    lines += ["", "## Surviving", ""]
    lines += [f"* {mutant['id']}" for one in ordered for mutant in one["mutants"] if mutant["is"] == "surviving"]
    return "\n".join(lines) + "\n"
