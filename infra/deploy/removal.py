"""What stands in the way of deletion, and how it is lifted; what a deletion leaves, and how that is taken away.

Nothing here is done but by `destroy --lift-protection` and `destroy --everything`, and to the leavings of a first
deployment that failed, which hold nothing yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.connect import ClientOf
from infra.deploy.stacks import Stacks
from infra.errors import DeployError


@dataclass(frozen=True, slots=True)
class Call:
    """One call about a resource: the parameter that names it, and what is said beside."""

    service: str
    operation: str
    named: str
    also: tuple[tuple[str, Any], ...] = ()

    def __call__(self, client_of: ClientOf, physical_id: str) -> None:
        """Make the call."""
        getattr(client_of(self.service), self.operation)(**{self.named: physical_id}, **dict(self.also))


@dataclass(frozen=True, slots=True)
class Found:
    """A resource of a stack, by both of its names."""

    logical_id: str
    type: str
    physical_id: str

    def __str__(self) -> str:
        return f"{self.logical_id} ({self.type}) {self.physical_id}"


@dataclass(frozen=True, slots=True)
class Destroyed:
    """A stack that is gone, and a line for each resource of it that is still there."""

    name: str
    stays: tuple[str, ...]


LIFTS: Final[Mapping[str, Call]] = {
    "AWS::DynamoDB::Table": Call("dynamodb", "update_table", "TableName", (("DeletionProtectionEnabled", False),)),
    "AWS::RDS::DBInstance": Call(
        "rds",
        "modify_db_instance",
        "DBInstanceIdentifier",
        (("DeletionProtection", False), ("ApplyImmediately", True)),
    ),
}

# Keys are the last to go, and go slowly: for the days that AWS waits, everything that they encrypt can still be had.
REMOVES: Final[Mapping[str, Call]] = {
    "AWS::DynamoDB::Table": Call("dynamodb", "delete_table", "TableName"),
    "AWS::SQS::Queue": Call("sqs", "delete_queue", "QueueUrl"),
    "AWS::SNS::Topic": Call("sns", "delete_topic", "TopicArn"),
    "AWS::Logs::LogGroup": Call("logs", "delete_log_group", "logGroupName"),
    "AWS::SecretsManager::Secret": Call(
        "secretsmanager", "delete_secret", "SecretId", (("ForceDeleteWithoutRecovery", True),)
    ),
    "AWS::Backup::BackupVault": Call("backup", "delete_backup_vault", "BackupVaultName"),
    "AWS::S3::Bucket": Call("s3", "delete_bucket", "Bucket"),
    "AWS::KMS::Key": Call("kms", "schedule_key_deletion", "KeyId", (("PendingWindowInDays", 30),)),
}

# Retained while something else of the stack is changed, and gone with that.
GOES_WITH_ANOTHER: Final = frozenset({"AWS::Lambda::Version"})


def resources_of(cloudformation: Any, stack_id: str) -> tuple[Found, ...]:
    """Return what a stack has now."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    return tuple(
        Found(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if one.get("PhysicalResourceId") and one["ResourceStatus"] != "DELETE_COMPLETE"
    )


def retained(cloudformation: Any, stack_id: str, had: Iterable[Found]) -> tuple[Found, ...]:
    """Return what a stack had, is gone itself, and has left standing because its template says so."""
    skipped = {
        event["LogicalResourceId"]
        for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        for event in page["StackEvents"]
        if event["ResourceStatus"] == "DELETE_SKIPPED"
    }
    return tuple(one for one in had if one.logical_id in skipped and one.type not in GOES_WITH_ANOTHER)


def lift(client_of: ClientOf, found: Iterable[Found]) -> None:
    """Take away the protection against deletion of every resource that has one."""
    for one in found:
        if one.type in LIFTS:
            LIFTS[one.type](client_of, one.physical_id)


def remove(client_of: ClientOf, found: Iterable[Found]) -> Iterator[str]:
    """Take away what a stack retained, keys last; give a line for each that is to stay all the same.

    Raises:
        DeployError: a type that is retained and that nobody said how to remove.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415

    order = list(REMOVES)
    wanted = list(found)
    for one in wanted:
        if one.type not in REMOVES:
            raise DeployError(f"{one}: nothing says how to remove this type: see infra/deploy/removal.py")
    for one in sorted(wanted, key=lambda each: order.index(each.type)):
        try:
            if one.type == "AWS::S3::Bucket":
                _empty(client_of("s3"), one.physical_id)
            REMOVES[one.type](client_of, one.physical_id)
        except ClientError as error:
            yield f"{one}: {error.response['Error'].get('Message', error)}"


def _empty(s3: Any, bucket: str) -> None:
    """Delete every version of every object: AWS deletes empty buckets only.

    Records under a lock go for whoever may bypass it, which is a right that no role of ours has: else they stay.
    """
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        listed = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in listed]
        if doomed:
            told = s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
            refused = {one["Key"] for one in told.get("Errors", ())}
            locked = [one for one in doomed if one["Key"] in refused]
            if locked:
                s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": locked, "Quiet": True}, BypassGovernanceRetention=True
                )


def clear(stacks: Stacks, client_of: ClientOf, stack: str) -> None:
    """Remove what a first deployment that failed left: a stack that AWS does not let anybody update.

    It is empty, but for what is protected from its first moment on, and that holds nothing yet.
    """
    found = stacks.describe(stacks.name_of(stack))
    if found is None or found["StackStatus"] not in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
        return
    left = resources_of(stacks.cloudformation, found["StackId"])
    lift(client_of, left)
    stacks.delete(stack, found)
    stay = list(remove(client_of, retained(stacks.cloudformation, found["StackId"], left)))
    if stay:
        raise DeployError(f"{found['StackName']}: left by a deployment that failed: {'; '.join(stay)}")
