"""In an account in which people have lived our stacks conform, strangers are judged, and nothing is an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.aws.found import Found
from fixtures.aws.ledger import Source
from fixtures.aws.registry import ROWS
from fixtures.inventory.collecting import collect
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.makers import settle
from fixtures.inventory.services.logs import LogGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.types import TYPES
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from reports.models import Outcome, Verdict
from suites.catalogue import catalogue
from tests.inventory import lived_in
from tests.inventory.conftest import AT, Account, deployed

CONTROLS = tuple(item for item in catalogue() if "live" in item.tiers)


@pytest.fixture(scope="module")
def home(declared: Inventory, _shared_mock_cloud: None) -> Iterator[Account]:
    with deployed(declared, lived_in.live, middleware="tests.inventory.lived_in:States") as found:
        yield found


@pytest.fixture(scope="module")
def seen(home: Account) -> Inventory:
    return collect(home.gateway(), home.environment, home.declared, tier="live")


@pytest.fixture(scope="module")
def verdicts(home: Account, seen: Inventory) -> list[Verdict]:
    context = Context(seen, load_baseline("prod"), home.environment, AT, home.declared)
    return [verdict for item in CONTROLS for verdict in judge(item, context)]


@pytest.mark.usefixtures("_shared_mock_cloud")
def test_a_fresh_account_with_our_stacks_conforms(declared: Inventory) -> None:
    with deployed(declared, lived_in.made_by_aws) as fresh:
        found = collect(fresh.gateway(), fresh.environment, declared, tier="live")
        context = Context(found, load_baseline("prod"), fresh.environment, AT, declared)
    assert [verdict for item in CONTROLS for verdict in judge(item, context) if verdict.is_finding] == []


def test_nothing_is_an_error(seen: Inventory, verdicts: list[Verdict]) -> None:
    assert seen.gaps == {}
    assert seen.missing == {}
    assert [(v.control, v.resource, v.message) for v in verdicts if v.verdict is Outcome.ERROR] == []


def test_our_stacks_conform(home: Account, verdicts: list[Verdict]) -> None:
    ours = home.declared_keys | set(TYPES)
    assert [(v.control, v.resource, v.message) for v in verdicts if v.resource in ours and v.is_finding] == []


def test_what_aws_made_is_told_apart_from_what_strangers_made(seen: Inventory) -> None:
    aws = {(type(r).__name__, r.origin.made_by) for r in seen.resources if not r.managed and r.origin.made_by}
    assert aws >= {
        ("VPC", "ec2"), ("Subnet", "ec2"), ("RouteTable", "ec2"), ("SecurityGroup", "ec2"), ("Role", "aws"),
        ("BackupVault", "backup"), ("User", "elasticache"),
        ("Group", "xray"), ("Alarm", "application-autoscaling"),
    }  # fmt: skip
    strangers = {r.key for r in seen.resources if not r.managed and r.origin.made_by is None}
    assert {"aurora-1", "replica", "foreign", "cdk-hnb659fds-assets-333333333333-us-east-1"} <= strangers
    assert "leaving" not in strangers


def test_the_log_group_of_enhanced_monitoring_is_ours_where_a_stack_made_it_and_of_rds_elsewhere(
    seen: Inventory,
) -> None:
    assert seen.look(LogGroup, "DatabaseMetricsLogGroup").managed
    found = [
        Found(ROWS[LogGroup.cfn_type], name, Source(text="tried", read_at=AT))
        for name in ("RDSOSMetrics", "RDSOSMetrics2")
    ]
    settle(found)
    assert [item.maker for item in found] == ["rds", None]


def test_what_aws_made_is_judged_by_nobody(seen: Inventory, verdicts: list[Verdict]) -> None:
    aws = {r.key for r in seen.resources if not r.managed and r.origin.made_by}
    judged = {v.verdict for v in verdicts if v.resource in aws}
    assert judged == {Outcome.NOT_APPLICABLE}


def test_what_strangers_made_is_judged(verdicts: list[Verdict]) -> None:
    findings = {(v.control, v.resource) for v in verdicts if v.is_finding}
    assert {("ENC-03", "foreign"), ("BAK-01", "foreign"), ("BAK-07", "foreign"), ("SEC-03", "foreign")} <= findings
    (strays,) = (v for v in verdicts if v.control == "STK-01")
    assert "made by hand" in strays.message


def test_what_the_cluster_or_the_source_decides_is_not_judged_at_the_member(
    seen: Inventory, verdicts: list[Verdict]
) -> None:
    assert str(seen.look(DBInstance, "aurora-1").db_cluster_identifier) == "aurora"
    assert str(seen.look(DBInstance, "replica").source_db_instance_identifier) == "foreign"
    said = {(v.control, v.resource): v for v in verdicts}
    for control, key in (("BAK-01", "aurora-1"), ("BAK-08", "aurora-2"), ("SEC-03", "aurora-1"), ("BAK-09", "replica")):
        assert said[control, key].verdict is Outcome.NOT_APPLICABLE, said[control, key]
