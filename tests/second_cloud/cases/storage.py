"""S3 and AWS Backup: what is kept, for how long, and who may take it away."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from fixtures.aws.own import in_pascal_case
from infra.environment import load_environment
from infra.recovery.record import FOLDER
from tests.inventory.drills import drill_of
from tests.second_cloud.cases.made import (
    MAP,
    TEAM,
    Case,
    Client,
    Made,
    Properties,
    bucket,
    key,
    policy,
    queue,
    role,
)

BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def _bucket(client: Client) -> Made:
    s3, encrypts, (_, hears) = client("s3"), key(client), queue(client)
    logs, name = bucket(client, "logs"), bucket(client, "tried", ObjectLockEnabledForBucket=True)
    put = {"Bucket": name}
    s3.put_public_access_block(**put, PublicAccessBlockConfiguration=BLOCKED)
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": encrypts}
    s3.put_bucket_encryption(**put, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}]
    })  # fmt: skip
    s3.put_bucket_lifecycle_configuration(**put, LifecycleConfiguration={"Rules": [{
        "ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 400},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
    }]})  # fmt: skip
    s3.put_bucket_ownership_controls(**put, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    s3.put_object_lock_configuration(**put, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention})
    s3.put_bucket_logging(**put, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": "p/"}})
    s3.put_bucket_notification_configuration(**put, NotificationConfiguration={
        "QueueConfigurations": [{"QueueArn": hears, "Events": ["s3:ObjectCreated:*"], "Filter": {
            "Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}
        }}],
        "EventBridgeConfiguration": {},
    })  # fmt: skip
    s3.put_bucket_tagging(**put, Tagging={"TagSet": TEAM})
    return {name: _told(name, logs, encryption, retention, hears), logs: _bare(logs)}


def _told(name: str, logs: str, encryption: Properties, retention: Properties, hears: str) -> Properties:
    """What AWS would tell of the bucket with everything."""
    return {
        "BucketName": name, "PublicAccessBlockConfiguration": BLOCKED,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}
        ]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {"Rules": [{
            "Id": "old", "Status": "Enabled", "Prefix": "logs/", "ExpirationInDays": 400,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "Transitions": [{"TransitionInDays": 90, "StorageClass": "GLACIER"}],
        }]},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "ObjectLockEnabled": True, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": retention},
        "LoggingConfiguration": {"DestinationBucketName": logs, "LogFilePrefix": "p/"},
        "NotificationConfiguration": {
            "QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": hears, "Filter": {
                "S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}
            }}],
            "EventBridgeConfiguration": {"EventBridgeEnabled": True},
        },
        "Tags": TEAM,
    }  # fmt: skip


def _bare(name: str) -> Properties:
    """What AWS tells of a bucket for which nobody set anything, since January 2023 and April 2023."""
    return {
        "BucketName": name, "PublicAccessBlockConfiguration": BLOCKED,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
        ]},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, "Tags": [],
    }  # fmt: skip


def _bucket_policy(client: Client) -> Made:
    s3, name = client("s3"), bucket(client, "tried")
    bucket(client, "without")
    allowed = policy("s3:GetObject", f"arn:aws:s3:::{name}/*")
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(allowed))
    return {f"{name}|policy": {"Bucket": name, "PolicyDocument": allowed}}


def _drill(client: Client) -> Made:
    """A record of ours, which lies in a bucket; another lies elsewhere, and is none."""
    kept = drill_of(load_environment("dev"), {"t": "table", "d": "database"}, datetime(2026, 11, 22, tzinfo=UTC), "AWS")
    name, place = bucket(client, "touchstone-tried-evidence"), f"{FOLDER}{kept.id}.json"
    for placed in (place, f"other/{place}"):
        client("s3").put_object(Bucket=name, Key=placed, Body=kept.model_dump_json().encode())
    return {f"{name}/{place}": in_pascal_case(kept.model_dump(mode="json"))}


def _vault(client: Client) -> Made:
    backup, encrypts = client("backup"), key(client)
    backup.create_backup_vault(BackupVaultName="tried", EncryptionKeyArn=encrypts, BackupVaultTags=MAP)
    return {"tried": {"BackupVaultName": "tried", "EncryptionKeyArn": encrypts, "BackupVaultTags": MAP}}


def _plan(client: Client) -> Made:
    backup = client("backup")
    backup.create_backup_vault(BackupVaultName="vault")
    life = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 150}
    rule: Properties = {
        "RuleName": "daily", "ScheduleExpression": "cron(0 5 * * ? *)", "ScheduleExpressionTimezone": "Europe/Berlin",
        "StartWindowMinutes": 60, "CompletionWindowMinutes": 180, "Lifecycle": life, "EnableContinuousBackup": True,
    }  # fmt: skip
    made = backup.create_backup_plan(
        BackupPlanTags=MAP,
        BackupPlan={"BackupPlanName": "tried", "Rules": [{**rule, "TargetBackupVaultName": "vault"}]},
    )["BackupPlanId"]
    told = {"BackupPlanName": "tried", "BackupPlanRule": [{**rule, "TargetBackupVault": "vault"}]}
    return {made: {"BackupPlan": told, "BackupPlanTags": MAP}}


def _selection(client: Client) -> Made:
    [plan], carrier = _plan(client), role(client, "backup")
    selected: Properties = {
        "SelectionName": "tried", "IamRoleArn": carrier, "Resources": ["arn:aws:dynamodb:*:*:table/*"],
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "Team", "ConditionValue": "alerts"}],
    }  # fmt: skip
    made = client("backup").create_backup_selection(BackupPlanId=plan, BackupSelection=selected)["SelectionId"]
    return {made: {"BackupPlanId": plan, "BackupSelection": selected}}


CASES: dict[str, Case] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "Touchstone::S3::RestoreDrill": _drill,
    "AWS::Backup::BackupVault": _vault,
    "AWS::Backup::BackupPlan": _plan,
    "AWS::Backup::BackupSelection": _selection,
}
