"""EC2: networks, ways in and out, and who may talk to whom."""

from __future__ import annotations

import json
from typing import Any

from tests.second_cloud.cases.made import (
    REGION,
    TEAM,
    Case,
    Client,
    Made,
    Properties,
    policy,
    role,
    tagged,
    vpc,
)

WORLD = "0.0.0.0/0"


def _vpc(client: Client) -> Made:
    ec2 = client("ec2")
    made = ec2.create_vpc(CidrBlock="10.9.0.0/16", InstanceTenancy="dedicated", TagSpecifications=tagged("vpc"))
    ec2.modify_vpc_attribute(VpcId=made["Vpc"]["VpcId"], EnableDnsHostnames={"Value": True})
    return {made["Vpc"]["VpcId"]: {
        "CidrBlock": "10.9.0.0/16", "InstanceTenancy": "dedicated", "EnableDnsHostnames": True,
        "EnableDnsSupport": True, "Tags": TEAM,
    }}  # fmt: skip


def _subnet(client: Client) -> Made:
    ec2, inside = client("ec2"), vpc(client)
    made = ec2.create_subnet(
        VpcId=inside, CidrBlock="10.1.4.0/24", AvailabilityZone=f"{REGION}b", TagSpecifications=tagged("subnet")
    )["Subnet"]
    ec2.modify_subnet_attribute(SubnetId=made["SubnetId"], MapPublicIpOnLaunch={"Value": True})
    return {made["SubnetId"]: {
        "VpcId": inside, "CidrBlock": "10.1.4.0/24", "AvailabilityZone": f"{REGION}b", "MapPublicIpOnLaunch": True,
        "AssignIpv6AddressOnCreation": False, "EnableDns64": False, "Ipv6Native": False, "Tags": TEAM,
    }}  # fmt: skip


def _gateway(client: Client) -> Made:
    made = client("ec2").create_internet_gateway(TagSpecifications=tagged("internet-gateway"))
    return {made["InternetGateway"]["InternetGatewayId"]: {"Tags": TEAM}}


def _attached(client: Client) -> tuple[str, str]:
    ec2, inside = client("ec2"), vpc(client)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=inside)
    return inside, gateway


def _attachment(client: Client) -> Made:
    inside, gateway = _attached(client)
    return {f"{gateway}|{inside}": {"VpcId": inside, "InternetGatewayId": gateway}}


def _table(client: Client) -> Made:
    inside = vpc(client)
    made = client("ec2").create_route_table(VpcId=inside, TagSpecifications=tagged("route-table"))
    return {made["RouteTable"]["RouteTableId"]: {"VpcId": inside, "Tags": TEAM}}


def _route(client: Client) -> Made:
    ec2, (inside, gateway) = client("ec2"), _attached(client)
    table = ec2.create_route_table(VpcId=inside)["RouteTable"]["RouteTableId"]
    other = ec2.create_route_table(VpcId=inside)["RouteTable"]["RouteTableId"]
    subnet = ec2.create_subnet(VpcId=inside, CidrBlock="10.1.4.0/24")["Subnet"]["SubnetId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock=WORLD, GatewayId=gateway)
    ec2.create_route(RouteTableId=other, DestinationCidrBlock="10.200.0.0/16", NatGatewayId=nat)
    ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=gateway)
    return {
        f"{table}|{WORLD}": {"RouteTableId": table, "DestinationCidrBlock": WORLD, "GatewayId": gateway},
        f"{table}|::/0": {"RouteTableId": table, "DestinationIpv6CidrBlock": "::/0", "GatewayId": gateway},
        f"{other}|10.200.0.0/16": {
            "RouteTableId": other, "DestinationCidrBlock": "10.200.0.0/16", "NatGatewayId": nat,
        },
    }  # fmt: skip


def _association(client: Client) -> Made:
    ec2, inside = client("ec2"), vpc(client)
    table = ec2.create_route_table(VpcId=inside)["RouteTable"]["RouteTableId"]
    subnet = ec2.create_subnet(VpcId=inside, CidrBlock="10.1.4.0/24")["Subnet"]["SubnetId"]
    made = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    return {made: {"RouteTableId": table, "SubnetId": subnet}}


