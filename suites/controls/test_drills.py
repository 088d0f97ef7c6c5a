"""What is kept was had again not long ago, whole and in time: the records of restore drills.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from typing import Any

from fixtures.aws.ledger import Gap, Unread
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.s3 import RestoreDrill, RestoredStore
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import ByHand, control, not_applicable

RPO_SECONDS, RTO_SECONDS = 5 * 60, 60 * 60
AWS = "AWS"
Store = Table | DBInstance
STORE = {
    "name": "touchstone-prod-alerts-raised", "kind": "table", "point": "${Now}", "rpo_seconds": 1, "rto_seconds": 2,
    "compared": True, "rows": 9, "identical": 9, "moving": 0, "wrong": 0, "reason": "",
}  # fmt: skip


def _drill(**changed: Any) -> ByHand:
    """A later drill, of which one thing is not as promised."""
    record = {
        "id": "${NowId}", "environment": "prod", "account": "333333333333", "region": "us-east-1",
        "endpoint": "http://127.0.0.1", "by": "arn:aws:iam::333333333333:user/x", "commit": "", "begun": "${Now}",
        "ended": "${Now}", "stores": [STORE | changed],
    }  # fmt: skip
    place = {"Bucket": "${EvidenceBucketName}", "Key": "drills/${NowId}.json"}
    return ByHand("s3", "put_object", {**place, "Body": json.dumps(record)})


@control(
    "BAK-15",
    severity="high",
    satisfies=("AC5", "NIST-800-53:CP-9", "NIST-800-53:CP-10", "SOC2:A1.2"),
    tiers=("mocked", "live"),
    tiers_reason="a drill is made of what is deployed",
    broken_by=(
        _drill(wrong=1),
        _drill(rpo_seconds=RPO_SECONDS),
        _drill(rto_seconds=RTO_SECONDS),
        _drill(rpo_seconds=None, rto_seconds=None, compared=False, reason="point-in-time recovery is off"),
    ),
)
def test_drills_restore_what_is_kept(
    store: Table | DBInstance, inventory: Inventory, baseline: Baseline, now: datetime
) -> None:
    """A restore that nobody has tried takes longer than anybody thinks, and gives back less."""
    if not baseline.drill_days:
        not_applicable("no drills are promised")
    drills = [
        drill
        for drill in inventory.under(RestoreDrill, (id(store),), _tried, type(store))
        if _is_of(drill, inventory, store)
    ]
    promised = f"a drill in the {baseline.drill_days} days before {now:%Y-%m-%d} is promised"
    assert drills, f"was restored in no drill; {promised}"
    newest = max(drills, key=lambda one: one.ended)
    assert timedelta(days=-1) < now - newest.ended <= timedelta(days=baseline.drill_days), (
        f"was last restored in a drill on {newest.ended:%Y-%m-%d}; {promised}"
    )
    found = _of(newest, inventory, store)
    assert found is not None, f"is not in the newest drill, {newest.key}; {promised}"
    _judge(found, newest, now)


def _tried(inventory: Inventory, drill: RestoreDrill, kind: type[Store]) -> Iterator[Hashable]:
    found = (inventory.find(kind, one.name) for one in drill.stores)
    return (id(store) for store in found if store is not None)


def _is_of(drill: RestoreDrill, inventory: Inventory, store: Store) -> bool:
    """Whether a drill says something of the store as it is seen here: what was tried in a mock shows nothing of AWS."""
    here = (inventory.environment, inventory.account, inventory.region)
    return (
        (drill.environment, drill.account, drill.region) == here
        and (drill.endpoint == AWS) == (inventory.tier == "live")
        and _of(drill, inventory, store) is not None
    )


def _of(drill: RestoreDrill, inventory: Inventory, store: Store) -> RestoredStore | None:
    return next((one for one in drill.stores if inventory.find(type(store), one.name) is store), None)


def _judge(found: RestoredStore, drill: RestoreDrill, now: datetime) -> None:
    lost, took = found.rpo_seconds, found.rto_seconds
    failed = f"could not be restored: {found.reason or 'the drill does not say why'}; that it can is promised"
    assert lost is not None, failed
    assert took is not None, failed
    assert not found.wrong, f"{found.wrong} of its rows lacked or differed when it was restored; none is promised"
    assert lost < RPO_SECONDS, f"would have lost {lost:.0f} seconds (RPO); less than {RPO_SECONDS} are promised"
    assert took < RTO_SECONDS, f"took {took:.0f} seconds to restore (RTO); less than {RTO_SECONDS} are promised"
    why = next(_not_compared(found, drill), None)
    if why is not None:
        said = f"{drill.key}: {found.name} was restored, and {why}"
        raise Unread(Gap(service="s3", operation="GetObject", kind="missing", detail=said, at=now))


def _not_compared(found: RestoredStore, drill: RestoreDrill) -> Iterator[str]:
    """Say why nobody knows whether it came back: what holds no row shows something beside another of its kind only."""
    if not found.compared:
        yield f"its rows were not compared: {found.reason or 'the drill does not say why'}"
    elif found.moving and not found.rows:
        yield "all of its rows changed meanwhile"
    elif not any(one.rows and one.compared for one in drill.stores if one.kind == found.kind):
        yield f"no {found.kind} of the drill had a row to compare"
