"""The record of a sound drill, kept as the command keeps one: the tests are about how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from infra.deploy.connect import ClientOf
from infra.environment import Environment
from infra.history.entry import moment_id
from infra.history.objects import Objects
from infra.recovery.record import Drill, Drills, RestoredStore
from infra.recovery.stores import stores_of


def drill_of(environment: Environment, names: Mapping[str, str], at: datetime, endpoint: str) -> Drill:
    """A drill that ended a day before; ``names``: store -> its kind."""
    begun = at - timedelta(days=1)
    stores = [
        {
            "name": name, "kind": kind, "point": begun, "rpo_seconds": 1.0, "rto_seconds": 60.0, "compared": True,
            "rows": 5, "identical": 5,
        } for name, kind in names.items()
    ]  # fmt: skip
    return Drill(
        id=moment_id(begun), environment=environment.name, account=environment.account,
        region=environment.region, endpoint=endpoint, by=environment.deploy_role, commit="0" * 40, begun=begun,
        ended=begun + timedelta(hours=1), stores=tuple(map(RestoredStore.model_validate, stores)),
    )  # fmt: skip


def keep_drills(environment: Environment, client_of: ClientOf, bucket: str, at: datetime, endpoint: str) -> None:
    """Put two into the evidence bucket: one of the mock cloud, and one as of AWS, for what is read as the live tier."""
    names = {one.name: one.kind for one in stores_of(client_of("cloudformation"), environment)}
    for number, place in enumerate((endpoint, "AWS")):
        moment = at - timedelta(hours=number)
        Drills(Objects(client_of("s3"), bucket)).add(drill_of(environment, names, moment, place))