def _acl(client: Client) -> Made:
    inside = vpc(client)
    made = client("ec2").create_network_acl(VpcId=inside, TagSpecifications=tagged("network-acl"))
    return {made["NetworkAcl"]["NetworkAclId"]: {"VpcId": inside, "Tags": TEAM}}


def _entries(client: Client) -> Made:
    ec2 = client("ec2")
    [acl] = _acl(client)
    door = {"RuleNumber": 7, "Protocol": "6", "RuleAction": "deny", "Egress": True, "CidrBlock": "10.0.0.0/8"}
    ec2.create_network_acl_entry(NetworkAclId=acl, PortRange={"From": 1, "To": 9}, **door)
    said: Properties = {**door, "NetworkAclId": acl, "Protocol": 6, "PortRange": {"From": 1, "To": 9}}
    return {f"{acl}|egress|7": said}


def _listed(client: Client) -> Made:
    ec2 = client("ec2")
    [subnet], [acl] = _subnet(client), _acl(client)
    before = [one for its in ec2.describe_network_acls()["NetworkAcls"] for one in its["Associations"]]
    now = next((one["NetworkAclAssociationId"] for one in before if one["SubnetId"] == subnet), "aclassoc-0")
    made = ec2.replace_network_acl_association(AssociationId=now, NetworkAclId=acl)["NewAssociationId"]
    return {made: {"SubnetId": subnet, "NetworkAclId": acl}}


def _peering(client: Client) -> Made:
    ec2, inside = client("ec2"), vpc(client)
    other = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_peering_connection(
        VpcId=inside, PeerVpcId=other, TagSpecifications=tagged("vpc-peering-connection")
    )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    return {made: {"VpcId": inside, "PeerVpcId": other, "Tags": TEAM}}


def _address(client: Client) -> Made:
    made = client("ec2").allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))
    return {made["PublicIp"]: {"Domain": "vpc", "Tags": TEAM}}


def _nat(client: Client) -> Made:
    ec2 = client("ec2")
    [subnet] = _subnet(client)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=tagged("natgateway"))
    return {made["NatGateway"]["NatGatewayId"]: {
        "SubnetId": subnet, "AllocationId": address, "ConnectivityType": "public", "Tags": TEAM,
    }}  # fmt: skip


