"""A drill is evidence for what it has compared, of this environment, at this tier, and while it is young enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from fixtures.aws.own import in_pascal_case
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.s3 import RestoreDrill
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from infra.environment import load_environment
from infra.recovery.record import Drill
from reports.models import Outcome
from suites.catalogue import catalogue
from tests.inventory.drills import drill_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
PROD = load_environment("prod")
MOCK = "http://127.0.0.1:5000"
(CONTROL,) = (one for one in catalogue() if one.id == "BAK-15")
Change = dict[str, Any]
NOTHING: Change = {}


def sound(endpoint: str = MOCK, **changed: Any) -> dict[str, Any]:
    drill = drill_of(PROD, {"ours": "table", "other": "table"}, NOW, endpoint).model_dump(mode="json")
    return drill | changed


def of_store(**changed: Any) -> dict[str, Any]:
    first, second = sound()["stores"]
    return sound(stores=[first | changed, second])


def outcome(*drills: dict[str, Any], tier: str = "mocked", baseline: str = "prod") -> tuple[Outcome, str]:
    """What the control says of the table."""
    resources: list[Resource] = [Table.build({}, Origin(physical_id="ours", tier=tier))]
    for drill in drills:
        said = in_pascal_case(Drill.model_validate(drill).model_dump(mode="json"))
        resources.append(RestoreDrill.build(said, Origin(physical_id=f"bucket/{drill['id']}", tier=tier)))
    inventory = Inventory("prod", tier, PROD.account, PROD.region, NOW, tuple(resources))
    context = Context(inventory, load_baseline(baseline), PROD, NOW)
    (found,) = (one for one in judge(CONTROL, context) if one.resource == "ours")
    return found.verdict, found.message


def test_a_sound_drill_passes_and_none_does_not() -> None:
    assert outcome(sound())[0] is Outcome.PASS
    assert outcome(sound("AWS"), tier="live")[0] is Outcome.PASS
    assert outcome() == (
        Outcome.FAIL, "was restored in no drill; a drill in the 35 days before 2026-11-29 is promised"
    )  # fmt: skip
    assert outcome(baseline="dev")[0] is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("tier", "endpoint"), list(product(("mocked", "live"), (MOCK, "https://example.com", "AWS", "aws", "")))
)
def test_what_was_tried_elsewhere_shows_nothing_here(tier: str, endpoint: str) -> None:
    is_right = (endpoint == "AWS") == (tier == "live")
    assert (outcome(sound(endpoint), tier=tier)[0] is Outcome.PASS) == is_right


@pytest.mark.parametrize("changed", [
    {"environment": "staging"}, {"account": "222222222222"}, {"region": "eu-west-1"}, {"stores": []},
    {"stores": [one | {"name": f"{one['name']}-2"} for one in sound()["stores"]]},
])  # fmt: skip
def test_what_is_anothers_shows_nothing_of_ours(changed: Change) -> None:
    assert outcome(sound(**changed))[0] is Outcome.FAIL
    assert outcome(sound(), sound(id="20261128T010000000000Z", **changed))[0] is Outcome.PASS


@pytest.mark.parametrize("days", range(-40, 4))
def test_a_drill_is_believed_for_as_many_days_as_are_demanded(days: int) -> None:
    found = outcome(sound(ended=(NOW + timedelta(days=days)).isoformat()))[0]
    assert (found is Outcome.PASS) == (-35 <= days < 1)


def stores() -> Iterator[tuple[Change, bool]]:
    """Everything that a record can say of a store, and whether the other of its kind had rows."""
    choices = {
        "rto_seconds": (None, 0.0, 3599.9, 3600.0), "rpo_seconds": (None, 0.0, 299.9, 300.0), "compared": (True, False),
        "rows": (0, 5), "moving": (0, 3), "wrong": (0, 1),
    }  # fmt: skip
    for values in product(*choices.values()):
        for other in (True, False):
            yield dict(zip(choices, values, strict=True)), other


def expected(one: Change, *, other: bool) -> Outcome:
    """The oracle, from the words of docs/operations.md."""
    if None in (one["rto_seconds"], one["rpo_seconds"]) or one["wrong"]:
        return Outcome.FAIL
    if one["rto_seconds"] >= 3600 or one["rpo_seconds"] >= 300:
        return Outcome.FAIL
    if not one["compared"]:
        return Outcome.ERROR
    if one["rows"]:
        return Outcome.PASS
    return Outcome.PASS if other and not one["moving"] else Outcome.ERROR


def test_every_record_is_judged_by_what_it_has_shown() -> None:
    tried = 0
    for one, other in stores():
        record = of_store(**one)
        record["stores"][1] |= {"rows": 5 if other else 0}
        assert outcome(record)[0] is expected(one, other=other), (one, other)
        tried += 1
    assert tried == 512


def test_the_newest_counts() -> None:
    older, newer = sound(ended="2026-11-20T00:00:00Z"), of_store(wrong=1)
    assert outcome(older, newer)[0] is Outcome.FAIL
    newer, older = sound(), of_store(wrong=1) | {"ended": "2026-11-20T00:00:00Z"}
    assert outcome(older, newer)[0] is Outcome.PASS


def test_what_was_not_compared_says_why() -> None:
    found = outcome(of_store(compared=False, rows=0, identical=0, reason="its rows cannot be read"))
    assert found[0] is Outcome.ERROR
    assert "was restored, and its rows were not compared: its rows cannot be read" in found[1]
