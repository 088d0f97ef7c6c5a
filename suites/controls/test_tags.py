"""Every resource says whose it is."""

from __future__ import annotations

from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.secretsmanager import Secret
from fixtures.inventory.services.sns import Topic
from fixtures.inventory.services.sqs import Queue
from fixtures.judging.control import Change, Remove, control
from infra.environment import Environment


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
    store: Table | DBInstance | Queue | Topic | Secret | Key, environment: Environment
) -> None:
    """Configuration, cost and incident are found by project, environment and class of data."""
    project = store.tag("Project")
    assert project == "touchstone", f"belongs to {'nobody' if project is None else project}; touchstone is promised"
    said = store.tag("Environment")
    assert said == environment.name, (
        f"says environment {'none' if said is None else said}; {environment.name} is promised"
    )
    assert store.tag("DataClassification"), "says no class of data; one is promised"
