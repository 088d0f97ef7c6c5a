"""How DynamoDB's tables are restored, kept and taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.errors import InputError
from infra.recovery.census import census_of_table
from infra.recovery.comparing import Census
from infra.recovery.restoring import DRILL, NAMED, PURPOSE, Restorer, utc
from infra.recovery.stores import Store


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
        return utc(found)

    def restore(self, store: Store, name: str, point: datetime) -> None:
        """Begin; the table is encrypted as the source is."""
        about = self._dynamodb.describe_table(TableName=store.name)["Table"].get("SSEDescription") or {}
        key = about.get("KMSMasterKeyArn")
        encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key} if key else {"Enabled": False}
        self._dynamodb.restore_table_to_point_in_time(
            SourceTableName=store.name, TargetTableName=name, RestoreDateTime=point, SSESpecificationOverride=encrypted
        )

    def is_a_drills(self, name: str) -> bool:
        """Say whether it has the tag, or none yet because it is being restored from a table of the platform."""
        told = self._dynamodb.describe_table(TableName=name)["Table"]
        tags = self._tags(told["TableArn"])
        if tags:
            return tags.get(PURPOSE) == DRILL
        ours = self.prefix.removesuffix(NAMED[DRILL])
        source = str(told.get("RestoreSummary", {}).get("SourceTableArn", ""))
        return source.rpartition("/")[2].startswith(ours)

    def _tags(self, arn: str) -> dict[str, str]:
        pages = self._dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
        return {one["Key"]: one["Value"] for page in pages for one in page.get("Tags", ())}

    def finish(self, store: Store, name: str) -> None:
        """Tag it; what is kept is protected, and has recovery and the time to live of its source."""
        told = self._dynamodb.describe_table(TableName=name)["Table"]
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        self._dynamodb.tag_resource(ResourceArn=told["TableArn"], Tags=tags)
        if not self.keeps:
            return
        self._dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        asked, has = self._lives(store.name), self._lives(name)
        if asked is not None and has is None:
            self._dynamodb.update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": asked}
            )
        if not told.get("DeletionProtectionEnabled"):
            self._dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)

    def _lives(self, name: str) -> str | None:
        """Return the attribute that says until when an item lives."""
        told = self._dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        return str(told["AttributeName"]) if told["TimeToLiveStatus"] in ("ENABLED", "ENABLING") else None

    def parameters(self, store: Store, name: str) -> dict[str, str]:
        """Return its name and its ARN."""
        arn = self._dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
        return {f"{store.logical_id}Name": name, f"{store.logical_id}Arn": str(arn)}

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
