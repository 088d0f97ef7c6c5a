"""Data lives where the Internet has no road to it.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.ec2 import VPC, FlowLog, Subnet, VPCEndpoint
from fixtures.inventory.services.elasticache import SubnetGroup
from fixtures.inventory.services.rds import DBInstance, DBSubnetGroup
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Add, Change, Remove, control, not_applicable
from infra.environment import Environment
from suites.controls.letting_in import foreign_grants, ways_out
from suites.controls.looking import is_public, leading_to

ROAD_OUT = Add(
    "network",
    "RoadOut",
    "AWS::EC2::Route",
    {
        "RouteTableId": {"Ref": "PrivateRouteTableA"},
        "DestinationCidrBlock": "128.0.0.0/1",
        "GatewayId": {"Ref": "InternetGateway"},
    },
)


@control(
    "NET-01",
    severity="medium",
    satisfies=("AC2", "NIST-800-53:SC-7"),
    broken_by=(Change("Vpc.CidrBlock", "10.0.0.0/18"),),
)
def test_networks_have_the_promised_range(vpc: VPC, baseline: Baseline) -> None:
    """Another range would meet a neighbour's on the day the two are joined."""
    assert vpc.cidr_block == baseline.vpc_cidr, f"has {vpc.cidr_block}; {baseline.vpc_cidr} is promised"


@control(
    "NET-02",
    severity="high",
    satisfies=("AC2", "AC5", "NIST-800-53:CP-9", "SOC2:A1.2"),
    broken_by=(Change("PrivateSubnetB.AvailabilityZone", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),),
)
def test_private_subnets_span_the_zones(inventory: Inventory, baseline: Baseline) -> None:
    """What has all its private subnets in one zone is lost with that zone."""
    private = [subnet for subnet in inventory.of(Subnet) if subnet.managed and not is_public(inventory, subnet)]
    zones = {subnet.availability_zone for subnet in private}
    assert len(zones) >= baseline.availability_zones, (
        f"private subnets are in {len(zones)} zones; {baseline.availability_zones} are promised"
    )


@control(
    "NET-03",
    severity="medium",
    satisfies=("AC2", "FSBP:EC2.15", "NIST-800-53:SC-7", "PCI-4.0:1.4.2", "SOC2:CC6.6"),
    broken_by=(Change("PrivateSubnetA.MapPublicIpOnLaunch", value=True),),
)
def test_no_subnet_gives_away_public_addresses(subnet: Subnet) -> None:
    """Whatever is started in such a subnet is on the Internet before anybody has decided so."""
    assert not subnet.map_public_ip_on_launch, "gives a public address to all that starts in it; none is promised"


@control(
    "NET-04",
    severity="critical",
    satisfies=("AC2", "FSBP:RDS.46", "NIST-800-53:SC-7", "PCI-4.0:1.4.2", "SOC2:CC6.6"),
    broken_by=(ROAD_OUT, Change("DatabaseSubnetGroup.SubnetIds.0", {"Ref": "PublicSubnetAId"})),
)
def test_stores_live_in_private_subnets(group: DBSubnetGroup | SubnetGroup, inventory: Inventory) -> None:
    """Databases and caches have no road from the Internet, whatever else is misconfigured."""
    public = [str(link) for link in group.subnet_ids if is_public(inventory, inventory.get(Subnet, link))]
    assert not public, f"includes {', '.join(public)}, routed to an internet gateway; private subnets are promised"


@control(
    "NET-05",
    severity="critical",
    satisfies=("AC2", "FSBP:RDS.2", "CIS-7.0:3.2.3", "NIST-800-53:SC-7", "PCI-4.0:1.4.2", "SOC2:CC6.6"),
    broken_by=(Change("Database.PubliclyAccessible", value=True), Remove("Database.PubliclyAccessible")),
    tiers=("static", "live"),
    tiers_reason="the mock cloud answers false where a template does not say, which AWS decides by the subnets",
)
def test_databases_are_not_public(database: DBInstance) -> None:
    """A public name and address invites every scanner, even where a group still says no."""
    public = "perhaps" if database.publicly_accessible is None else "yes" if database.publicly_accessible else "no"
    assert public == "no", f"publicly accessible: {public}; no is promised, in so many words"


@control(
    "NET-06",
    severity="high",
    satisfies=("AC3", "FSBP:EC2.6", "CIS-7.0:4.7", "NIST-800-53:AU-2", "PCI-4.0:10.2.1", "SOC2:CC7.2"),
    broken_by=(Change("VpcFlowLog.TrafficType", "ACCEPT"), Remove("VpcFlowLog")),
)
def test_network_traffic_is_recorded(vpc: VPC, inventory: Inventory) -> None:
    """After an incident the flow log is what tells who spoke to whom."""
    logs = leading_to(inventory, vpc, FlowLog, lambda one: (one.resource_id,))
    recorded = {log.traffic_type for log in logs}
    assert "ALL" in recorded, f"records {', '.join(map(str, recorded)) or 'nothing'}; ALL traffic is promised"


@control(
    "NET-07",
    severity="medium",
    satisfies=("AC1", "CIS-7.0:6.8", "NIST-800-53:SC-7", "SOC2:CC6.6"),
    broken_by=(Remove("S3Endpoint"), Remove("SqsEndpoint")),
)
def test_aws_is_reached_without_the_internet(
    inventory: Inventory, baseline: Baseline, environment: Environment
) -> None:
    """What stays on AWS's network cannot be watched or diverted outside it."""
    there = {
        (endpoint.vpc_endpoint_type, endpoint.service_name.removeprefix(f"com.amazonaws.{environment.region}."))
        for endpoint in inventory.of(VPCEndpoint)
        if endpoint.managed  # a stranger's serves a stranger's network
    }
    promised = {("Gateway", name) for name in baseline.gateway_endpoints}
    promised |= {("Interface", name) for name in baseline.interface_endpoints}
    missing = sorted(f"{name} ({kind})" for kind, name in promised - there)
    assert not missing, f"no endpoint for {', '.join(missing)}; {len(promised)} endpoints are promised"


@control(
    "NET-08",
    severity="medium",
    satisfies=("AC2", "NIST-800-53:SC-7", "NIST-800-53:AC-6", "SOC2:CC6.6"),
    broken_by=(Remove("S3Endpoint.PolicyDocument"), Remove("DynamoDbEndpoint.PolicyDocument.Statement.0.Condition")),
)
def test_endpoints_serve_this_account_only(endpoint: VPCEndpoint, environment: Environment) -> None:
    """An open endpoint lets a stolen foreign credential carry our data out from inside."""
    assert endpoint.policy_document is not None, "lets anybody reach anything; this account only is promised"
    document = endpoint.policy_document
    found = [*foreign_grants(document, environment.account), *ways_out(document, environment.account)]
    assert not found, f"{'; '.join(found)}; account {environment.account} only is promised"


@control(
    "NET-09",
    severity="low",
    satisfies=("AC1", "NIST-800-53:SC-7"),
    broken_by=(Change("SqsEndpoint.PrivateDnsEnabled", value=False),),
)
def test_interface_endpoints_answer_to_the_service_name(endpoint: VPCEndpoint) -> None:
    """Without private DNS every client still asks for the public address, and the endpoint stands unused."""
    if endpoint.vpc_endpoint_type != "Interface":
        not_applicable("gateway endpoints work by route, not by name")
    assert endpoint.private_dns_enabled, "is not found by the service's name; private DNS is promised"
