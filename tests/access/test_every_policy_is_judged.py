"""A policy can be attached by many types: each that we read is judged, and what we do not read no template may have."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

import pytest

from fixtures.aws.registry import ROWS
from fixtures.aws.schemas import known_types, schema_of
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from fixtures.tiers.static import from_platform, from_stacks
from infra.environment import load_environment
from infra.errors import InputError
from infra.stacks import resolve_platform
from infra.template import Pseudo, Template
from suites.catalogue import catalogue

_POLICY: Final = re.compile(r"Polic(y|ies)(Document)?$")
PROD: Final = load_environment("prod")
AT: Final = datetime(2026, 11, 29, tzinfo=UTC)
Place = tuple[str, str]
# Where a policy says who may do what -> the controls that ask it.
JUDGED: Final[dict[Place, tuple[str, ...]]] = {
    ("AWS::Backup::BackupVault", "AccessPolicy"): ("IAM-05",),
    ("AWS::DynamoDB::Table", "ResourcePolicy"): ("IAM-05",),
    ("AWS::EC2::VPCEndpoint", "PolicyDocument"): ("NET-08",),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument"): ("IAM-01", "IAM-02", "IAM-03", "IAM-06"),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument"): ("SEC-07", "IAM-04"),
    ("AWS::IAM::Role", "Policies"): ("IAM-01", "IAM-02", "IAM-06"),
    ("AWS::KMS::Key", "KeyPolicy"): ("ENC-09", "ENC-10"),
    ("AWS::S3::BucketPolicy", "PolicyDocument"): ("BKT-03",),
    ("AWS::SNS::TopicPolicy", "PolicyDocument"): ("MSG-06", "MSG-07"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument"): ("MSG-05", "MSG-07"),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"): ("SEC-02",),
}
# What is called a policy and says nothing of who may do what.
OF_NOBODY: Final[frozenset[Place]] = frozenset({
    ("AWS::Lambda::Version", "RuntimePolicy"),
    ("AWS::Logs::LogGroup", "DataProtectionPolicy"), ("AWS::Logs::LogGroup", "FieldIndexPolicies"),
    ("AWS::SNS::Subscription", "DeliveryPolicy"), ("AWS::SNS::Subscription", "FilterPolicy"),
    ("AWS::SNS::Subscription", "RedrivePolicy"), ("AWS::SNS::Subscription", "ReplayPolicy"),
    ("AWS::SNS::Topic", "ArchivePolicy"), ("AWS::SNS::Topic", "DataProtectionPolicy"),
    ("AWS::SQS::Queue", "RedriveAllowPolicy"), ("AWS::SQS::Queue", "RedrivePolicy"),
    ("AWS::SecretsManager::ResourcePolicy", "BlockPublicPolicy"),
})  # fmt: skip
# Nobody could judge it: a template that has it is refused at load.
REFUSED: Final[frozenset[Place]] = frozenset((row.name, prop) for row in ROWS.values() for prop in row.refused)


def places() -> set[Place]:
    """Every property of our services' types that the schemas call a policy and that holds more than a word."""
    services = {name.split("::")[1] for name in ROWS}
    found = set()
    for name in known_types():
        schema = schema_of(name) if name.split("::")[1] in services else None
        for prop, node in schema.properties.items() if schema else ():
            if _POLICY.search(prop) and node.get("type") != "string":
                found.add((name, prop))
    return found


def test_every_policy_that_is_read_is_judged() -> None:
    read = {place for place in places() if place[0] in ROWS}
    assert read - JUDGED.keys() - OF_NOBODY - REFUSED == set()
    assert JUDGED.keys() | REFUSED <= read


@pytest.fixture(scope="module")
def context() -> Context:
    inventory = from_platform(resolve_platform(PROD), AT)
    return Context(inventory, load_baseline("prod"), PROD, AT)


@pytest.mark.parametrize(("place", "ids"), sorted(JUDGED.items()), ids=str)
def test_whoever_is_said_to_judge_it_looks_at_it(context: Context, place: Place, ids: tuple[str, ...]) -> None:
    kinds = {resource.key: resource.cfn_type for resource in context.inventory.resources}
    for control in (one for one in catalogue() if one.id in ids):
        looked = {
            (kinds.get(evidence.resource), re.split(r"[.\[]", evidence.field or "")[0])
            for verdict in judge(control, context) for evidence in verdict.evidence
        }  # fmt: skip
        assert place in looked, control.id
    assert set(ids) <= {one.id for one in catalogue()}


def test_types_that_attach_a_policy_and_have_no_row_are_in_no_template() -> None:
    """The static tier refuses a template with one; so does this, by the schemas' list."""
    elsewhere = {name for name, _ in places() if name not in ROWS}
    assert {"AWS::SQS::QueueInlinePolicy", "AWS::IAM::RolePolicy", "AWS::Lambda::ResourcePolicy"} <= elsewhere
    for name in ("dev", "staging", "prod"):
        resources = resolve_platform(load_environment(name)).resources().values()
        assert not {one.type for one in resources} & elsewhere


@pytest.mark.parametrize(("cfn_type", "prop"), sorted(REFUSED))
def test_a_policy_that_nobody_could_judge_is_refused_at_load(cfn_type: str, prop: str) -> None:
    """What lets others in and is told nowhere no report may pass over."""
    text = f"{{Resources: {{It: {{Type: '{cfn_type}', Properties: {{{prop}: {{Statement: []}}}}}}}}}}"
    resolved = Template.parse(text, "t.yaml").resolve({}, Pseudo("111111111111", "us-east-1", "x"))
    with pytest.raises(InputError, match=rf"t.yaml:1: It .*{prop}: expected none"):
        from_stacks("x", "111111111111", "us-east-1", {"x": resolved}, AT)
