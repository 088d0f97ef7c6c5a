"""Empties the default security group of a VPC: AWS opens it, CloudFormation cannot close it, and nothing uses it."""

from __future__ import annotations

from typing import Any


def empty_default_group(ec2: Any, group_id: str) -> int:
    """Revoke every rule of the group and return how many there were; the second time there are none."""
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    ingress, egress = group["IpPermissions"], group["IpPermissionsEgress"]
    if ingress:
        ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=ingress)
    if egress:
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=egress)
    return len(ingress) + len(egress)
