"""The controls of ways over whole accounts: what they say of one thing that is otherwise, and of one that is unread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fixtures.aws.ledger import Gap, Unread
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.touching import Place, recording
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from fixtures.judging.network.parts import kept_of
from fixtures.judging.network.reading import Network
from fixtures.judging.network.ways import between, into, out_of
from infra.environment import load_environment
from reports.models import Outcome, Verdict
from suites.catalogue import catalogue
from tests.network.small_network import NOW, Properties, Spec, inventory, type_of

PROD = load_environment("prod")
CONTROLS = {one.id: one for one in catalogue() if one.id.startswith("REA-")}
PASS, FAIL, ERROR = Outcome.PASS, Outcome.FAIL, Outcome.ERROR
ALL = {"Protocol": -1, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "RuleNumber": 900}


def acl(name: str, *subnets: str) -> Spec:
    """A list of access that lets everything pass, of some subnets."""
    listed = {"NetworkAclId": name}
    return {
        name: ("NetworkAcl", {"VpcId": "vpc-1"}, {}),
        **{f"{name}|{side}": ("NetworkAclEntry", ALL | listed | {"Egress": side}, {}) for side in (False, True)},
        **{f"{one}-acl": ("SubnetNetworkAclAssociation", listed | {"SubnetId": one}, {}) for one in subnets},
    }


def group(vpc: str = "vpc-1", ingress: Properties | None = None, egress: Properties | None = None) -> Properties:
    sides = {"SecurityGroupIngress": ingress, "SecurityGroupEgress": egress}
    return {"VpcId": vpc, **{name: [] if one is None else [one] for name, one in sides.items()}}


DOOR = {"IpProtocol": "tcp", "FromPort": 5433, "ToPort": 5433}
# A function and a database beside it, as ours stand: by groups, and out by a NAT gateway.
SOUND: Spec = {
    "vpc-1": ("VPC", {"CidrBlock": "10.0.0.0/16"}, {}),
    "igw-1": ("InternetGateway", {}, {}),
    "igw-1|vpc-1": ("VPCGatewayAttachment", {"VpcId": "vpc-1", "InternetGatewayId": "igw-1"}, {}),
    "nat-1": ("NatGateway", {"SubnetId": "A", "AllocationId": "eipalloc-1"}, {}),
    "rtb-main": ("RouteTable", {"VpcId": "vpc-1"}, {"maker": "ec2"}),
    "rtb-1": ("RouteTable", {"VpcId": "vpc-1"}, {}),
    "out": ("Route", {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}, {}),
    "s3": ("Route", {"RouteTableId": "rtb-1", "DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-1"}, {}),
    "A": ("Subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}, {}),
    "B": ("Subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24"}, {}),
    "A-rtb": ("SubnetRouteTableAssociation", {"SubnetId": "A", "RouteTableId": "rtb-1"}, {}),
    **acl("acl-1", "A", "B"),
    "sg-f": ("SecurityGroup", group(egress=DOOR | {"DestinationSecurityGroupId": "sg-s"}), {}),
    "sg-s": ("SecurityGroup", group(ingress=DOOR | {"SourceSecurityGroupId": "sg-f"}), {}),
    "its": ("DBSubnetGroup", {"SubnetIds": ["B"]}, {}),
    "store": (
        "DBInstance", {"DBSubnetGroupName": "its", "VPCSecurityGroups": ["sg-s"], "Port": 5433},
        {"attributes": {"Endpoint.Address": "store.example"}},
    ),
    "function": (
        "Function", {
            "Role": "r", "FunctionName": "touchstone-prod-query", "Environment": {"Variables": {"DB": "store.example"}},
            "VpcConfig": {"SubnetIds": ["A"], "SecurityGroupIds": ["sg-f"]},
        }, {},
    ),
}  # fmt: skip


def other(name: str, **said: object) -> Spec:
    """The thing of that name, with some properties otherwise; None takes one away."""
    kind, its, more = SOUND[name]
    return {name: (kind, {key: value for key, value in (its | said).items() if value is not None}, more)}


def route(name: str = "rtb-main", state: str = "active", **leads: str) -> Spec:
    return {"road": ("Route", {"RouteTableId": name, **leads}, {"state": state})}


WORLD = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
TLS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
OPEN = other("sg-s", SecurityGroupIngress=[WORLD, DOOR | {"SourceSecurityGroupId": "sg-f"}])
TO_IGW = route(DestinationCidrBlock="0.0.0.0/0", GatewayId="igw-1")
BY_IPV6 = other("B", Ipv6CidrBlock="2600::/64") | route(DestinationIpv6CidrBlock="::/0", GatewayId="igw-1")
OPEN_6 = other("sg-s", SecurityGroupIngress=[{"IpProtocol": "-1", "CidrIpv6": "::/0"}])
PEERED = route(DestinationCidrBlock="10.7.0.0/16", VpcPeeringConnectionId="pcx-1")
STRANGE = other("sg-s", SecurityGroupIngress=[{"IpProtocol": "-1", "SourceSecurityGroupId": "sg-theirs"}])
MANAGED = other("sg-s", SecurityGroupIngress=[{"IpProtocol": "-1", "SourcePrefixListId": "pl-1"}])


# A gateway is looked at where a route leads to it; the store's group lets nobody in all the same.
ASKED = SOUND | TO_IGW


def peering(state: str) -> Spec:
    return {"pcx-1": ("VPCPeeringConnection", {"VpcId": "vpc-1", "PeerVpcId": "vpc-9"}, {"state": state})}


def denied(number: int, **said: object) -> Spec:
    entry = ALL | {"NetworkAclId": "acl-1", "RuleAction": "deny", "RuleNumber": number, "Egress": False} | said
    return {"denied": ("NetworkAclEntry", entry, {})}


# What is otherwise, the control that is asked, and what it says.
CASES: dict[str, tuple[Spec, str, Outcome]] = {
    "a main table that leads to the Internet alone": (TO_IGW, "REA-01", PASS),
    "an open group alone": (OPEN, "REA-01", PASS),
    "the main table and an open group": (TO_IGW | OPEN, "REA-01", FAIL),
    "a table of its own goes before the main one": (
        TO_IGW | OPEN | {"B-rtb": ("SubnetRouteTableAssociation", {"SubnetId": "B", "RouteTableId": "rtb-1"}, {})},
        "REA-01", PASS,
    ),
    "a gateway that is not attached": (
        TO_IGW | OPEN | other("igw-1|vpc-1", VpcId="vpc-2"), "REA-01", PASS,
    ),
    "a route whose gateway is gone": (
        route(state="blackhole", DestinationCidrBlock="0.0.0.0/0", GatewayId="igw-1") | OPEN, "REA-01", PASS,
    ),
    "a refusal of all that comes in": (TO_IGW | OPEN | denied(1), "REA-01", PASS),
    "a refusal after the permission": (TO_IGW | OPEN | denied(901), "REA-01", FAIL),
    "a refusal of all answers": (TO_IGW | OPEN | denied(1, Egress=True), "REA-01", PASS),
    "a refusal of answers to clients' usual ports": (
        TO_IGW | OPEN | denied(1, Egress=True, Protocol=6, PortRange={"From": 1024, "To": 65535}), "REA-01", FAIL,
    ),
    "IPv6": (BY_IPV6 | OPEN_6 | {
        f"six|{side}": ("NetworkAclEntry", {
            "NetworkAclId": "acl-1", "Protocol": -1, "RuleAction": "allow", "Ipv6CidrBlock": "::/0", "RuleNumber": 901,
            "Egress": side,
        }, {}) for side in (False, True)
    }, "REA-01", FAIL),
    "IPv6 of which the list lets nothing pass": (BY_IPV6 | OPEN_6, "REA-01", PASS),
    "a peering": (PEERED | OPEN | peering("active"), "REA-01", FAIL),
    "a peering of which nobody knows more": (PEERED | OPEN, "REA-01", FAIL),
    "a peering that waits": (PEERED | OPEN | peering("pending-acceptance"), "REA-01", PASS),
    "a stranger's group beyond a peering": (PEERED | STRANGE, "REA-01", ERROR),
    "a stranger's group on the Internet": (TO_IGW | STRANGE, "REA-01", PASS),
    "a list of ranges": (TO_IGW | MANAGED, "REA-01", ERROR),
    "a list of ranges and no way": (MANAGED, "REA-01", PASS),
    "a machine that passes on what it likes": (
        OPEN | route(DestinationCidrBlock="0.0.0.0/0", NetworkInterfaceId="eni-1"), "REA-01", ERROR,
    ),
    "a transit gateway": (OPEN | route(DestinationCidrBlock="10.8.0.0/16", TransitGatewayId="tgw-1"), "REA-01", FAIL),
    "a store of which nobody says where it stands": (other("store", DBSubnetGroupName=None), "REA-01", ERROR),
    "the promised function": ({}, "REA-02", PASS),
    "another function": (other("function", FunctionName="other"), "REA-02", FAIL),
    "another function in no network": (other("function", FunctionName="other", VpcConfig=None), "REA-02", PASS),
    "a function that reaches it": ({}, "REA-03", PASS),
    "a function in no network": (other("function", VpcConfig=None), "REA-03", FAIL),
    "one address that the list refuses": (denied(1, CidrBlock="10.0.1.77/32"), "REA-03", FAIL),
    "one port of the function's choice": (
        denied(1, Protocol=6, PortRange={"From": 2000, "To": 2000}), "REA-03", FAIL,
    ),
    "a machine between two subnets": (
        route("rtb-1", DestinationCidrBlock="10.0.2.0/24", NetworkInterfaceId="eni-1"), "REA-03", ERROR,
    ),
    "no way out but the store": ({}, "REA-04", PASS),
    "TLS out by NAT": (other("sg-f", SecurityGroupEgress=[TLS]), "REA-04", PASS),
    "everything out by NAT": (other("sg-f", SecurityGroupEgress=[WORLD]), "REA-04", FAIL),
    "everything out by NAT without an address": (
        other("nat-1", AllocationId=None)
        | other("sg-f", SecurityGroupEgress=[DOOR | {"CidrIp": "192.168.0.0/16"}]), "REA-04", FAIL,
    ),
}  # fmt: skip


def verdict(spec: Spec, control: str) -> Verdict:
    context = Context(inventory(spec), load_baseline("prod"), PROD, NOW)
    (found,) = (one for one in judge(CONTROLS[control], context) if one.resource in ("store", "function"))
    return found


@pytest.mark.parametrize(("edit", "control", "outcome"), CASES.values(), ids=list(CASES))
def test_one_thing_that_is_otherwise(edit: Spec, control: str, outcome: Outcome) -> None:
    found = verdict(SOUND | edit, control)
    assert found.verdict is outcome, found.message
    assert bool(found.way) <= found.is_finding


def touched() -> Iterator[tuple[str, str]]:
    """Every property that is looked at when all questions are asked of the sound account, once or again."""
    with recording() as seen:
        network = ask(ASKED)
    found = [*seen, *((resource.key, steps) for resource, steps in facts_of(network.inventory))]
    return iter(dict.fromkeys((key, str(steps[0])) for key, steps in found))


def facts_of(seen: Inventory) -> list[Place]:
    """Every fact that was looked at to know the network of an inventory."""
    kept = kept_of(seen)
    parts = [place for part in kept.parts.values() for place in part.facts]
    return [*parts, *(place for line in kept.lines.values() for place in line.facts)]


def ask(spec: Spec, unread: dict[str, Properties] | None = None, without: str | None = None) -> Network:
    gap = Gap(service="ec2", operation="X", kind="denied", detail="not ours to see", at=NOW)
    seen = inventory(spec, unread)
    network = Network(replace(seen, gaps={without: gap}) if without else seen)
    function = network.function(network.inventory.get(Function, "function"))
    store = network.store(network.inventory.get(DBInstance, "store"))
    assert not any(way.most for way in into(store))
    assert all(way.sure for way in between(function, store))
    assert not any(way.most for way in out_of(function))
    return network


@pytest.mark.parametrize(("key", "name"), [pytest.param(*one, id=".".join(one)) for one in touched()])
def test_what_could_not_be_read_is_never_left_out(key: str, name: str) -> None:
    """Whatever is looked at, and is not known, decides: nobody gets an answer."""
    gap = Gap(service="ec2", operation="X", kind="denied", detail="not ours to see", at=NOW)
    with pytest.raises(Unread):
        ask(ASKED, {key: {"unread": {name: gap}}})


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in ASKED.values()}))
def test_a_list_that_could_not_be_read_is_never_short(kind: str) -> None:
    """Nobody knows what is in it: what is there of it may be the one that leads in."""
    cfn_type = type_of(kind).cfn_type
    rest = {name: one for name, one in ASKED.items() if one[0] != kind}
    with pytest.raises(Unread):
        ask(rest, without=cfn_type)
