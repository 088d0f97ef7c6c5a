"""No answer that AWS could not have given improves a verdict, makes one vanish, or breaks the run.

The account is bad: every control has something to object to. Every answer is kept as it came over the wire, and each
member of each is deleted, retyped, doubled, swapped, re-cased or inflated, one at a time. What AWS could have given is
told apart as indistinguishable, by member, with its source (``indistinguishable.toml``). Some are tried in every run,
all of them with ``--every-answer`` (two and a half hours, most of it for what the stacks list).
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from reports.models import Outcome
from tests.inventory.bad import CONTROLS, Cells, World
from tests.inventory.indistinguishable import source_of
from tests.inventory.mutants import mutants

SOME = 100


def worse(before: Cells, after: Cells) -> list[str]:
    """Say which findings improved or vanished without an error in their place."""
    in_doubt = {verdict.control for verdict in after.values() if verdict.verdict is Outcome.ERROR}
    anew = {cell[0] for cell, verdict in after.items() if verdict.is_finding and cell not in before}
    said = []
    for cell, verdict in before.items():
        now = after.get(cell)
        if not verdict.is_finding or (now is not None and now.is_finding):
            continue
        if now is not None:
            said.append(f"{cell[0]} {cell[-1]} improved: {now.verdict.value}, {now.message}")
        elif cell[0] not in in_doubt | anew:
            said.append(f"{cell[0]} {cell[-1]} vanished")
    return said


def test_the_account_is_bad(world: World) -> None:
    failing = {cell[0] for cell, verdict in world.cells.items() if verdict.verdict is Outcome.FAIL}
    assert {item.id for item in CONTROLS} == failing
    assert not [verdict for verdict in world.cells.values() if verdict.verdict is Outcome.ERROR]


def test_no_answer_that_aws_could_not_give_improves_a_verdict(
    world: World, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    # The account's ids are the same in each run, and answers come in any order: sorted, the same ones are taken.
    every = sorted(mutants(world.bad.recording), key=lambda mutant: (mutant.name, mutant.key))
    is_all = pytestconfig.getoption("--every-answer", default=False)
    chosen = every if is_all else random.Random(6).sample(every, SOME)  # noqa: S311  the same ones in each run
    counted: Counter[str] = Counter()
    bad = []
    for mutant in chosen:
        said = worse(*world.after(mutant))
        source = source_of(mutant.name) if said else None
        counted["as bad as before or an error" if not said else "indistinguishable" if source else "worse"] += 1
        bad += [f"{mutant.name}: {line}" for line in said if not source]
    with capsys.disabled():
        print(f"\n{len(chosen)} of {len(every)} changed answers: {dict(counted)}")
    assert not bad, "\n".join(bad)
