"""What leads somewhere leads to something of ours: routes, mappings, names, gateways and addresses.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.acm import Certificate
from fixtures.inventory.services.apigatewayv2 import (
    Api,
    ApiMapping,
    Deployment,
    DomainName,
    Integration,
    Route,
    RouteResponse,
    Stage,
)
from fixtures.inventory.services.awslambda import Alias
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.ec2 import (
    EIP,
    InternetGateway,
    NatGateway,
    RouteTable,
    Subnet,
    SubnetRouteTableAssociation,
    VPCGatewayAttachment,
)
from fixtures.inventory.services.ec2 import Route as Road
from fixtures.inventory.services.route53 import RecordSet
from fixtures.inventory.values import as_reference
from fixtures.judging.control import Add, Break, Change, Remove, control, not_applicable
from suites.controls.looking import is_public, leading_to

AT_THE_API = ("AC2", "NIST-800-53:SC-7", "SOC2:CC6.6")
IN_THE_NETWORK = ("AC2", "NIST-800-53:SC-7", "SOC2:CC6.6")
NAMES = ("AC2", "NIST-800-53:SC-7", "SOC2:CC6.6")
CALLED = re.compile(r".*:lambda:path/2015-03-31/functions/(.+)/invocations")
STRANGE = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
AUTHORITY = '0 issue "amazon.com"'
ONE_WAY = ("$connect", "$disconnect")


@control(
    "WAY-01",
    severity="critical",
    satisfies=AT_THE_API,
    broken_by=(
        Change(
            "QueryIntegration.IntegrationUri", STRANGE.format("arn:aws:lambda:us-east-1:444444444444:function:x:live")
        ),
        Change("QueryIntegration.IntegrationUri", "https://example.com/"),
        Change(
            "QueryIntegration.IntegrationUri",
            STRANGE.format("arn:aws:lambda:us-east-1:333333333333:function:touchstone-prod-query"),
        ),
    ),
)
def test_messages_go_to_our_functions(integration: Integration, inventory: Inventory) -> None:
    """Whoever a route's integration names is given every message of every client, and answers in our name.

    An alias, and not a function: what is published can be gone back to.
    """
    found = CALLED.fullmatch(integration.integration_uri or "")
    assert found is not None, (
        f"sends messages to {integration.integration_uri or 'nobody'}; a function of ours is promised"
    )
    name = found[1]
    alias = inventory.find(Alias, as_reference(name) or name)
    assert alias is not None, f"sends messages to {name}, which is no alias of ours; an alias of ours is promised"


@control(
    "WAY-02",
    severity="high",
    satisfies=AT_THE_API,
    broken_by=(Remove("QueryAnswer"), Remove("DefaultAnswer")),
)
def test_whoever_asks_is_answered(route: Route, inventory: Inventory) -> None:
    """A route of a WebSocket API without a response swallows what its function answers, and says nothing of it."""
    if route.route_key in ONE_WAY:
        not_applicable("nobody waits for an answer on this route")
    keys = [one.route_response_key for one in leading_to(inventory, route, RouteResponse, lambda one: (one.route_id,))]
    assert "$default" in keys, "gives no answer back to the client; a response is promised"


@control(
    "WAY-03",
    severity="high",
    satisfies=AT_THE_API,
    broken_by=(
        Remove("WebSocketStage.DeploymentId"),
    ),
)  # fmt: skip
def test_stages_serve_what_was_deployed(stage: Stage, inventory: Inventory) -> None:
    """A stage without a deployment answers nothing; one with another API's answers with that."""
    found = inventory.find(Deployment, stage.deployment_id)
    assert found is not None, f"serves deployment {stage.deployment_id or 'none'}; one of ours is promised"
    own, other = inventory.get(Api, stage.api_id), inventory.find(Api, found.api_id)
    assert other is own, f"serves a deployment of {found.api_id}; one of {stage.api_id} is promised"