def _endpoint(client: Client) -> Made:
    ec2, inside = client("ec2"), vpc(client)
    table = ec2.create_route_table(VpcId=inside)["RouteTable"]["RouteTableId"]
    subnet = ec2.create_subnet(VpcId=inside, CidrBlock="10.1.4.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=inside)["GroupId"]
    allowed, service = policy("s3:GetObject"), f"com.amazonaws.{REGION}"
    gateway = ec2.create_vpc_endpoint(
        VpcId=inside, ServiceName=f"{service}.s3", RouteTableIds=[table], PolicyDocument=json.dumps(allowed),
        TagSpecifications=tagged("vpc-endpoint"),
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    interface = ec2.create_vpc_endpoint(
        VpcId=inside, ServiceName=f"{service}.sqs", VpcEndpointType="Interface", SubnetIds=[subnet],
        SecurityGroupIds=[group], PrivateDnsEnabled=True, PolicyDocument=json.dumps(allowed),
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    return {
        gateway: {
            "VpcId": inside, "ServiceName": f"{service}.s3", "VpcEndpointType": "Gateway", "RouteTableIds": [table],
            "PolicyDocument": allowed, "Tags": TEAM,
        },
        interface: {
            "VpcId": inside, "ServiceName": f"{service}.sqs", "VpcEndpointType": "Interface", "SubnetIds": [subnet],
            "SecurityGroupIds": [group], "PrivateDnsEnabled": True, "PolicyDocument": allowed, "Tags": [],
        },
    }  # fmt: skip


def _flow_log(client: Client) -> Made:
    ec2, inside, group = client("ec2"), vpc(client), "/flow"
    client("logs").create_log_group(logGroupName=group)
    carrier = role(client, "vpc-flow-logs")
    made = ec2.create_flow_logs(
        ResourceIds=[inside], ResourceType="VPC", TrafficType="REJECT", LogDestinationType="cloud-watch-logs",
        LogGroupName=group, DeliverLogsPermissionArn=carrier, MaxAggregationInterval=60,
        LogFormat="${srcaddr} ${dstaddr} ${action}", TagSpecifications=tagged("vpc-flow-log"),
    )["FlowLogIds"]  # fmt: skip
    return {made[0]: {
        "ResourceId": inside, "ResourceType": "VPC", "TrafficType": "REJECT", "LogDestinationType": "cloud-watch-logs",
        "LogGroupName": group, "DeliverLogsPermissionArn": carrier, "MaxAggregationInterval": 60,
        "LogFormat": "${srcaddr} ${dstaddr} ${action}", "Tags": TEAM,
    }}  # fmt: skip


def _group(client: Client) -> Made:
    ec2, inside = client("ec2"), vpc(client)
    other = ec2.create_security_group(GroupName="other", Description="other", VpcId=inside)["GroupId"]
    made = ec2.create_security_group(
        GroupName="tried", Description="what is tried", VpcId=inside, TagSpecifications=tagged("security-group")
    )["GroupId"]
    [all_out] = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]["IpPermissionsEgress"]
    ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[all_out])
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[
        _packed(443, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "inside"}, {"CidrIp": "192.168.0.0/16"}]),
        _packed(8080, UserIdGroupPairs=[{"GroupId": other, "Description": "from the other"}]),
    ])  # fmt: skip
    ec2.authorize_security_group_egress(GroupId=made, IpPermissions=[
        _packed(443, IpRanges=[{"CidrIp": WORLD, "Description": "out"}]),
        _packed(5432, UserIdGroupPairs=[{"GroupId": other}]),
        _packed(53, "udp", Ipv6Ranges=[{"CidrIpv6": "fd00::/8", "Description": "names"}]),
    ])  # fmt: skip
    everything = {"IpProtocol": "-1", "CidrIp": WORLD}
    rules: Properties = {
        "SecurityGroupIngress": [
            {**_rule(443), "CidrIp": "10.0.0.0/8", "Description": "inside"}, {**_rule(443), "CidrIp": "192.168.0.0/16"},
            {**_rule(8080), "SourceSecurityGroupId": other, "Description": "from the other"},
        ],
        "SecurityGroupEgress": [
            {**_rule(443), "CidrIp": WORLD, "Description": "out"},
            {**_rule(5432), "DestinationSecurityGroupId": other},
            {**_rule(53, "udp"), "CidrIpv6": "fd00::/8", "Description": "names"},
        ],
    }  # fmt: skip
    return {
        made: {"GroupName": "tried", "GroupDescription": "what is tried", "VpcId": inside, "Tags": TEAM, **rules},
        other: {
            "GroupName": "other", "GroupDescription": "other", "VpcId": inside, "Tags": [], "SecurityGroupIngress": [],
            "SecurityGroupEgress": [everything],
        },
    }  # fmt: skip


def _packed(port: int, protocol: str = "tcp", **peers: Any) -> Properties:
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": port, **peers}


def _rule(port: int, protocol: str = "tcp") -> Properties:
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": port}


CASES: dict[str, Case] = {
    "AWS::EC2::VPC": _vpc,
    "AWS::EC2::Subnet": _subnet,
    "AWS::EC2::InternetGateway": _gateway,
    "AWS::EC2::VPCGatewayAttachment": _attachment,
    "AWS::EC2::RouteTable": _table,
    "AWS::EC2::Route": _route,
    "AWS::EC2::SubnetRouteTableAssociation": _association,
    "AWS::EC2::VPCPeeringConnection": _peering,
    "AWS::EC2::NetworkAcl": _acl,
    "AWS::EC2::NetworkAclEntry": _entries,
    "AWS::EC2::SubnetNetworkAclAssociation": _listed,
    "AWS::EC2::EIP": _address,
    "AWS::EC2::NatGateway": _nat,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::EC2::SecurityGroup": _group,
}
