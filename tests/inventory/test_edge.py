"""The way from clients to functions, declared and deployed, is the same to a control."""

from __future__ import annotations

import pytest

from fixtures.aws.access import Credentials
from fixtures.aws.gateway import Gateway
from fixtures.inventory.collecting import collect
from fixtures.inventory.comparing import differences
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.apigatewayv2 import ApiMapping, Stage
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.route53 import RecordSet
from fixtures.inventory.services.wafv2 import LoggingConfiguration, WebACL
from fixtures.inventory.snapshot import to_json
from fixtures.mock_cloud.process import running
from fixtures.tiers.static import from_stacks
from infra.environment import load_environment
from infra.template import Pseudo, Template
from tests.inventory.conftest import AT
from tests.mock_cloud.account import Account, written
from tests.mock_cloud.test_edge import edge

DEV = load_environment("dev")
WORD = "{{resolve:secretsmanager:${Secret}:SecretString:value}}"


@pytest.fixture(scope="module")
def declared() -> Inventory:
    pseudo = Pseudo(DEV.account, DEV.region, DEV.stack_name("edge"), "arn:aws:cloudformation:edge")
    resolved = Template.parse(written(edge()), "edge.yaml").resolve({}, pseudo, {})
    return from_stacks(DEV.name, DEV.account, DEV.region, {"edge": resolved}, AT)


@pytest.fixture(scope="module")
def deployed(declared: Inventory, _shared_mock_cloud: None) -> Inventory:
    with running() as cloud:
        account = Account.enter(cloud.endpoint, DEV.account)
        assert account.create(edge(), DEV.stack_name("edge")) == "CREATE_COMPLETE"
        gateway = Gateway(DEV.region, endpoint=cloud.endpoint, credentials=Credentials("testing", "testing"))
        return collect(gateway.assume(DEV.role), DEV, declared)


def test_everything_is_found_and_as_it_was_declared(declared: Inventory, deployed: Inventory) -> None:
    assert (deployed.gaps, deployed.missing) == ({}, {})
    for promise in declared.resources:
        found = deployed.look(type(promise), promise.key)
        assert list(differences(promise, found)) == []
        assert found.origin.unread == {}


def test_links_lead_where_they_lead_in_the_template(deployed: Inventory) -> None:
    [distribution] = deployed.of(Distribution)
    settings = distribution.distribution_config
    assert deployed.get(WebACL, settings.web_acl_id).key == "Acl"
    [logging] = deployed.of(LoggingConfiguration)
    assert deployed.get(WebACL, logging.resource_arn).key == "Acl"
    [mapping] = deployed.of(ApiMapping)
    assert str(mapping.property("Stage")) == "${Stage}"
    assert deployed.look(Stage, "Stage").default_route_settings.throttling_burst_limit == 100
    ours = {record.key for record in deployed.read(RecordSet) if record.origin.made_by is None}
    assert ours == {"RecordA", "RecordAAAA", "RecordOrigin"}


def test_the_secret_between_edge_and_origin_is_in_no_record(deployed: Inventory) -> None:
    [distribution] = deployed.of(Distribution)
    [origin] = distribution.distribution_config.origins
    [header] = origin.origin_custom_headers
    assert len(header.header_value) == 40
    assert header.header_value not in to_json(deployed, for_record=True)
    assert header.header_value not in repr(distribution)
