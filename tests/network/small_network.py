"""Small networks, in the words of CloudFormation: everything that decides who reaches whom, in few values of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.types import TYPES

NOW = datetime(2026, 11, 29, tzinfo=UTC)
Properties = dict[str, Any]
Spec = dict[str, tuple[str, Properties, Properties]]
"""By id: the type, the properties, and what the origin says beside."""

# Two subnets, each with two addresses of both versions; beside them four addresses that a rule can tell apart.
SUBNETS = {"A": ("8.0.0.0/31", "2600::/127"), "B": ("8.0.0.2/31", "2600::2/127")}
RANGES = (
    "0.0.0.0/0", "8.0.0.0/30", "8.0.0.0/31", "8.0.0.1/32", "8.0.0.2/31", "8.0.0.3/32", "8.0.0.4/30", "8.0.0.4/31",
    "8.0.0.6/32", "10.0.0.0/8",
)  # fmt: skip
RANGES_6 = ("::/0", "2600::/127", "2600::4/126", "2600::4/128")
WIDE = ("0.0.0.0/0", "::/0", "8.0.0.4/30", "8.0.0.0/30")
OUTSIDE = ("0.0.0.0/0", "8.0.0.4/30", "8.0.0.4/31", "8.0.0.6/32", "10.0.0.0/8")
TARGETS = (
    {"GatewayId": "igw-1"}, {"GatewayId": "igw-1"}, {"GatewayId": "igw-1"}, {"GatewayId": "igw-loose"},
    {"NatGatewayId": "nat-1"},
    {"VpcPeeringConnectionId": "pcx-1"}, {"TransitGatewayId": "tgw-1"}, {"NetworkInterfaceId": "eni-1"},
    {"EgressOnlyInternetGatewayId": "eigw-1"}, {"NatGatewayId": "gone"},
)  # fmt: skip
PORTS = ((0, 22), (23, 443), (0, 443), (23, 65535), (444, 65535), (0, 65535))


def of_version(text: str, name: str, name_6: str) -> Properties:
    return {name_6 if ":" in text else name: text}


@st.composite
def entries(draw: st.DrawFn) -> Properties:
    protocol = draw(st.sampled_from((-1, -1, 6, 6, 17, 1)))
    said = {
        "RuleAction": draw(st.sampled_from(("allow", "allow", "deny"))), "Egress": draw(st.booleans()),
        "Protocol": protocol,
        **of_version(draw(st.sampled_from(("0.0.0.0/0", *RANGES, *RANGES_6))), "CidrBlock", "Ipv6CidrBlock"),
    }  # fmt: skip
    if protocol in (6, 17):
        first, last = draw(st.sampled_from(PORTS))
        said["PortRange"] = {"From": first, "To": last}
    if protocol == 1:
        said["Icmp"] = {"Type": -1, "Code": draw(st.sampled_from((-1, 3)))}
    return said


@st.composite
def rules(draw: st.DrawFn, side: str) -> Properties:
    protocol = draw(st.sampled_from(("-1", "-1", "-1", "tcp", "tcp", "udp", "icmp")))
    first, last = draw(st.sampled_from(PORTS))
    ports = {"FromPort": first, "ToPort": last} if protocol in ("tcp", "udp") else {}
    peer = draw(
        st.sampled_from(WIDE).map(lambda text: of_version(text, "CidrIp", "CidrIpv6"))
        | st.sampled_from((*RANGES, *RANGES_6)).map(lambda text: of_version(text, "CidrIp", "CidrIpv6"))
        | st.sampled_from(("sg-1", "sg-2", "sg-strange")).map(lambda name: {f"{side}SecurityGroupId": name})
        | st.just({f"{side}PrefixListId": "pl-1"})
    )
    return {"IpProtocol": protocol, **ports, **peer}


@st.composite
def routes(draw: st.DrawFn, table: str) -> Spec:
    """A few routes of a table, each to another range; one to a range of a subnet leads to something in between."""
    found: Spec = {}
    for number, text in enumerate(
        draw(st.lists(st.sampled_from((*OUTSIDE, *RANGES_6)), min_size=1, max_size=3, unique=True))
    ):
        target = draw(st.sampled_from(TARGETS))
        state = {"state": "blackhole" if target == {"NatGatewayId": "gone"} else "active"}
        said = {"RouteTableId": table, **target}
        said |= of_version(text, "DestinationCidrBlock", "DestinationIpv6CidrBlock")
        found[f"{table}|{number}"] = ("Route", said, state)
    if draw(st.integers(0, 9)) == 9:
        said = {"RouteTableId": table, "DestinationCidrBlock": "8.0.0.2/31", "NetworkInterfaceId": "eni-2"}
        found[f"{table}|inside"] = ("Route", said, {})
    if draw(st.integers(0, 9)) == 9:
        said = {"RouteTableId": table, "DestinationPrefixListId": "pl-2", **draw(st.sampled_from(TARGETS[:5]))}
        found[f"{table}|list"] = ("Route", said, {})
    return found


@st.composite
def networks(draw: st.DrawFn) -> Spec:
    spec: Spec = {
        "vpc-1": ("VPC", {"CidrBlock": "8.0.0.0/30"}, {}),
        "igw-1": ("InternetGateway", {}, {}), "igw-loose": ("InternetGateway", {}, {}),
        "igw-1|vpc-1": ("VPCGatewayAttachment", {"VpcId": "vpc-1", "InternetGatewayId": "igw-1"}, {}),
        "rtb-main": ("RouteTable", {"VpcId": "vpc-1"}, {"maker": "ec2"}),
        "rtb-1": ("RouteTable", {"VpcId": "vpc-1"}, {}),
        "sg-strange": ("SecurityGroup", {"VpcId": "vpc-2", "SecurityGroupEgress": []}, {}),
    }  # fmt: skip
    for name, (block, block_6) in SUBNETS.items():
        spec[name] = ("Subnet", {"VpcId": "vpc-1", "CidrBlock": block, "Ipv6CidrBlock": block_6}, {})
        if draw(st.booleans()):
            spec[f"{name}-rtb-1"] = ("SubnetRouteTableAssociation", {"SubnetId": name, "RouteTableId": "rtb-1"}, {})
        acl = draw(st.sampled_from(("acl-1", "acl-1", "acl-1", "acl-2")))
        spec[f"{name}-acl"] = ("SubnetNetworkAclAssociation", {"SubnetId": name, "NetworkAclId": acl}, {})
    for table in ("rtb-main", "rtb-1"):
        spec |= draw(routes(table))
    for acl, sides in (("acl-1", (False, True)), ("acl-2", ())):
        spec[acl] = ("NetworkAcl", {"VpcId": "vpc-1"}, {})
        passes = {"NetworkAclId": acl, "Protocol": -1, "RuleAction": "allow"}
        for block in ("CidrBlock", "Ipv6CidrBlock"):
            for egress in sides:
                said = {
                    **passes,
                    "RuleNumber": 900 + len(block),
                    "Egress": egress,
                    block: RANGES_6[0] if "6" in block else RANGES[0],
                }
                spec[f"{acl}|{block}{egress}"] = ("NetworkAclEntry", said, {})
        for number, said in enumerate(draw(st.lists(entries(), max_size=3))):
            spec[f"{acl}|{number}"] = ("NetworkAclEntry", {"NetworkAclId": acl, "RuleNumber": number + 1, **said}, {})
    for group in ("sg-1", "sg-2"):
        said = {
            "VpcId": "vpc-1", "SecurityGroupIngress": draw(st.lists(rules("Source"), min_size=1, max_size=3)),
            "SecurityGroupEgress": draw(st.lists(rules("Destination"), min_size=1, max_size=3)),
        }  # fmt: skip
        spec[group] = ("SecurityGroup", said, {})
    return spec | _stands(draw)


def _stands(draw: st.DrawFn) -> Spec:
    places, groups = (
        st.sampled_from((["A"], ["B"], ["A", "B"])),
        st.sampled_from((["sg-1"], ["sg-2"], ["sg-1", "sg-2"])),
    )
    config = {"SubnetIds": draw(places), "SecurityGroupIds": draw(groups)}
    return {
        "its": ("DBSubnetGroup", {"SubnetIds": draw(places)}, {}),
        "store": ("DBInstance", {"DBSubnetGroupName": "its", "VPCSecurityGroups": draw(groups), "Port": 300}, {}),
        "function": ("Function", {"Role": "r", "VpcConfig": config}, {}),
    }


_SERVICES = {"DBInstance": "RDS", "DBSubnetGroup": "RDS", "Function": "Lambda"}


def type_of(kind: str) -> type[Resource]:
    return TYPES[f"AWS::{_SERVICES.get(kind, 'EC2')}::{kind}"]


def inventory(spec: Spec, unread: dict[str, Properties] | None = None) -> Inventory:
    """Make the inventory of an account in which this stands; ``unread``: by id, the properties without a value."""
    built = [
        type_of(kind).build(said, Origin(physical_id=name, tier="live", **more, **(unread or {}).get(name, {})))
        for name, (kind, said, more) in spec.items()
    ]
    return Inventory("prod", "live", "1", "us-east-1", NOW, tuple(built))
