"""The newest recovery point of each store, and the backups that failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from infra.errors import UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import DATABASES, TABLES, VAULTS, Resource, declared
from infra.looking.found import Fact, Facts, Parts, Rows, length, rows

_BACK: Final = timedelta(days=7)
_NOT_MADE: Final = ("FAILED", "ABORTED", "EXPIRED", "PARTIAL")
_COLUMNS: Final = ("store", "newest", "age", "vault", "points")
_JOBS: Final = (
    Fact("when", "CreationDate"),
    Fact("of", "ResourceArn"),
    Fact("state", "State"),
    Fact("why", "StatusMessage", always=False),
)


def parts(asking: Asking) -> Parts:
    """Return what is read of backups; raises InputError where the stacks of vault or stores are not deployed."""
    vaults, stores = declared(asking, VAULTS), (*declared(asking, TABLES), *declared(asking, DATABASES))
    return {
        "newest recovery points": lambda: _newest(asking, vaults, stores),
        "failed in 7 days": lambda: _failed(asking, vaults),
    }


def _newest(asking: Asking, vaults: tuple[Resource, ...], stores: tuple[Resource, ...]) -> Rows:
    made: dict[str, list[tuple[datetime, str]]] = {}
    name, member = "list_recovery_points_by_backup_vault", "RecoveryPoints"
    for vault in vaults:
        for point in asking.all("backup", name, member, BackupVaultName=vault.name):
            arn, when = point.get("ResourceArn"), point.get("CreationDate")
            if arn is None or when is None:
                raise UntoldError("backup:ListRecoveryPointsByBackupVault: the answer has no ResourceArn, CreationDate")
            if point.get("Status") == "COMPLETED":
                made.setdefault(_name(arn), []).append((when, vault.name))
    return Rows(_COLUMNS, [_row(asking, store, made.get(store.name, [])) for store in stores])


def _name(arn: str) -> str:
    """Return the name at the end of the ARN of a table or a database."""
    return arn.rpartition(":")[2].removeprefix("table/")


def _row(asking: Asking, store: Resource, points: list[tuple[datetime, str]]) -> Facts:
    newest, vault = max(points) if points else (None, None)
    age = None if newest is None else length(asking.now - newest)
    return {"store": store.short, "newest": newest, "age": age, "vault": vault, "points": len(points)}


def _failed(asking: Asking, vaults: tuple[Resource, ...]) -> Rows:
    found: list[Mapping[str, Any]] = []
    for vault in vaults:
        for state in _NOT_MADE:
            asked = {"ByBackupVaultName": vault.name, "ByState": state, "ByCreatedAfter": asking.now - _BACK}
            found += asking.all("backup", "list_backup_jobs", "BackupJobs", **asked)
    return rows(_JOBS, sorted(found, key=lambda one: str(one.get("CreationDate"))), "backup:ListBackupJobs")
