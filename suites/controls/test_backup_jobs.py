"""A backup that failed is told, one that is lost has a copy, and one that is kept can be had again.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.backup import BackupPlan, BackupVault, RestoreTestingPlan, RestoreTestingSelection
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.iam import Role
from fixtures.inventory.services.rds import DBInstance
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control, not_applicable
from suites.controls.backed_up import is_named, restored_of
from suites.controls.telling import unreached

CAN_BE_HAD_AGAIN = ("AC5", "NIST-800-53:CP-9", "SOC2:A1.2")
SERVICE = "backup.amazonaws.com"
# Completed is how every job ends, failed and expired ones too; the events of failures alone are no longer sent.
EVENTS = ("BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED")


@control(
    "BAK-12",
    severity="medium",
    satisfies=(*CAN_BE_HAD_AGAIN, "SOC2:CC7.2"),
    broken_by=(
        Remove("BackupVault.Notifications"),
        Change("BackupVault.Notifications.BackupVaultEvents", ["BACKUP_JOB_STARTED", "COPY_JOB_FAILED"]),
        Change("CopyVault.Notifications.SNSTopicArn", "arn:aws:sns:us-east-1:333333333333:nowhere"),
        Remove("OperationsSubscription"),
        Change("OperationsSubscription.FilterPolicy", {"State": ["COMPLETED"]}),
        Change("MessagingKey.KeyPolicy.Statement.5.Principal", {"Service": "budgets.amazonaws.com"}),
    ),
)
def test_backups_that_fail_are_told(vault: BackupVault, inventory: Inventory) -> None:
    """A job that has failed for months is found out on the day when its backup is wanted."""
    told = vault.notifications
    assert told is not None, "tells nobody of its jobs; that somebody is told of those that fail is promised"
    silent = [event for event in EVENTS if event not in told.backup_vault_events]
    assert not silent, f"does not tell {', '.join(silent)}; that somebody is told of jobs that fail is promised"
    reason = unreached(inventory, told.sns_topic_arn, SERVICE)
    assert reason is None, f"tells nobody of its jobs: {reason}"


@control(
    "BAK-13",
    severity="medium",
    satisfies=(*CAN_BE_HAD_AGAIN, "PCI-4.0:10.3.3"),
    broken_by=(
        Remove("BackupPlan.BackupPlan.BackupPlanRule.0.CopyActions"),
        Change(
            "BackupPlan.BackupPlan.BackupPlanRule.0.CopyActions",
            [{
                "DestinationBackupVaultArn": {"Fn::GetAtt": ["CopyVault", "BackupVaultArn"]},
                "Lifecycle": {"DeleteAfterDays": 7},
            }],
        ),
        Change(
            "BackupPlan.BackupPlan.BackupPlanRule.0.CopyActions",
            [{
                "DestinationBackupVaultArn": {"Fn::GetAtt": ["BackupVault", "BackupVaultArn"]},
                "Lifecycle": {"DeleteAfterDays": 30},
            }],
        ),
    ),
)  # fmt: skip
def test_backups_have_a_copy(plan: BackupPlan, inventory: Inventory, baseline: Baseline) -> None:
    """A vault is lost with its key, and with whoever may write its policy."""
    if not baseline.backup_copy_days:
        not_applicable("no copies are promised")
    for rule in plan.backup_plan.backup_plan_rule:
        own = inventory.find(BackupVault, rule.target_backup_vault)
        elsewhere = [
            one for one in rule.copy_actions
            if inventory.find(BackupVault, one.destination_backup_vault_arn) is not own
        ]  # fmt: skip
        assert elsewhere, f"copies nothing into another vault; {baseline.backup_copy_days} days are promised"
        for one in elsewhere:
            days = None if one.lifecycle is None else one.lifecycle.delete_after_days
            assert days is None or days >= baseline.backup_copy_days, (
                f"keeps copies {days} days; {baseline.backup_copy_days} are promised"
            )


@control(
    "BAK-14",
    severity="medium",
    satisfies=(*CAN_BE_HAD_AGAIN, "NIST-800-53:CP-10"),
    broken_by=(
        Remove("RestoreTestOfDatabases"),
        Change("RestoreTestOfTables.ProtectedResourceArns", [{"Ref": "AlertsTableArn"}]),
        Change("RestoreTest.ScheduleExpression", "cron(0 12 1 1 ? *)"),
        Change(
            "RestoreTest.RecoveryPointSelection.IncludeVaults", ["arn:aws:backup:us-east-1:333333333333:backup-vault:x"]
        ),
        Break((Remove("RestoreTestOfTables"), Remove("RestoreTestOfDatabases"), Remove("RestoreTest"))),
    ),
)
def test_backups_are_seen_to_restore(store: Table | DBInstance, inventory: Inventory, baseline: Baseline) -> None:
    """A backup that was never restored is a hope."""
    if not baseline.restore_tests:
        not_applicable("no restore tests are promised")
    found = [
        selection
        for selection in restored_of(inventory, store)
        if is_named(inventory, selection.protected_resource_arns, store)
    ]
    assert found, "its backups are never restored; a test each month is promised"
    reasons = [_why_not(inventory, selection) for selection in found]
    assert None in reasons, f"{reasons[0]}; a test each month is promised"


def _why_not(inventory: Inventory, selection: RestoreTestingSelection) -> str | None:
    """Say why a selection restores nothing of ours each month; None where it does."""
    if inventory.find(Role, selection.iam_role_arn) is None:
        return f"{selection.key} restores as {selection.iam_role_arn}, which is not there"
    plan = inventory.get(RestoreTestingPlan, selection.restore_testing_plan_name)
    schedule = plan.schedule_expression.removeprefix("cron(").removesuffix(")").split()
    if len(schedule) != 6 or schedule[3] != "*" or schedule[5] != "*":
        return f"{plan.key} restores at {plan.schedule_expression}"
    vaults = plan.recovery_point_selection.include_vaults
    if "*" not in vaults and not any(inventory.find(BackupVault, vault) for vault in vaults):
        return f"{plan.key} restores from no vault of ours"
    return None
