"""Every resource says whose it is.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from fixtures.inventory.facts import Tagged
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.logs import LogGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.s3 import Bucket
from fixtures.inventory.services.secretsmanager import Secret
from fixtures.inventory.services.sns import Topic
from fixtures.inventory.services.sqs import Queue
from fixtures.inventory.types import TYPES
from fixtures.judging.control import Change, Remove, control
from infra.environment import Environment

CLASSES = ("public", "internal", "confidential", "restricted")


@control(
    "TAG-01",
    severity="low",
    satisfies=("AC4", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(
        Remove("Database.Tags"),
        Change("EventQueue.Tags", [{"Key": "Project", "Value": "touchstone"}, {"Key": "Environment", "Value": "test"}]),
    ),
)
def test_stores_say_whose_they_are(
    store: Table | DBInstance | ReplicationGroup | Bucket | LogGroup | Queue | Topic | Secret | Key,
    environment: Environment,
) -> None:
    """Configuration, cost and incident are found by project, environment and class of data."""
    project = store.tag("Project")
    assert project == "touchstone", f"belongs to {'nobody' if project is None else project}; touchstone is promised"
    said = store.tag("Environment")
    assert said == environment.name, (
        f"says environment {'none' if said is None else said}; {environment.name} is promised"
    )
    data = store.tag("DataClassification")
    assert data in CLASSES, f"says {data or 'nothing'} of its data; one of {', '.join(CLASSES)} is promised"


@control(
    "TAG-02",
    severity="low",
    satisfies=("AC4", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(
        Remove("FlowLogGroup.Tags"),
        Change("LambdaSecurityGroup.Tags.1.Value", "somebody"),
        Remove("WebAcl.Tags.1"),
    ),
    tiers=("static",),
    tiers_reason="that what stands is what the templates declare STK-02 judges, property by property",
)
def test_everything_says_whose_it_is(inventory: Inventory, environment: Environment) -> None:
    """What bears no name of its project nobody dares to remove, and nobody finds when it matters."""
    found = [f"{one.key} ({said})" for one in _tagged(inventory) if (said := _wrong(one, environment.name))]
    assert not found, f"say otherwise: {', '.join(found)}; project touchstone and {environment.name} are promised"


def _tagged(inventory: Inventory) -> Iterator[Tagged]:
    """Yield what our stacks have of every type that bears tags."""
    for cls in TYPES.values():
        if issubclass(cls, Tagged):
            yield from (one for one in inventory.of(cls) if one.managed)


def _wrong(resource: Tagged, environment: str) -> str | None:
    project, said = resource.tag("Project"), resource.tag("Environment")
    if project != "touchstone":
        return f"project {project or 'none'}"
    return None if said == environment else f"environment {said or 'none'}"
