"""What a record keeps of the facts is enough for every control to say of them again what it said, but for secrets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.snapshot import from_json, to_json
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from fixtures.run.replaying import rests_on_a_digest
from infra.environment import load_environment
from reports.models import Verdict
from suites.catalogue import catalogue
from tests.inventory.conftest import AT

MOST_HIDDEN = 0.05


def judged(inventory: Inventory, declared: Inventory) -> list[Verdict]:
    context = Context(inventory, load_baseline("prod"), load_environment("prod"), AT, declared)
    controls = [one for one in catalogue() if inventory.tier in one.tiers]
    return [verdict for control in controls for verdict in judge(control, context)]


@pytest.mark.parametrize("tier", ["static", "mocked"])
def test_every_control_says_the_same_of_what_was_recorded(
    tier: str, declared: Inventory, request: pytest.FixtureRequest
) -> None:
    seen = declared if tier == "static" else replace(request.getfixturevalue("undisturbed"), tier="mocked")
    kept, kept_declared = (from_json(to_json(one, for_record=True)) for one in (seen, declared))
    before = judged(seen, declared)
    hidden = {one.cell for one in before if rests_on_a_digest(one)}
    assert len(hidden) < MOST_HIDDEN * len(before)
    then, now = (
        [(one.cell, one.verdict, one.message, one.location) for one in found if one.cell not in hidden]
        for found in (before, judged(kept, kept_declared))
    )
    assert now == then
