"""No policy at a resource allows more than what was agreed that it may.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fixtures.inventory.services.backup import BackupVault
from fixtures.inventory.services.ec2 import SecurityGroup, VPCEndpoint
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.s3 import BucketPolicy
from fixtures.inventory.services.secretsmanager import ResourcePolicy
from fixtures.inventory.services.sns import TopicPolicy
from fixtures.inventory.services.sqs import QueuePolicy
from fixtures.inventory.touching import note_property
from fixtures.judging.control import Change, Remove, control, not_applicable
from fixtures.judging.grants import Grants
from fixtures.judging.network.newly import newly_admitted
from infra.environment import Environment
from suites.controls.letting_in import beyond_grant
from suites.controls.looking import told

NO_RULES: tuple[Mapping[str, Any], ...] = ()
AWS_OWN_EGRESS: Mapping[str, Any] = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
"""The rule that AWS keeps in a group of which nobody stated a rule outward."""
Holder = Key | BucketPolicy | QueuePolicy | TopicPolicy | ResourcePolicy | VPCEndpoint | BackupVault


@control(
    "GRT-01",
    severity="high",
    satisfies=("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3"),
    broken_by=(
        Change("DataKey.KeyPolicy.Statement.0.Action", "kms:*"),
        Remove("DataKey.KeyPolicy.Statement.2.Condition.StringEquals.kms:ViaService"),
        Change("OperationsTopicPolicy.PolicyDocument.Statement.1.Action", "sns:*"),
        Change("LogBucketPolicy.PolicyDocument.Statement.2.Principal.Service", "ec2.amazonaws.com"),
    ),
)
def test_no_policy_allows_more_than_was_agreed(
    holder: Key | BucketPolicy | QueuePolicy | TopicPolicy | ResourcePolicy | VPCEndpoint | BackupVault,
    grants: Grants,
    environment: Environment,
) -> None:
    """An action more in a policy of our own account is no stranger, and yet a right that nobody gave.

    What may be granted stands in policies/grants.toml. Less than that is no finding here; it shows where it is missed.
    """
    document = _document(holder)
    if document is None and isinstance(holder, BackupVault):
        not_applicable("it has no policy: identities alone decide")
    assert document is not None, "has no policy of its own; the agreed one is promised"
    agreed = grants.of(holder.key)
    assert agreed is not None, "nobody agreed what its policy may allow; an entry in policies/grants.toml is promised"
    found = beyond_grant(agreed, document, environment.account)
    assert found is None, f"allows {found}; what policies/grants.toml says is promised, and no more"


def _document(holder: Holder) -> Mapping[str, Any] | None:
    match holder:
        case Key():
            return holder.key_policy
        case ResourcePolicy():
            return holder.resource_policy
        case BackupVault():
            return holder.access_policy
        case _:
            return holder.policy_document


@control(
    "GRT-02",
    severity="high",
    satisfies=("AC2", "NIST-800-53:AC-4(21)", "NIST-800-53:SC-7", "PCI-4.0:1.3.1", "SOC2:CC6.6"),
    broken_by=(
        Change("LambdaToRdsEgress.ToPort", 5500),
        Change("EndpointFromLambdaIngress.FromPort", 1),
        Remove("BastionSecurityGroup.SecurityGroupEgress"),
    ),
)
def test_no_group_admits_more_than_was_agreed(group: SecurityGroup, grants: Grants) -> None:
    """A port more between two groups of ours is no stranger's way, and yet one that nobody needs.

    What groups may admit stands in policies/grants.toml; fewer rules than that are no finding here.
    """
    if not group.managed:
        not_applicable("no stack of ours has it: whom it may admit was not agreed")
    agreed = grants.groups.get(group.key)
    assert agreed is not None, "nobody agreed what it may admit; an entry in policies/grants.toml is promised"
    found = None
    sides = (("Ingress", agreed.inward, NO_RULES), ("Egress", agreed.outward, (AWS_OWN_EGRESS,)))
    for name, known, unstated in sides:
        rules: list[Mapping[str, Any]] = list(told(group, f"SecurityGroup{name}") or unstated)
        note_property(group, f"SecurityGroup{name}")
        found = newly_admitted(known, rules)
        if found is not None:
            note_property(group, f"SecurityGroup{name}", rules.index(found))
            break
    assert found is None, f"has the rule {json.dumps(found)}; what policies/grants.toml says is promised, and no more"
