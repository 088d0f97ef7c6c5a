"""Buckets, as `test_types.py` has it for every type."""

from typing import Any

import pytest

from tests.mock_cloud.account import Account, template
from tests.mock_cloud.test_types import differences, is_deleted, lives
from tests.mock_cloud.written import Properties, one, policy, ref, tags

Change = tuple[Properties, Properties, Properties]


def logs_go_to(bucket: str) -> Properties:
    who = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}
    statement = {**who, "Resource": {"Fn::Sub": f"${{{bucket}.Arn}}/*"}}
    return one(
        "S3::BucketPolicy", Bucket=ref(bucket), PolicyDocument={"Version": "2012-10-17", "Statement": [statement]}
    )


def rule(**words: Any) -> Properties:
    return {"Rules": [{"Status": "Enabled", **words}]}


# What is logged stays in it, and so does the bucket.
LOG = {"Log": {**one("S3::Bucket"), "DeletionPolicy": "Retain"}, "LogPolicy": logs_go_to("Log")}
KEPT = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
FLAT = rule(
    Id="all", ExpirationInDays=30, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7},
    NoncurrentVersionExpiration={"NoncurrentDays": 7, "NewerNoncurrentVersions": 2},
    Transitions=[
        {"StorageClass": "STANDARD_IA", "TransitionInDays": 10}, {"StorageClass": "GLACIER", "TransitionInDays": 20},
    ],
)  # fmt: skip
NARROW = rule(
    Id="some", Prefix="logs/", TagFilters=[{"Key": "a", "Value": "b"}], ObjectSizeGreaterThan="500",
    ExpirationDate="2030-01-01T00:00:00Z",
    NoncurrentVersionTransitions=[{"StorageClass": "GLACIER", "TransitionInDays": 5, "NewerNoncurrentVersions": 1}],
)  # fmt: skip

CHANGES: dict[str, Change] = {
    "S3::Bucket": (
        {}, {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}, "Tags": tags("a")},
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True}, "Tags": tags("b"),
         "BucketEncryption": {"ServerSideEncryptionConfiguration": [
             {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/a"},
              "BucketKeyEnabled": True}]}},
    ),
    "S3::BucketPolicy": (
        {"Bucket": one("S3::Bucket")}, {"Bucket": ref("Bucket"), "PolicyDocument": policy("A")},
        {"Bucket": ref("Bucket"), "PolicyDocument": policy("B")},
    ),
}  # fmt: skip
# property -> neighbours, the bucket before, the bucket after
PROPERTIES: dict[str, Change] = {
    "VersioningConfiguration": (
        {}, {"VersioningConfiguration": {"Status": "Enabled"}}, {"VersioningConfiguration": {"Status": "Suspended"}},
    ),
    "LifecycleConfiguration": ({}, {"LifecycleConfiguration": FLAT}, {"LifecycleConfiguration": NARROW}),
    "LifecycleConfiguration by tag": (
        {}, {"LifecycleConfiguration": rule(ExpirationInDays=1, TagFilters=[{"Key": "a", "Value": "b"}])}, {},
    ),
    "OwnershipControls": (
        {}, {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
    ),
    "LoggingConfiguration": (
        LOG, {"LoggingConfiguration": {"DestinationBucketName": ref("LogPolicy"), "LogFilePrefix": "a/"}}, {},
    ),
    "ObjectLockConfiguration": (
        {}, {"ObjectLockEnabled": True, "ObjectLockConfiguration": KEPT},
        {"ObjectLockEnabled": True, "VersioningConfiguration": {"Status": "Enabled"}},
    ),
    "NotificationConfiguration": (
        {"Queue": one("SQS::Queue")},
        {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}},
        {"NotificationConfiguration": {"QueueConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Queue": ref("Queue", "Arn"),
             "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}}},
            {"Event": "s3:ObjectRemoved:*", "Queue": ref("Queue", "Arn")}]}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_type_is_changed_in_place_read_back_and_deleted(account: Account, kind: str) -> None:
    lives(account, kind, *CHANGES[kind])


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_is_changed_in_place_read_back_and_taken_away(account: Account, name: str) -> None:
    neighbours, before, after = PROPERTIES[name]
    for properties in (before, after):
        body = template(neighbours | {"Tried": one("S3::Bucket", BucketName=f"tried-{account.id}", **properties)})
        status = account.create(body) if properties is before else account.update(body)
        assert status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), account.reasons("CREATE_FAILED")
        assert differences(account) == {}
    is_deleted(account)


def test_a_word_that_s3_has_a_successor_of_is_refused(account: Account) -> None:
    bucket = one("S3::Bucket", LifecycleConfiguration=rule(NoncurrentVersionExpirationInDays=1))
    assert account.create(template({"Bucket": bucket})) == "ROLLBACK_COMPLETE"
    assert "NoncurrentVersionExpirationInDays" in account.reasons("CREATE_FAILED")["Bucket"]
