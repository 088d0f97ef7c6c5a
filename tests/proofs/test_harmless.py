"""What is called harmless has a reason that is read, and is held against what really happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.errors import InputError
from suites.proofs.mutants.explained import explained, load_rules, untrue
from suites.proofs.mutants.judged import Judged
from suites.proofs.mutants.listing import as_json, as_markdown, row, table
from suites.proofs.mutants.mutant import Damage, Mutant
from suites.proofs.mutants.platform import sound

GOOD = """
finished = ["AWS::SQS::Queue"]
harmless = [{ type = "AWS::SQS::Queue", path = "Tags.*.Value", damage = "another text", reason = "people" }]
[reasons]
people = "people read it and nothing obeys it"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "harmless.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mutant(path: str = "Tags.0.Value", kind: str = "another text", family: Any = "") -> Mutant:
    steps = tuple(int(step) if step.isdecimal() else step for step in path.split("."))
    return Mutant("AWS::SQS::Queue", "Queue", tuple(path.split(".")), Damage(steps, kind, "x"), family)


def test_the_rules_of_the_platform_are_about_types_that_it_has() -> None:
    """A rule for a type that is gone is read by nobody."""
    assert set(load_rules().finished) <= set(sound().types)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('path = "Tags.*.Value"', 'path = "Tags.*.V*"', "expected names of properties"),
        ('path = "Tags.*.Value"', 'path = "*"', "expected names of properties"),
        ('path = "Tags.*.Value"', 'path = "Tags..Value"', "expected names of properties"),
        ('reason = "people"', 'reason = "because"', "expected one of reasons, got 'because'"),
        ('damage = "another text", ', "", "damage: expected a value, the key is missing"),
        ('damage = "another text"', 'damage = "another text", where = "prod"', "where: unknown key"),
        ('type = "AWS::SQS::Queue"', 'type = "AWS::SQS::Topic"', "type: expected one of finished"),
        ("people = ", "nobody = ", "expected one of reasons"),
        ("[reasons]", '[reasons]\nidle = "a reason that no rule gives"', "reasons.idle: no rule gives this reason"),
        ('"people read it and nothing obeys it"', '"because"', "reasons.people"),
        ("harmless = [{", "harmless = [{ type = 1 }, {", "harmless.0"),
        ("finished = [", 'finished = ["AWS::SQS::Queue", ', "expected each item once"),
    ],
)
def test_a_rule_that_says_nothing_is_refused_in_one_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    """A rule that is read otherwise than it was meant explains what it should not."""
    with pytest.raises(InputError) as refused:
        load_rules(written(tmp_path, GOOD.replace(before, after)))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_rules_for_one_damage_are_refused(tmp_path: Path) -> None:
    """One of the two reasons is read by nobody."""
    rule = GOOD.split("[", 2)[2].split("]\n", maxsplit=1)[0]
    with pytest.raises(InputError, match="expected one rule for it"):
        load_rules(written(tmp_path, GOOD.replace(rule, f"{rule}, {rule}")))


def test_a_rule_explains_what_survives_and_nothing_else(tmp_path: Path) -> None:
    """What is killed needs no reason, and what only a proof may call harmless gets none."""
    rules = load_rules(written(tmp_path, GOOD)).of("AWS::SQS::Queue")
    survivor, other = Judged(mutant(), "surviving"), Judged(mutant(kind="removed"), "surviving")
    assert [one.word for one in explained([survivor, other], rules)] == ["explained", "surviving"]
    assert not untrue(explained([survivor], rules), rules)
    killed = Judged(mutant(), "killed", "MSG-01")
    assert "is killed by MSG-01" in untrue(explained([survivor, killed], rules), rules)[0]
    guarded = Judged(mutant(family="policy"), "surviving")
    assert explained([guarded], rules) == [guarded]
    assert "only a proof calls harmless" in untrue([guarded], rules)[0]
    assert "explains no mutant" in untrue([other], rules)[0]


def test_the_listing_says_what_each_rule_explains(tmp_path: Path) -> None:
    """Whoever reads a reason wants to know how much hangs on it."""
    rules = load_rules(written(tmp_path, GOOD)).of("AWS::SQS::Queue")
    every = explained([Judged(mutant(), "surviving"), Judged(mutant(kind="removed"), "surviving")], rules)
    rows = [row("AWS::SQS::Queue", every, rules, whole=True)]
    assert table(rows)[1].split() == ["AWS::SQS::Queue", "2", "0", "0", "0", "1", "1"]
    text = as_markdown(rows, {"people": "people read it"})
    assert "| AWS::SQS::Queue Tags.*.Value:another text | 1 | people read it |" in text
    assert "* Queue.Tags.0.Value:removed" in text
    assert '"explains": 1' in as_json(rows)