@control(
    "WAY-04",
    severity="high",
    satisfies=AT_THE_API,
    broken_by=(Remove("ApiDomainMapping"),),
)
def test_the_domain_leads_to_a_stage_that_is_there(domain: DomainName, inventory: Inventory) -> None:
    """The edge knows the API by its domain alone: one that leads nowhere is an outage that no alarm explains."""
    found = list(leading_to(inventory, domain, ApiMapping, lambda one: (one.domain_name,)))
    assert found, "leads to no API; a stage of ours is promised"
    for mapping in found:
        api, stage = inventory.find(Api, mapping.api_id), inventory.find(Stage, mapping.stage)
        assert api is not None, f"leads to API {mapping.api_id}; one of ours is promised"
        assert stage is not None, f"leads to stage {mapping.stage}, which is not there; one of ours is promised"


@control(
    "WAY-05",
    severity="critical",
    satisfies=NAMES,
    broken_by=(
        Change("EdgeRecord.AliasTarget.DNSName", "d111111abcdef8.cloudfront.net"),
        Change("ApiRecord.AliasTarget.DNSName", "d-1234567890.execute-api.us-east-1.amazonaws.com"),
    ),
)
def test_our_names_lead_to_us(record: RecordSet, inventory: Inventory) -> None:
    """A name that still points at what is gone is taken by whoever makes something there, with our name on it."""
    if record.alias_target is None:
        not_applicable("it is no alias of something that is deployed")
    target = as_reference(record.alias_target.dns_name)
    found = _deployed_under(inventory, target.logical_id if target else str(record.alias_target.dns_name))
    assert found is not None, (
        f"{record.name} leads to {record.alias_target.dns_name}, which is none of ours; the edge or the API is promised"
    )
    works = found.distribution_config.enabled if isinstance(found, Distribution) else found.domain_name_configurations
    assert works, f"{record.name} leads to {found.key}, which is switched off; one that answers is promised"


def _deployed_under(inventory: Inventory, name: str) -> Distribution | DomainName | None:
    """Return what we deployed under a name, ours or in DNS; raises Unread unless all were read."""
    kinds: tuple[type[Distribution | DomainName], ...] = (Distribution, DomainName)
    for kind in kinds:
        inventory.of(kind)
    return next((one for kind in kinds for one in inventory.under(kind, (_in_dns(name),), _ours_under)), None)


def _ours_under(_inventory: Inventory, one: Distribution | DomainName) -> Iterator[Hashable]:
    return map(_in_dns, (one.key, *one.origin.attributes.values()) if one.managed else ())


def _in_dns(name: str) -> str:
    return name.rstrip(".").lower()


@control(
    "WAY-06",
    severity="medium",
    satisfies=NAMES,
    broken_by=(
        Change("CertificateAuthority.ResourceRecords", ['0 issue "example.com"', '0 issuewild ";"']),
        Change("CertificateAuthority.ResourceRecords", ['0 issue "amazon.com"']),
    ),
)
def test_one_authority_certifies_our_names(record: RecordSet) -> None:
    """Any other authority that is deceived could certify somebody else as us."""
    if record.type != "CAA":
        not_applicable("it says nothing of certificates")
    issuers = {text for text in record.resource_records if text.split()[1:2] != ["iodef"]}
    expected = {AUTHORITY, '0 issuewild ";"'}
    assert issuers == expected, f"lets {', '.join(sorted(issuers)) or 'anybody'}; amazon.com alone is promised"


@control(
    "WAY-07",
    severity="medium",
    satisfies=("AC2", "FSBP:ACM.1", "NIST-800-53:SC-8(1)", "SOC2:CC6.7"),
    broken_by=(Change("Certificate.ValidationMethod", "EMAIL"), Remove("Certificate.ValidationMethod")),
)
def test_certificates_renew_themselves(certificate: Certificate) -> None:
    """ACM renews what DNS proves; what somebody proves by mail expires on the day nobody reads it."""
    method = certificate.validation_method
    assert method == "DNS", f"is validated by {method or 'nobody: it was imported'}; DNS is promised"


