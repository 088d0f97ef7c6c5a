"""How RDS's instances are restored, kept and taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.errors import DeployError, InputError
from infra.recovery.comparing import Census
from infra.recovery.restoring import DRILL, PURPOSE, Restorer, utc
from infra.recovery.stores import Store


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
        return utc(found)

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
            PubliclyAccessible=False,
            Tags=[{"Key": key, "Value": value} for key, value in self.tags.items()],
            **(_as_it_stands(source) if self.keeps else {"MultiAZ": False, "DeletionProtection": False}),
        )

    def is_a_drills(self, name: str) -> bool:
        """Say whether it has the tag, which it was made with."""
        tags = {one["Key"]: one["Value"] for one in self._described(name).get("TagList", ())}
        return tags.get(PURPOSE) == DRILL

    def finish(self, store: Store, name: str) -> None:
        """Do nothing: an instance is made with all that it has."""

    def parameters(self, store: Store, name: str) -> dict[str, str]:
        """Return its name, its ARN, where it is reached, and the id that permissions name it by."""
        told, key = self._described(name), store.logical_id
        return {
            f"{key}Name": name,
            f"{key}Arn": str(told["DBInstanceArn"]),
            f"{key}Endpoint": str(told["Endpoint"]["Address"]),
            f"{key}ResourceId": str(told["DbiResourceId"]),
        }

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


def _as_it_stands(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an instance that is kept has of its source, and a restore would leave out."""
    names = ("MultiAZ", "BackupRetentionPeriod", "PreferredBackupWindow", "MaxAllocatedStorage",
             "CACertificateIdentifier", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot")  # fmt: skip
    return {"DeletionProtection": True} | {name: source[name] for name in names if source.get(name) is not None}
