"""Dev in the mock cloud, with rows in its stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from fixtures.mock_cloud.databases.standing import Databases, databases
from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers.mocked import deploy, deployer_for
from infra.deploy.connect import ClientOf, clients, connect
from infra.deploy.deployer import Deployer
from infra.environment import load_environment
from infra.history.objects import Objects
from infra.operations.restore import drilling_of
from infra.recovery.census import Way
from infra.recovery.drill import Drilling
from infra.recovery.record import Drills
from infra.shifting.shift import Clock
from infra.stacks import load_templates

DEV = load_environment("dev")
HISTORY = "INSERT INTO alerts SELECT md5(n::text), n::text, 'price:eth', now(), n, '{}' FROM generate_series(1, 25) n"


@dataclass
class Stand:
    """Dev with rows in its stores."""

    cloud: MockCloud
    stores: Databases
    outputs: dict[str, str]
    client_of: ClientOf

    @property
    def way(self) -> Way:
        return Way.read(self.stores.way, self.stores.authority)

    def deployer(self, client_of: ClientOf | None = None) -> Deployer:
        return deployer_for(DEV, load_templates(), client_of or self.client_of)

    def drilling(self, client_of: ClientOf | None = None, way: Way | None = None) -> Drilling:
        made = drilling_of(self.deployer(client_of), way or self.way, as_json=True)
        return replace(made, clock=Clock(lambda: datetime.now(UTC), lambda _: None))

    def records(self) -> list[str]:
        objects = Objects(self.client_of("s3"), self.outputs["EvidenceBucketName"])
        return [drill.id for drill in Drills(objects).entries()]

    def left(self) -> list[str]:
        tables = self.client_of("dynamodb").list_tables()["TableNames"]
        instances = self.client_of("rds").describe_db_instances()["DBInstances"]
        names = [*tables, *(one["DBInstanceIdentifier"] for one in instances)]
        return sorted(name for name in names if "drill" in name)


@pytest.fixture(scope="module")
def stand(_shared_mock_cloud: None) -> Iterator[Stand]:
    with running(middleware=["fixtures.mock_cloud.faults:Faults"]) as cloud, databases(cloud.endpoint) as stores:
        outputs = dict(deploy(DEV, load_templates(), cloud.endpoint, lambda _: None))
        client_of = clients(connect(DEV, DEV.deploy_role, cloud.endpoint), cloud.endpoint)
        for number in range(30):
            item = {"connection_id": {"S": f"c{number}"}, "topics": {"SS": ["b", "a"]}, "blob": {"B": bytes([number])}}
            client_of("dynamodb").put_item(TableName=outputs["ConnectionsTableName"], Item=item)
        stores.server.ask(HISTORY, outputs["DatabaseResourceId"])
        yield Stand(cloud, stores, outputs, client_of)
