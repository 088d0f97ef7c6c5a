"""Through the network the data are reached by who needs them, and by nobody else: there, and back.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from typing import Any

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Add, Break, Change, Remove, control, not_applicable
from fixtures.judging.network.boxes import TCP
from fixtures.judging.network.gates import of_groups
from fixtures.judging.network.reading import Network
from fixtures.judging.network.standing import Side
from fixtures.judging.network.ways import beside, wanted
from suites.controls.walking import first_way, known_by, missing_way, others_that_may_enter

IN_THE_NETWORK = ("AC2", "NIST-800-53:AC-4(21)", "NIST-800-53:SC-7", "PCI-4.0:1.4.2", "SOC2:CC6.6")
OPEN = Change("RdsSecurityGroup.SecurityGroupIngress", [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}])
PUBLIC = (
    Remove("PrivateDefaultRouteA.NatGatewayId"),
    Change("PrivateDefaultRouteA.GatewayId", {"Ref": "InternetGateway"}),
)
SUBNET, TABLE, ACL = {"Ref": "PrivateSubnetA"}, {"Ref": "PrivateRouteTableA"}, {"Ref": "Acl"}
ALL = {"NetworkAclId": ACL, "CidrBlock": "0.0.0.0/0", "RuleAction": "allow", "Protocol": -1, "RuleNumber": 900}


def road(**leads: Any) -> Add:
    """Give the private subnet of the first zone a route."""
    return Add("network", "Road", "AWS::EC2::Route", {"RouteTableId": TABLE, **leads})


def listed(*entries: dict[str, Any]) -> tuple[Add, ...]:
    """Give that subnet a list of access with these entries."""
    return (
        Add("network", "Acl", "AWS::EC2::NetworkAcl", {"VpcId": {"Ref": "Vpc"}}),
        Add("network", "Listed", "AWS::EC2::SubnetNetworkAclAssociation", {"SubnetId": SUBNET, "NetworkAclId": ACL}),
        *(Add("network", f"Entry{n}", "AWS::EC2::NetworkAclEntry", ALL | one) for n, one in enumerate(entries)),
    )


PEERED = (
    Add("network", "Theirs", "AWS::EC2::VPC", {"CidrBlock": "10.7.0.0/16"}),
    Add(
        "network", "Peered", "AWS::EC2::VPCPeeringConnection", {"VpcId": {"Ref": "Vpc"}, "PeerVpcId": {"Ref": "Theirs"}}
    ),
    road(DestinationCidrBlock="10.7.0.0/16", VpcPeeringConnectionId={"Ref": "Peered"}),
)
# Into everything, out to the ports that clients choose: enough for an answer.
ANSWERS: tuple[dict[str, Any], ...] = (
    {"Egress": False},
    {"Egress": True, "Protocol": 6, "PortRange": {"From": 49152, "To": 65535}},
)
# Whatever comes in goes no further than to a client's usual ports, of which Lambda takes others too.
FEW_ANSWERS: tuple[dict[str, Any], ...] = (
    {"Egress": True}, {"Egress": False, "Protocol": 6, "PortRange": {"From": 32768, "To": 65535}},
    {"Egress": False, "Protocol": 6, "PortRange": {"From": 5433, "To": 6379}, "RuleNumber": 100},
)  # fmt: skip


@control(
    "REA-01",
    severity="critical",
    satisfies=(*IN_THE_NETWORK, "FSBP:RDS.46"),
    broken_by=(
        Break((OPEN, *PEERED)),
        Break((OPEN, *PUBLIC, *listed(*ANSWERS))),
        Break((OPEN, Change("DatabaseSubnetGroup.SubnetIds.0", {"Ref": "PublicSubnetAId"}))),
    ),
)
def test_no_store_is_reached_from_outside(store: DBInstance | ReplicationGroup, inventory: Inventory) -> None:
    """Each guard may look sound by itself: what counts is whether route, list and group together let a packet through.

    Outside is the Internet, and every network that somebody else rules, on any port. That a store has no public address
    does not count: NET-05 judges it, and one setting changes it.
    """
    network = Network(inventory)
    way = first_way(network, network.into(network.store(store)))
    assert way is None, f"is reached from outside: {way}; no way in is promised"


@control(
    "REA-02",
    severity="high",
    satisfies=IN_THE_NETWORK,
    broken_by=(
        Change("PushFunction.VpcConfig", {
            "SubnetIds": [{"Ref": "PrivateSubnetAId"}], "SecurityGroupIds": [{"Ref": "LambdaSecurityGroupId"}],
        }),
        Change("QueryFunction.FunctionName", "touchstone-prod-history"),
    ),
)  # fmt: skip
def test_stores_are_reached_by_the_promised_functions(
    store: DBInstance | ReplicationGroup, inventory: Inventory, baseline: Baseline
) -> None:
    """Whoever takes over a function that has no business with the data must not even get to ask for them."""
    network = Network(inventory)
    end = network.store(store)
    network.note(of_groups(end, inward=True))
    for function, start in others_that_may_enter(inventory, end, baseline.store_functions):
        way = first_way(network, network.between(start, end))
        assert way is None, f"is reached by {function.key}: {way}; {', '.join(baseline.store_functions)} are promised"


@control(
    "REA-03",
    severity="high",
    satisfies=("AC2", "AC5", "NIST-800-53:SC-7", "SOC2:A1.2"),
    broken_by=(
        Remove("RdsFromLambdaIngress"),
        Remove("AlertFunction.VpcConfig"),
        Break(listed({"Egress": False}, {"Egress": True}, {"Egress": False, "RuleAction": "deny", "RuleNumber": 50})),
        Break(listed(*FEW_ANSWERS)),
    ),
)
def test_functions_reach_the_stores_that_they_use(function: Function, inventory: Inventory) -> None:
    """A function that cannot reach its database raises no alert, and nothing of it looks broken until somebody asks.

    From every subnet of the function to every subnet of the store, the answer back to every port of its choice.
    """
    used = tuple(known_by(inventory, function))
    if not used:
        not_applicable("its variables name no database and no cache")
    network = Network(inventory)
    start = network.function(function)
    assert start.grounds, f"uses {', '.join(store.key for store in used)} and is in no network; a way there is promised"
    for store in used:
        assert store.port is not None, f"{store.key} has no port; one is promised"
        for way in network.between(start, network.store(store)):
            if way.start is None or way.end is None:
                continue
            lacking = missing_way(network, way, wanted(way.start, way.end, TCP, store.port))
            assert lacking is None, f"does not reach {store.key}: {lacking}; a way to TCP port {store.port} is promised"


@control(
    "REA-04",
    severity="high",
    satisfies=IN_THE_NETWORK,
    broken_by=(
        Change("LambdaSecurityGroup.SecurityGroupEgress", [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]),
        road(DestinationCidrBlock="198.51.100.0/24", GatewayId={"Ref": "InternetGateway"}),
        Break(PEERED),
    ),
)
def test_functions_leave_by_the_promised_way(function: Function, inventory: Inventory, baseline: Baseline) -> None:
    """What is taken over sends its catch out by whatever way there is.

    Promised is TLS to the Internet through a NAT gateway where the baseline says so, and nothing elsewhere.
    """
    if function.vpc_config is None:
        not_applicable("it is in no network of ours: AWS decides how it leaves")
    promised = (Side.NAT,) if baseline.internet_egress else ()
    words = "TLS through a NAT gateway" if promised else "none"
    network = Network(inventory)
    for way in network.out_of(network.function(function)):
        rest = beside(way, TCP, 443) if way.target in promised else way
        found = first_way(network, (rest,))
        assert found is None, f"leaves by {found}; {words} is promised"
