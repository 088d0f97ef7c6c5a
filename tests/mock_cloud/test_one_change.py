"""An update that changes one property touches one resource, and after it nothing is left to do.

A property of a resource of every service, and in every stack, is changed: a tag, a description, a statement of a policy
or a number. What has none of these says nothing that could change without its place being taken by another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from fixtures.aws.schemas import Schema, schema_of
from fixtures.judging.control import Break, Change
from fixtures.judging.edits import broken
from fixtures.tiers.stage import Stage, stage
from infra.deploy.events import Event
from infra.environment import load_environment
from infra.stacks import load_templates, resolve_platform

PROD = load_environment("prod")
NUMBERS = {"TTL": 600, "BatchSize": 7}
# What they have to say leads to another resource, or is what they are.
FIXED = {
    "AWS::ApiGateway::Account", "AWS::ApiGatewayV2::ApiMapping", "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Deployment", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::RouteResponse", "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::Backup::BackupSelection",
    "AWS::Backup::RestoreTestingSelection", "AWS::CE::AnomalyMonitor", "AWS::CE::AnomalySubscription",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCGatewayAttachment", "AWS::KMS::Alias",
    "AWS::Lambda::Alias", "AWS::Lambda::LayerVersion", "AWS::Lambda::Permission", "AWS::Lambda::Version",
    "AWS::Logs::MetricFilter", "AWS::Logs::QueryDefinition",
    "AWS::SecretsManager::RotationSchedule", "AWS::SNS::Subscription", "AWS::WAFv2::LoggingConfiguration",
}  # fmt: skip


def changes_in(schema: Schema, properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield a path in the properties and another value for it."""
    tags = schema.tag_property
    if tags is not None and tags in properties and tags not in schema.create_only:
        yield (f"{tags}.Project" if schema.is_map(tags) else f"{tags}.0.Value"), "changed"
    for name, value in properties.items():
        if name in schema.create_only | schema.write_only:
            continue
        if "Description" in name:
            yield name, "changed"
        elif isinstance(value, Mapping) and value.get("Statement"):
            yield f"{name}.Statement.0.Sid", "Changed"
        elif name in NUMBERS:
            yield name, NUMBERS[name]


def cases() -> dict[tuple[str, str], list[tuple[str, str, Any]]]:
    """What can be changed, by stack and type: logical id, path and value."""
    found: dict[tuple[str, str], list[tuple[str, str, Any]]] = {}
    for stack, resolved in resolve_platform(PROD).stacks.items():
        for key, resource in resolved.resources.items():
            schema = schema_of(resource.type)
            assert schema is not None
            there = found.setdefault((stack, resource.type), [])
            there += [(key, path, value) for path, value in changes_in(schema, resource.properties)]
    return found


def chosen() -> dict[tuple[str, str], tuple[str, str, Any]]:
    """Every service once, and every stack."""
    found: dict[tuple[str, str], tuple[str, str, Any]] = {}
    for (stack, kind), changes in CASES.items():
        stacks, services = {one for one, _ in found}, {one.split("::")[1] for _, one in found}
        if changes and (stack not in stacks or kind.split("::")[1] not in services):
            found[stack, kind] = changes[0]
    return found


CASES = cases()
CHOSEN = chosen()


@pytest.fixture(scope="module")
def standing(_shared_mock_cloud: None) -> Iterator[Stage]:
    with stage(PROD, load_templates()) as found:
        yield found


def test_only_what_has_nothing_to_change_is_left_out() -> None:
    assert {kind for _, kind in CASES} - {kind for (_, kind), found in CASES.items() if found} == FIXED
    assert {stack for stack, _ in CHOSEN} == set(load_templates())


@pytest.mark.parametrize("case", CHOSEN, ids="-".join)
def test_one_property_touches_one_resource(standing: Stage, case: tuple[str, str]) -> None:
    (stack, _), (logical_id, path, value) = case, CHOSEN[case]
    edited = broken(standing.templates, [Break((Change(f"{logical_id}.{path}", value),))])
    touched: list[tuple[str, str]] = []

    def on_event(_stack: str, event: Event) -> None:
        if event.type != "AWS::CloudFormation::Stack":
            touched.append((event.logical_id, event.status))

    with standing.cloud.fork(port=standing.port):
        deployer = replace(standing.deployer.with_templates(edited), on_event=on_event)
        (review,) = deployer.deploy(stack)
        (again,) = deployer.plan(stack)
    assert [(one.logical_id, one.action, one.replacement) for one in review.changes] == [
        (logical_id, "Modify", "False")
    ]
    assert touched == [(logical_id, "UPDATE_IN_PROGRESS"), (logical_id, "UPDATE_COMPLETE")]
    assert not again.changes
