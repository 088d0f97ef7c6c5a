"""What target tracking moves within its limits is no drift; beyond them, or without it, every change is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.scaling import moves
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Break, Remove
from fixtures.judging.edits import broken
from fixtures.judging.judge import Context
from fixtures.tiers.static import from_platform
from infra.deploy.drift import drifts_of
from infra.environment import load_environment
from infra.scaling import Move, move_of, moves_of, named_by, settled
from infra.stacks import load_templates, resolve_platform
from reports.models import Outcome
from suites.catalogue import catalogue
from suites.proofs.sound_and_broken import findings

PROD = resolve_platform(load_environment("prod"))
TABLE = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
INDEX = {"IndexName": "by-topic", "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("table/a", ("table", "a", None)),
        ("table/a/index/b", ("table", "a", "b")),
        ("function:f:live", ("function", "f", "live")),
        ("service/a/b", None),
        ("table/a/index", None),
        ("function:f", None),
    ],
)
def test_a_resource_id_names_what_is_scaled(text: str, named: tuple[str, str, str | None] | None) -> None:
    found = named_by(text)
    assert (None if found is None else (found.kind, found.name, found.inside)) == named


def test_a_dimension_that_no_template_states_moves_nothing() -> None:
    assert move_of("ecs:service:DesiredCount", None, 1, 2) is None


def inventory() -> Inventory:
    return from_platform(PROD, datetime.now(UTC))


def test_templates_and_facts_tell_the_same_of_tables() -> None:
    """And facts tell of aliases, too: what no template states CloudFormation never calls drift."""
    told = moves(inventory())
    assert moves_of(PROD.resources()) == {name: found for name, found in told.items() if name.endswith("Table")}
    assert {name for name in told if name.endswith("Alias")} == {
        "AuthorizerAlias", "ConnectionAlias", "QueryAlias", "PushAlias",
    }  # fmt: skip
    assert len(told["SubscriptionsTable"]) == 4


def test_without_a_policy_nothing_is_moved() -> None:
    edited = broken(load_templates(), [Break((Remove("AlertsTableReadsPolicy"), Remove("AlertsTableWritesPolicy")))])
    platform = resolve_platform(load_environment("prod"), edited)
    assert "AlertsTable" not in moves_of(platform.resources())
    assert "AlertsTable" not in moves(from_platform(platform, datetime.now(UTC)))


READS = Move("ProvisionedThroughput", "ReadCapacityUnits", None, 5, 400)


@pytest.mark.parametrize(("units", "is_same"), [(5, True), (60, True), (400, True), (4, False), (401, False)])
def test_within_the_limits_a_capacity_is_as_promised(units: int, is_same: bool) -> None:  # noqa: FBT001
    promised = TABLE["ProvisionedThroughput"]
    found = settled(promised, {**promised, "ReadCapacityUnits": units}, [READS])
    assert (found == promised) is is_same
    other = {**promised, "WriteCapacityUnits": units}
    assert settled(promised, other, [READS]) == other


class Told:
    """CloudFormation, as it tells of the drift of one table."""

    def __init__(self, expected: Any, actual: Any, paths: list[str]) -> None:
        differences = [
            {"PropertyPath": path, "ExpectedValue": "5", "ActualValue": "?", "DifferenceType": "NOT_EQUAL"}
            for path in paths
        ]
        self.drift = {
            "LogicalResourceId": "Table", "ResourceType": "AWS::DynamoDB::Table", "PropertyDifferences": differences,
            "StackResourceDriftStatus": "MODIFIED", "ExpectedProperties": json.dumps(expected),
            "ActualProperties": json.dumps(actual),
        }  # fmt: skip

    def detect_stack_drift(self, **_: Any) -> Any:
        return {"StackDriftDetectionId": "1"}

    def describe_stack_drift_detection_status(self, **_: Any) -> Any:
        return {"DetectionStatus": "DETECTION_COMPLETE"}

    def describe_stack_resource_drifts(self, **_: Any) -> Any:
        return {"StackResourceDrifts": [self.drift]}


INDEXED = Move("GlobalSecondaryIndexes", "ReadCapacityUnits", "by-topic", 5, 400)
PATH = "/ProvisionedThroughput/ReadCapacityUnits"


def scaled(units: int) -> Any:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": units, "WriteCapacityUnits": 5, "NumberOfDecreasesToday": 0}}


def test_the_command_calls_no_drift_what_target_tracking_moved() -> None:
    told = Told(TABLE, scaled(60), [PATH])
    assert drifts_of(told, "data", {"Table": (READS,)}) == ()
    assert [one.logical_id for one in drifts_of(told, "data", {})] == ["Table"]  # nothing follows its use
    beyond = Told(TABLE, scaled(4_000), [PATH])
    assert [one.logical_id for one in drifts_of(beyond, "data", {"Table": (READS,)})] == ["Table"]


def test_what_else_was_changed_is_drift_all_the_same() -> None:
    expected, actual = {**TABLE, "DeletionProtectionEnabled": True}, {**scaled(60), "DeletionProtectionEnabled": False}
    (drift,) = drifts_of(Told(expected, actual, [PATH, "/DeletionProtectionEnabled"]), "data", {"Table": (READS,)})
    assert drift.differences == ("DeletionProtectionEnabled: expected 5, found ?",)


def test_units_of_an_index_are_moved_by_its_name() -> None:
    moved = {**INDEX, "ProvisionedThroughput": {"ReadCapacityUnits": 90, "WriteCapacityUnits": 5}}
    told = Told({"GlobalSecondaryIndexes": [INDEX]}, {"GlobalSecondaryIndexes": [moved]}, ["/GlobalSecondaryIndexes/0"])
    assert drifts_of(told, "data", {"Table": (INDEXED,)}) == ()
    other = Move("GlobalSecondaryIndexes", "ReadCapacityUnits", "another", 5, 400)
    assert len(drifts_of(told, "data", {"Table": (other,)})) == 1


def contexts(*edits: Remove) -> Iterator[Context]:
    platform = resolve_platform(load_environment("dev"), broken(load_templates(), [Break(edits)] if edits else []))
    now = datetime.now(UTC)
    yield Context(from_platform(platform, now), load_baseline("dev"), platform.environment, now)


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ((), None),
        ((Remove("DatabaseStop"),), "runs at night, too"),
        ((Remove("DatabaseStart"),), "nothing starts it"),
    ],
)
def test_in_development_a_database_that_never_sleeps_is_found(edits: tuple[Remove, ...], said: str | None) -> None:
    """The proofs are made on prod, where none may sleep; this is the other way round."""
    control = next(one for one in catalogue() if one.id == "BUD-04")
    found = [one for context in contexts(*edits) for one in findings(control, context)]
    assert [one.verdict for one in found] == ([] if said is None else [Outcome.FAIL])
    assert said is None or said in str(found[0].message)
