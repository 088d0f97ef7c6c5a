"""What was agreed about settings that no other control speaks of."""

from __future__ import annotations

from fixtures.inventory.services.accessanalyzer import Analyzer
from fixtures.inventory.services.awslambda import EventSourceMapping, Permission
from fixtures.inventory.services.backup import (
    BackupPlan,
    BackupSelection,
    BackupVault,
)
from fixtures.inventory.services.cloudtrail import Trail
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.ec2 import VPC, FlowLog, VPCEndpoint
from fixtures.inventory.services.elasticache import ReplicationGroup, SubnetGroup, User, UserGroup
from fixtures.inventory.services.kms import Alias, Key
from fixtures.inventory.services.logs import LogGroup
from fixtures.inventory.services.rds import DBInstance, DBParameterGroup, DBSubnetGroup
from fixtures.inventory.services.s3 import Bucket
from fixtures.inventory.services.secretsmanager import ResourcePolicy, RotationSchedule, Secret
from fixtures.inventory.services.sns import Subscription, Topic
from fixtures.inventory.services.sqs import Queue
from fixtures.inventory.touching import note_property
from fixtures.judging.agreed import Agreed
from fixtures.judging.control import Change, Remove, control, not_applicable
from suites.controls.looking import told


@control(
    "SET-01",
    severity="medium",
    satisfies=("AC4", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(
        Change("Database.AutoMinorVersionUpgrade", value=False),
        Change("Database.CopyTagsToSnapshot", value=False),
        Change("DataKey.PendingWindowInDays", 7),
        Change("EventQueue.KmsMasterKeyId", {"Ref": "DataKeyArn"}),
        Remove("BackupVault.LockConfiguration.MaxRetentionDays"),
    ),
)
def test_settings_are_those_that_were_agreed(
    holder: Alias
    | Analyzer
    | BackupPlan
    | BackupSelection
    | BackupVault
    | Bucket
    | DBInstance
    | DBParameterGroup
    | DBSubnetGroup
    | EventSourceMapping
    | FlowLog
    | Key
    | LogGroup
    | Permission
    | Queue
    | ReplicationGroup
    | ResourcePolicy
    | RotationSchedule
    | Secret
    | SubnetGroup
    | Subscription
    | Table
    | Topic
    | Trail
    | User
    | UserGroup
    | VPC
    | VPCEndpoint,
    agreed: Agreed,
) -> None:
    """A switch that is turned in passing changes nothing that anybody sees, until the day on which it was for.

    Each setting stands in policies/settings.toml, with what goes wrong without it.
    """
    settings = list(agreed.of(holder.cfn_type, holder.key))
    if not settings:
        not_applicable("nothing was agreed about it")
    found = []
    for one in settings:
        missed = one.missed(told(holder, one.property))
        note_property(holder, one.property)
        found += [missed] if missed is not None else []
    assert not found, "; ".join(found)
