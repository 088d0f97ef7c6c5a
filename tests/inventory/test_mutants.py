"""No answer that AWS could not have given improves a verdict, makes one vanish, or breaks the run.

The account is bad: every control has something to object to. Every answer is kept as it came over the wire, and each
member of each is deleted, retyped, doubled, swapped, re-cased or inflated, one at a time. What AWS could have given is
told apart as indistinguishable, by member, with its source (``indistinguishable.toml``). Some are tried in every run,
all of them with ``--every-answer`` (about forty minutes).
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from fixtures.inventory.collecting import collect
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.types import TYPES
from fixtures.judging.asking import asked_by
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Control
from fixtures.judging.judge import Context, judge
from infra.environment import Environment
from reports.models import Outcome, Verdict
from suites.catalogue import catalogue
from tests.inventory.bad import Bad, bad_account
from tests.inventory.conftest import AT
from tests.inventory.indistinguishable import source_of
from tests.inventory.lying import EVERY_STACK, NAMES_ONLY, Types, joined, types_behind
from tests.inventory.mutants import Mutant, mutants
from tests.inventory.recording import Recording, Replaying

Cells = dict[tuple[str, ...], Verdict]
CONTROLS = tuple(item for item in catalogue() if "mocked" in item.tiers)
SOME = 400
BESIDE = {EVERY_STACK, NAMES_ONLY}


@dataclass
class World:
    """The bad account as it is, and what each control says of it."""

    bad: Bad
    whole: Inventory
    cells: Cells
    asked: dict[str, Types]
    fed: dict[tuple[str, str], Types]
    gateway: Replaying

    def context(self, inventory: Inventory) -> Context:
        return Context(inventory, load_baseline(self.environment.name), self.environment, AT, self.bad.declared)

    @property
    def environment(self) -> Environment:
        return self.bad.environment

    def judged(self, inventory: Inventory, controls: tuple[Control, ...]) -> Cells:
        return {verdict.cell: verdict for item in controls for verdict in judge(item, self.context(inventory))}

    def after(self, mutant: Mutant) -> tuple[Cells, Cells]:
        """Give what the controls that depend on an answer said before it was changed, and what they say after."""
        operation = mutant.key[:2]
        types = frozenset(TYPES.values()) if operation in BESIDE else self.fed.get(operation, frozenset())
        controls = tuple(item for item in CONTROLS if self.asked[item.id] & types)
        recording = self.bad.recording
        self.gateway.doubted, recording.changed = operation, {mutant.key: mutant.body}
        try:
            seen = collect(self.gateway, self.environment, self.bad.declared, types=types)
        finally:
            self.gateway.doubted, recording.changed = None, {}
        ids = {item.id for item in controls}
        before = {cell: verdict for cell, verdict in self.cells.items() if cell[0] in ids}
        return before, self.judged(joined(seen, types, self.whole), controls)


def world_of(bad: Bad) -> World:
    """Try every control over the account as it is."""
    whole = collect(bad.gateway, bad.environment, bad.declared)
    assert whole.gaps == whole.missing == {}
    made = World(bad, whole, {}, {}, types_behind(), Replaying(bad.gateway))
    made.cells = made.judged(whole, CONTROLS)
    made.asked = {item.id: asked_by(item, made.context(whole)) for item in CONTROLS}
    return made


@pytest.fixture(scope="module")
def world(_shared_mock_cloud: None) -> World:
    return world_of(bad_account(Recording()))


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
    every = list(mutants(world.bad.recording))
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