@control(
    "WAY-08",
    severity="high",
    satisfies=IN_THE_NETWORK,
    broken_by=(
        Break((
            Add("network", "OtherVpc", "AWS::EC2::VPC", {"CidrBlock": "10.9.0.0/16"}),
            Change("InternetGatewayAttachment.VpcId", {"Ref": "OtherVpc"}),
        )),
    ),
)  # fmt: skip
def test_the_internet_gateway_opens_our_network_alone(gateway: InternetGateway, inventory: Inventory) -> None:
    """Attached elsewhere it opens a network that nobody meant to open, and the public subnets' road ends in nothing."""
    tables = {
        str(inventory.get(RouteTable, road.route_table_id).vpc_id)
        for road in leading_to(inventory, gateway, Road, lambda one: (one.gateway_id,))
    }
    attached = leading_to(inventory, gateway, VPCGatewayAttachment, lambda one: (one.internet_gateway_id,))
    opened = {str(one.vpc_id) for one in attached}
    assert opened == tables, (
        f"opens {', '.join(sorted(opened)) or 'nothing'}; the network whose routes lead to it is promised: "
        f"{', '.join(sorted(tables)) or 'there is none'}"
    )


@control(
    "WAY-09",
    severity="low",
    satisfies=IN_THE_NETWORK,
    broken_by=(
        Add("network", "SpareTable", "AWS::EC2::RouteTable", {"VpcId": {"Ref": "Vpc"}}),
        Break((Remove("PrivateSubnetARoutes"), Remove("PrivateSubnetBRoutes"))),
    ),
)
def test_route_tables_are_those_of_subnets(table: RouteTable, inventory: Inventory) -> None:
    """A subnet whose table is not its own uses the main one, which nobody wrote."""
    served = [*leading_to(inventory, table, SubnetRouteTableAssociation, lambda one: (one.route_table_id,))]
    assert served, "routes no subnet; at least one is promised"
    for one in served:
        subnet = inventory.get(Subnet, one.subnet_id)
        assert str(subnet.vpc_id) == str(table.vpc_id), f"routes {one.subnet_id} of another network"


@control(
    "WAY-10",
    severity="low",
    satisfies=("AC5", "FSBP:EC2.12"),
    broken_by=(Add("network", "SpareAddress", "AWS::EC2::EIP", {"Domain": "vpc"}),),
)
def test_addresses_are_used(address: EIP, inventory: Inventory) -> None:
    """An address that nothing uses is paid for, and is trusted by whoever lets it in."""
    users = [*leading_to(inventory, address, NatGateway, lambda one: (one.allocation_id,))]
    assert users, "is used by nothing; a NAT gateway is promised"


@control(
    "WAY-11",
    severity="medium",
    satisfies=IN_THE_NETWORK,
    broken_by=(Change("NatGatewayA.SubnetId", {"Ref": "PrivateSubnetB"}),),
)
def test_nat_gateways_stand_where_the_internet_is(gateway: NatGateway, inventory: Inventory) -> None:
    """In a private subnet it takes what goes out, and lets nothing out."""
    subnet = inventory.get(Subnet, gateway.subnet_id)
    assert is_public(inventory, subnet), f"stands in {gateway.subnet_id}, which is private; a public subnet is promised"


@control(
    "WAY-12",
    severity="high",
    satisfies=AT_THE_API,
    broken_by=(Remove("DisconnectRoute.Target"), Remove("QueryRoute.Target")),
)
def test_routes_lead_to_an_integration(route: Route, inventory: Inventory) -> None:
    """What is sent to a route that leads nowhere is lost, and so is who hung up."""
    name = (route.target or "").removeprefix("integrations/")
    found = inventory.find(Integration, as_reference(name) or name)
    assert found is not None, f"leads to {route.target or 'nothing'}; an integration of ours is promised"
