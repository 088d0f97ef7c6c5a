"""Which surviving mutants are harmless, and why: ``suites/proofs/harmless.toml``, one rule for one kind of damage.

What a policy, a group's rule, encryption, a backup or a public way says is harmless by proof alone: a rule about those
is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from infra.settings import ROOT, Distinct, Reason, Text, read_toml
from suites.proofs.mutants.judged import Judged

FILE: Final = ROOT / "suites" / "proofs" / "harmless.toml"


def _one_place(path: str) -> str:
    """Return a path that names one place: ``*`` stands for an item of a list, and for nothing else."""
    if not path or any(not step or ("*" in step and step != "*") for step in path.split(".")) or path[0] == "*":
        raise ValueError("expected names of properties, with * for each item of a list and no other wildcard")
    return path


class Harmless(BaseModel):
    """One kind of damage at one place of one type that harms nothing. ``reason``: the name of a reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Text
    path: Annotated[Text, AfterValidator(_one_place)]
    damage: Text
    reason: Text

    def __str__(self) -> str:
        return f"{self.type} {self.path}:{self.damage}"


class Rules(BaseModel):
    """``finished``: the types of which no mutant may survive. ``reasons``: what a rule's reason says, by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finished: Distinct[Text]
    reasons: dict[Text, Reason]
    harmless: tuple[Harmless, ...] = Field(default=())

    @model_validator(mode="after")
    def _fit(self) -> Self:
        said = Counter((rule.type, rule.path, rule.damage) for rule in self.harmless)
        for rule in self.harmless:
            if said[rule.type, rule.path, rule.damage] > 1:
                raise ValueError(
                    f"harmless: {rule}: expected one rule for it, found {said[rule.type, rule.path, rule.damage]}"
                )
            if rule.reason not in self.reasons:
                raise ValueError(f"harmless: {rule}: reason: expected one of reasons, got {rule.reason!r}")
            if rule.type not in self.finished:
                raise ValueError(f"harmless: {rule}: type: expected one of finished")
        for name in sorted(self.reasons.keys() - {rule.reason for rule in self.harmless}):
            raise ValueError(f"reasons.{name}: no rule gives this reason")
        return self

    def of(self, cfn_type: str) -> dict[tuple[str, str], Harmless]:
        """Return the rules of a type by place and kind of damage."""
        return {(rule.path, rule.damage): rule for rule in self.harmless if rule.type == cfn_type}


def load_rules(path: Path = FILE) -> Rules:
    """Read the rules; raises InputError for one that names no place, no reason, or the same as another."""
    return read_toml(path, Rules)


def explained(every: Iterable[Judged], rules: dict[tuple[str, str], Harmless]) -> list[Judged]:
    """Return the mutants, those that survive and that a rule speaks of as explained by it."""
    return [_explained(one, rules.get((one.mutant.place, one.mutant.damage.kind))) for one in every]


def _explained(one: Judged, rule: Harmless | None) -> Judged:
    if rule is None or one.word != "surviving" or one.mutant.family:
        return one
    return replace(one, word="explained", by=rule.reason)


def untrue(every: Iterable[Judged], rules: dict[tuple[str, str], Harmless]) -> list[str]:
    """Say which rules are not true: about what only a proof may call harmless, about what is killed, about nothing."""
    found: dict[tuple[str, str], list[Judged]] = {key: [] for key in rules}
    for one in every:
        found.get((one.mutant.place, one.mutant.damage.kind), []).append(one)
    said = []
    for key, there in found.items():
        guarded = next((one for one in there if one.mutant.family), None)
        killed = next((one for one in there if one.word == "killed"), None)
        if guarded:
            kind = f"{guarded.mutant.id} is of the {guarded.mutant.family} kind"
            said.append(f"{rules[key]}: {kind}, which only a proof calls harmless")
        elif killed:
            said.append(f"{rules[key]}: {killed.mutant.id} is killed by {killed.by}: the rule says it harms nothing")
        elif not any(one.word == "explained" for one in there):
            said.append(f"{rules[key]}: explains no mutant: remove it")
    return said
