"""How one store is restored beside itself, looked at, and taken away again. Nothing but a drill's is ever deleted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from infra.deploy.connect import ClientOf
from infra.environment import Environment
from infra.errors import DeployError, InputError
from infra.recovery.census import Way, census_of_table
from infra.recovery.comparing import Census
from infra.recovery.stores import Store

_TAGS: Final = (("Project", "touchstone"), ("Purpose", "restore-drill"))
_GONE: Final = "DBInstanceNotFound"


def prefix_of(environment: Environment) -> str:
    """Return what the names of all that a drill makes begin with, and of nothing else."""
    return environment.stack_name("drill-")


@dataclass(frozen=True, slots=True)
class Restorer(ABC):
    """Acts on the stores of one kind; ``prefix`` is what a drill's names begin with."""

    client_of: ClientOf
    prefix: str
    way: Way

    def name_of(self, drill: str, store: Store) -> str:
        """Return the name of what a drill restores of a store."""
        return f"{self.prefix}{drill.lower()}-{store.short}"

    def remove(self, name: str) -> None:
        """Delete what a drill has made; raises DeployError for anything else."""
        if not name.startswith(self.prefix):
            raise DeployError(f"{name}: is no drill's ({self.prefix}…): it is not deleted")
        self._delete(name)

    def has_gone(self, name: str) -> bool:
        """Say whether something is gone; what could not be deleted yet, because it was being made, is told again."""
        if self.is_gone(name):
            return True
        self.remove(name)
        return False

    @abstractmethod
    def latest(self, store: Store) -> datetime:
        """Return the latest moment to which a store can be restored; raises InputError where it cannot."""

    @abstractmethod
    def restore(self, store: Store, name: str, point: datetime) -> None:
        """Begin to restore a store to a moment under another name."""

    @abstractmethod
    def is_ready(self, name: str) -> bool:
        """Say whether what is restored can be looked at; raises DeployError where it never will."""

    @abstractmethod
    def census(self, name: str) -> Census:
        """Read the rows."""

    @abstractmethod
    def leftovers(self) -> Iterator[str]:
        """Yield the names of what drills have made and is still there."""

    @abstractmethod
    def is_gone(self, name: str) -> bool:
        """Say whether something that was deleted is not there any more."""

    @abstractmethod
    def _delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Tables(Restorer):
    """DynamoDB's tables, by point-in-time recovery."""

    @property
    def _dynamodb(self) -> Any:
        return self.client_of("dynamodb")

    def latest(self, store: Store) -> datetime:
        """Return the latest moment; raises InputError where recovery is off."""
        told = self._dynamodb.describe_continuous_backups(TableName=store.name)["ContinuousBackupsDescription"]
        found = told.get("PointInTimeRecoveryDescription", {}).get("LatestRestorableDateTime")
        if found is None:
            raise InputError(f"{store.name}: cannot be restored: point-in-time recovery is off")
        return _utc(found)

    def restore(self, store: Store, name: str, point: datetime) -> None:
        """Begin; the table is encrypted as the source is."""
        about = self._dynamodb.describe_table(TableName=store.name)["Table"].get("SSEDescription") or {}
        key = about.get("KMSMasterKeyArn")
        encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key} if key else {"Enabled": False}
        self._dynamodb.restore_table_to_point_in_time(
            SourceTableName=store.name, TargetTableName=name, RestoreDateTime=point, SSESpecificationOverride=encrypted
        )

    def is_ready(self, name: str) -> bool:
        """Say whether the table is active."""
        return bool(self._dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")

    def census(self, name: str) -> Census:
        """Read every item."""
        return census_of_table(self._dynamodb, name)

    def leftovers(self) -> Iterator[str]:
        """Yield the tables with a drill's name."""
        for page in self._dynamodb.get_paginator("list_tables").paginate():
            yield from (name for name in page["TableNames"] if name.startswith(self.prefix))

    def is_gone(self, name: str) -> bool:
        """Say whether there is no such table."""
        try:
            self._dynamodb.describe_table(TableName=name)
        except self._dynamodb.exceptions.ResourceNotFoundException:
            return True
        return False

    def _delete(self, name: str) -> None:
        try:
            self._dynamodb.delete_table(TableName=name)
        except (
            self._dynamodb.exceptions.ResourceNotFoundException,
            self._dynamodb.exceptions.ResourceInUseException,
        ):
            return  # gone, going, or not made yet: it is asked again until it is gone


@dataclass(frozen=True, slots=True)
class Databases(Restorer):
    """RDS's instances, by their automated backups."""

    @property
    def _rds(self) -> Any:
        return self.client_of("rds")

    def _described(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        return found

    def latest(self, store: Store) -> datetime:
        """Return the latest moment; raises InputError where there are no automated backups."""
        found = self._described(store.name).get("LatestRestorableTime")
        if found is None:
            raise InputError(f"{store.name}: cannot be restored: it has no automated backups")
        return _utc(found)

    def restore(self, store: Store, name: str, point: datetime) -> None:
        """Begin; the instance stands where the source does, entered by the same groups, and alone."""
        source = self._described(store.name)
        self._rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier=store.name,
            TargetDBInstanceIdentifier=name,
            RestoreTime=point,
            DBInstanceClass=source["DBInstanceClass"],
            DBSubnetGroupName=source["DBSubnetGroup"]["DBSubnetGroupName"],
            DBParameterGroupName=source["DBParameterGroups"][0]["DBParameterGroupName"],
            VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in source["VpcSecurityGroups"]],
            Port=source["Endpoint"]["Port"],
            EnableIAMDatabaseAuthentication=True,
            MultiAZ=False,
            PubliclyAccessible=False,
            DeletionProtection=False,
            Tags=[{"Key": key, "Value": value} for key, value in _TAGS],
        )

    def is_ready(self, name: str) -> bool:
        """Say whether the instance is available; raises DeployError where it cannot become so."""
        status = self._described(name)["DBInstanceStatus"]
        if status in ("failed", "incompatible-restore", "incompatible-parameters", "incompatible-network"):
            raise DeployError(f"{name}: {status}")
        return bool(status == "available")

    def census(self, name: str) -> Census:
        """Read every row of the history."""
        return self.way.census(self.client_of, self._described(name))

    def leftovers(self) -> Iterator[str]:
        """Yield the instances with a drill's name."""
        for page in self._rds.get_paginator("describe_db_instances").paginate():
            names = (one["DBInstanceIdentifier"] for one in page["DBInstances"])
            yield from (name for name in names if name.startswith(self.prefix))

    def is_gone(self, name: str) -> bool:
        """Say whether there is no such instance."""
        try:
            self._described(name)
        except self._rds.exceptions.DBInstanceNotFoundFault:
            return True
        return False

    def _delete(self, name: str) -> None:
        try:
            self._rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
        except (self._rds.exceptions.DBInstanceNotFoundFault, self._rds.exceptions.InvalidDBInstanceStateFault):
            return  # gone, going, or not made yet: it is asked again until it is gone


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
