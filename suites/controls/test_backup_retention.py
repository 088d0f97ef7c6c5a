"""What is lost can be had again, as far back as was promised.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.backup import BackupPlan, BackupVault
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.logs import LogGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control, not_applicable
from suites.controls.backed_up import copied_by, filled_by, selections_of, selects
from suites.controls.looking import decided_elsewhere, leading_to, own_key

CAN_BE_HAD_AGAIN = ("AC5", "NIST-800-53:CP-9", "PCI-4.0:10.3.3", "SOC2:A1.2")


@control(
    "BAK-01",
    severity="high",
    satisfies=(*CAN_BE_HAD_AGAIN, "FSBP:RDS.11"),
    broken_by=(Change("Database.BackupRetentionPeriod", 1),),
)
def test_databases_keep_their_backups(database: DBInstance, baseline: Baseline) -> None:
    """Point-in-time recovery reaches back as far as the baseline promises."""
    elsewhere = decided_elsewhere(database, by_source=True)
    if elsewhere:
        not_applicable(elsewhere)
    assert database.backup_retention_period >= baseline.backup_days, (
        f"keeps {database.backup_retention_period} days of backups; {baseline.backup_days} are promised"
    )


@control(
    "BAK-02",
    severity="high",
    satisfies=(*CAN_BE_HAD_AGAIN, "FSBP:DynamoDB.2"),
    broken_by=(
        Change("ConnectionsTable.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", value=False),
        Change("AlertsTable.PointInTimeRecoverySpecification.RecoveryPeriodInDays", 1),
    ),
)
def test_tables_can_be_recovered_to_any_point(table: Table, baseline: Baseline) -> None:
    """A table overwritten by a bad release is wanted back as it was a minute before."""
    recovery = table.point_in_time_recovery_specification
    assert recovery.point_in_time_recovery_enabled, "has no point-in-time recovery; it is promised"
    days = recovery.recovery_period_in_days or 35
    assert days >= baseline.recovery_days, f"can be recovered {days} days back; {baseline.recovery_days} are promised"


@control(
    "BAK-03",
    severity="low",
    satisfies=(*CAN_BE_HAD_AGAIN, "FSBP:ElastiCache.1"),
    broken_by=(Change("Cache.SnapshotRetentionLimit", 0),),
)
def test_caches_keep_snapshots(cache: ReplicationGroup, baseline: Baseline) -> None:
    """A warm cache spares the database the rush after a loss."""
    assert cache.snapshot_retention_limit >= baseline.cache_snapshot_days, (
        f"keeps {cache.snapshot_retention_limit} days of snapshots; {baseline.cache_snapshot_days} are promised"
    )


@control(
    "BAK-04",
    severity="high",
    satisfies=(*CAN_BE_HAD_AGAIN, "NIST-800-53:CP-10"),
    broken_by=(
        Change("BackupPlan.BackupPlan.BackupPlanRule.0.Lifecycle.DeleteAfterDays", 1),
        Change("BackupPlan.BackupPlan.BackupPlanRule.0.ScheduleExpression", "cron(0 5 1 * ? *)"),
        Change("BackupPlan.BackupPlan.BackupPlanRule.0.ScheduleExpression", "cron(0 5 * * ? 2024)"),
        Change("BackupPlan.BackupPlan.BackupPlanRule.0.TargetBackupVault", "elsewhere"),
    ),
)
def test_backups_are_daily_and_kept(plan: BackupPlan, inventory: Inventory, baseline: Baseline) -> None:
    """A second copy, out of reach of whoever can change the first."""
    daily = [
        rule
        for rule in plan.backup_plan.backup_plan_rule
        if _is_daily(rule.schedule_expression or "") and inventory.find(BackupVault, rule.target_backup_vault)
    ]
    assert daily, "no rule fills a vault of ours every day; daily backups are promised"
    days = max((rule.lifecycle.delete_after_days or 0) if rule.lifecycle else 0 for rule in daily)
    assert days >= baseline.backup_days, f"keeps daily backups {days} days; {baseline.backup_days} are promised"


def _is_daily(schedule: str) -> bool:
    """Say whether ``cron(minute hour day month weekday year)`` leaves out no day of any year."""
    fields = schedule.removeprefix("cron(").removesuffix(")").split()
    return len(fields) == 6 and fields[3] == fields[5] == "*" and {fields[2], fields[4]} <= {"*", "?"}


@control(
    "BAK-05",
    severity="high",
    satisfies=(*CAN_BE_HAD_AGAIN, "PCI-4.0:10.5.1"),
    broken_by=(Remove("BackupVault.LockConfiguration"), Change("BackupVault.LockConfiguration.MinRetentionDays", 1)),
)
def test_backups_cannot_be_deleted_early(vault: BackupVault, inventory: Inventory, baseline: Baseline) -> None:
    """Whoever takes the account over deletes the backups first. What only takes copies is held to their days."""
    lock = vault.lock_configuration
    assert lock is not None, "is not locked; a lock is promised"
    days = lock.min_retention_days or 0
    filled = any(leading_to(inventory, vault, BackupPlan, filled_by))
    copied = any(leading_to(inventory, vault, BackupPlan, copied_by))
    promised = baseline.backup_copy_days if copied and not filled else baseline.backup_days
    assert days >= promised, f"is locked for {days} days; {promised} are promised"


@control(
    "BAK-06",
    severity="high",
    satisfies=("AC2", "AC5", "FSBP:Backup.1", "NIST-800-53:SC-28(1)", "SOC2:CC6.1"),
    broken_by=(Remove("BackupVault.EncryptionKeyArn"),),
)
def test_backups_are_encrypted_under_our_key(vault: BackupVault, inventory: Inventory) -> None:
    """A copy of everything deserves at least the protection of the original."""
    found = own_key(inventory, vault.encryption_key_arn)
    assert found, f"is encrypted under {vault.encryption_key_arn or 'aws/backup'}; a key of our own is promised"


@control(
    "BAK-07",
    severity="high",
    satisfies=(*CAN_BE_HAD_AGAIN, "FSBP:RDS.26", "FSBP:DynamoDB.4"),
    broken_by=(
        Remove("BackupSelection.BackupSelection.Resources.0"),
        Remove("BackupSelection.BackupSelection.Resources.3"),
        Change("BackupSelection.BackupSelection.NotResources", [{"Ref": "DatabaseArn"}]),
        Change("BackupSelection.BackupSelection.NotResources", ["arn:aws:dynamodb:*"]),
        Change(
            "BackupSelection.BackupSelection.Conditions",
            {
                "StringEquals": [{"ConditionKey": "aws:ResourceTag/Backup", "ConditionValue": "yes"}],
            },
        ),
    ),
)
def test_every_store_is_backed_up(store: Table | DBInstance, inventory: Inventory) -> None:
    """A plan protects what is selected, and says nothing about what was forgotten."""
    elsewhere = decided_elsewhere(store, by_source=True) if isinstance(store, DBInstance) else None
    if elsewhere:
        not_applicable(elsewhere)
    selected = any(selects(inventory, item.backup_selection, store) for item in selections_of(inventory, store))
    assert selected, "is in no backup selection; daily backups of every store are promised"


@control(
    "BAK-08",
    severity="high",
    satisfies=("AC5", "FSBP:RDS.8", "FSBP:DynamoDB.6", "NIST-800-53:CP-9", "SOC2:A1.2"),
    broken_by=(
        Change("Database.DeletionProtection", value=False),
        Change("AlertsTable.DeletionProtectionEnabled", value=False),
    ),
)
def test_stores_cannot_be_deleted_by_mistake(store: Table | DBInstance) -> None:
    """The cheapest recovery is the one that is never needed."""
    elsewhere = decided_elsewhere(store, by_source=False) if isinstance(store, DBInstance) else None
    if elsewhere:
        not_applicable(elsewhere)
    on = store.deletion_protection if isinstance(store, DBInstance) else store.deletion_protection_enabled
    assert on, "can be deleted by one call; deletion protection is promised"


@control(
    "BAK-09",
    severity="high",
    satisfies=("AC1", "AC5", "FSBP:RDS.5", "CIS-7.0:3.2.4", "NIST-800-53:CP-10", "SOC2:A1.2"),
    broken_by=(Change("Database.MultiAZ", value=False),),
)
def test_databases_survive_a_zone(database: DBInstance, baseline: Baseline) -> None:
    """A standby in another zone turns the loss of a zone into a minute's interruption."""
    elsewhere = decided_elsewhere(database, by_source=True)
    if elsewhere:
        not_applicable(elsewhere)
    assert database.multi_az or not baseline.multi_az, "has no standby in another zone; one is promised"


@control(
    "BAK-10",
    severity="medium",
    satisfies=("AC1", "FSBP:ElastiCache.3", "NIST-800-53:CP-10", "SOC2:A1.2"),
    broken_by=(
        Break((Change("Cache.AutomaticFailoverEnabled", value=False), Change("Cache.MultiAZEnabled", value=False))),
        Change("Cache.MultiAZEnabled", value=False),
    ),
)
def test_caches_survive_a_zone(cache: ReplicationGroup, baseline: Baseline) -> None:
    """A replica in another zone takes over by itself."""
    survives = cache.automatic_failover_enabled and cache.multi_az_enabled
    assert survives or not baseline.multi_az, "does not fail over to another zone; it is promised"


@control(
    "BAK-11",
    severity="medium",
    satisfies=("AC3", "NIST-800-53:AU-3", "PCI-4.0:10.5.1", "SOC2:CC7.2"),
    broken_by=(Change("FlowLogGroup.RetentionInDays", 1),),
)
def test_logs_are_kept(group: LogGroup, baseline: Baseline) -> None:
    """An intrusion is noticed months after it happened, if at all."""
    days = group.retention_in_days
    assert days is None or days >= baseline.log_days, f"keeps {days} days of logs; {baseline.log_days} are promised"
