"""What a role may do in all: its policies with AWS's own left to their names, its boundary, and what it is called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from fixtures.aws.looking import partition_of
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.iam import ManagedPolicy, Role
from fixtures.judging.access.escalating import escalations
from fixtures.judging.access.powers import Opened, Power, opened
from fixtures.judging.access.statements import Statement, read
from fixtures.judging.access.targets import Boundary
from fixtures.judging.baseline import Baseline
from suites.controls.letting_in import known
from suites.controls.looking import told

# How the names of all begin that the platform is made of; IAM-03 judges the roles among them.
OURS: Final = "touchstone-"
_OF_AWS: Final = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(.+)")
_WHATEVER: Final = {"Sid": "Somebody", "Effect": "Allow", "Action": "*", "Resource": "*"}
_EVERYTHING: Final = {"Version": "2012-10-17", "Statement": [_WHATEVER]}


def of_aws(arn: str) -> str | None:
    """Give the name of a policy that AWS wrote, None for another."""
    found = _OF_AWS.fullmatch(arn)
    return found[1] if found else None


def granted(role: Role, inventory: Inventory) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    """Yield the policies of ours that a role carries: name and statements.

    Raises Unread where one of them was not read.
    """
    for policy in role.policies:
        yield str(policy.policy_name), read(policy.policy_document)
    for link in role.managed_policy_arns:
        if of_aws(str(link)) is None:
            managed = inventory.get(ManagedPolicy, link)
            yield managed.key, read(managed.policy_document)


def unpromised(role: Role, baseline: Baseline) -> list[str]:
    """Give the policies of AWS that a role carries and nobody promised: what is in them AWS changes."""
    names = (of_aws(str(link)) for link in role.managed_policy_arns)
    return [name for name in names if name is not None and name not in baseline.aws_policies]


def power_of(role: Role, inventory: Inventory) -> Power:
    """Say what a role may do; raises Unread where a policy or its boundary was not read."""
    boundary = None
    if role.permissions_boundary is not None and of_aws(str(role.permissions_boundary)) is None:
        boundary = boundary_of(inventory.get(ManagedPolicy, role.permissions_boundary), inventory)
    attached = [inventory.get(ManagedPolicy, link) for link in role.managed_policy_arns if of_aws(str(link)) is None]
    return Power(
        inventory.account,
        _names(role, inventory, "role", "RoleName"),
        tuple(one for _, statements in granted(role, inventory) for one in statements),
        tuple(name for policy in attached for name in _names(policy, inventory, "policy", "ManagedPolicyName")),
        boundary,
    )


def boundary_of(policy: ManagedPolicy, inventory: Inventory) -> Boundary:
    """Give a policy as the boundary that it is."""
    return Boundary.of(read(policy.policy_document), _called(policy, inventory))


def _called(policy: ManagedPolicy, inventory: Inventory) -> tuple[str, ...]:
    """Give the names of a boundary, one without a wildcard first: by that conditions are asked."""
    names = _names(policy, inventory, "policy", "ManagedPolicyName")
    return tuple(sorted(names, key=lambda name: "*" in name))


def more_rights(power: Power, *, makes_ours: bool) -> list[Opened]:
    """Give the ways on which a role gets more rights; ``makes_ours``: it reaches whatever the platform is made of."""
    with known():
        return opened(power, escalations().ways, OURS if makes_ours else None)


def ways_out_of(policy: ManagedPolicy, inventory: Inventory) -> tuple[Opened, ...]:
    """Give the ways on which somebody whom nothing but a boundary bounds gets out of it, by means of IAM alone."""
    read(policy.policy_document)  # so that each verdict shows it
    document = json.dumps(policy.policy_document, sort_keys=True)
    with known():
        return _ways_out(document, _called(policy, inventory), inventory.account)


@lru_cache(maxsize=64)  # one boundary holds every role
def _ways_out(document: str, names: tuple[str, ...], account: str) -> tuple[Opened, ...]:
    ways = [one for one in escalations().ways if one.by_identity_alone]
    boundary = Boundary.of(read(json.loads(document)), names)
    everybody = Power(account, (), read(_EVERYTHING), (), boundary)
    return tuple(opened(everybody, (*ways, *escalations().leaving), OURS))


def _names(resource: Resource, inventory: Inventory, kind: str, named: str) -> tuple[str, ...]:
    """Give every name of a role or a policy; with a wildcard where CloudFormation makes it up."""
    found = dict.fromkeys(name for name in resource.origin.attributes.values() if name.startswith("arn:"))
    name, path = told(resource, named), told(resource, "Path") or "/"
    begins = f"arn:{partition_of(inventory.region)}:iam::{inventory.account}:{kind}"
    if isinstance(name, str):
        found[f"{begins}{path}{name}"] = None
    elif resource.origin.stack is not None and not found:
        found[f"{begins}{path}{OURS}{inventory.environment}-{resource.origin.stack}-{resource.key}-?*"] = None
    if resource.managed:
        found |= dict.fromkeys(f"${{{resource.key}{end}}}" for end in ("", ".Arn", ".PolicyArn"))
    return tuple(found)
