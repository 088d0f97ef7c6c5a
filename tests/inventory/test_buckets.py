"""What S3 tells of a bucket comes in many answers: each is one property's, and none of them another's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.aws.answers import Answer
from fixtures.aws.found import Found
from fixtures.aws.ledger import CouldNotLook, Gap, Source
from fixtures.aws.looking import Look, partition_of
from fixtures.aws.reading import read
from fixtures.aws.registry import ROWS
from tests.inventory.conftest import AT

SOURCE = Source(text="kept", read_at=AT)
ROW = ROWS["AWS::S3::Bucket"]
NOTHING: Mapping[str, Any] = {
    "GetBucketVersioning": {},
    "GetBucketLogging": {},
    "GetBucketNotificationConfiguration": {},
}
TOLD_BY = {operation: set(detail.says) for detail in ROW.details for operation in [detail.operation]}


def bucket(answers: Mapping[str, Any] = NOTHING, partition: str = "aws", refused: str = "") -> Found:
    """Read one bucket; what has no answer is absent."""

    def ask(service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:  # noqa: ARG001  each is its own
        if operation == refused:
            raise CouldNotLook(Gap(service=service, operation=operation, kind="denied", detail="", at=AT))
        known = {"ListBuckets": {"Buckets": [{"Name": "b"}]}, **NOTHING, **answers}
        return Answer((known[operation],), SOURCE) if operation in known else Answer((), SOURCE, absent=True)

    [found] = read(Look(ask, lambda: AT, partition=partition), [ROW])
    assert isinstance(found, Found)
    return found


@pytest.mark.parametrize(
    ("region", "arn"),
    [("eu-west-1", "arn:aws:s3:::b"), ("cn-north-1", "arn:aws-cn:s3:::b"), ("us-gov-west-1", "arn:aws-us-gov:s3:::b")],
)
def test_the_arn_is_of_the_partition(region: str, arn: str) -> None:
    assert bucket(partition=partition_of(region)).attributes["Arn"] == arn


def test_what_there_is_none_of_is_neither_a_value_nor_unread() -> None:
    found = bucket()
    assert found.properties == {"BucketName": "b", "Tags": []}
    assert not found.unread


@pytest.mark.parametrize("operation", TOLD_BY)
def test_a_call_that_failed_leaves_its_own_properties_unread(operation: str) -> None:
    assert set(bucket(refused=operation).unread) == TOLD_BY[operation]


def test_a_lifecycle_is_told_as_a_template_has_it() -> None:
    rules = [
        {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30},
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"ID": "old", "Status": "Disabled", "Prefix": "x/", "Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]},
        {"ID": "some", "Status": "Enabled", "Expiration": {"Date": datetime(2030, 1, 1, tzinfo=UTC)},
         "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeLessThan": 9}}},
        {"ID": "tag", "Status": "Enabled", "Filter": {"Tag": {"Key": "k", "Value": "v"}},
         "NoncurrentVersionTransitions": [{"NoncurrentDays": 2, "StorageClass": "GLACIER"}]},
    ]  # fmt: skip
    tags = [{"Key": "k", "Value": "v"}]
    found = bucket({"GetBucketLifecycleConfiguration": {"Rules": rules}})
    assert found.properties["LifecycleConfiguration"]["Rules"] == [
        {"Id": "all", "Status": "Enabled", "ExpirationInDays": 30,
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"Id": "old", "Status": "Disabled", "Prefix": "x/",
         "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}]},
        {"Id": "some", "Status": "Enabled", "Prefix": "a/", "TagFilters": tags, "ObjectSizeLessThan": "9",
         "ExpirationDate": "2030-01-01T00:00:00Z"},
        {"Id": "tag", "Status": "Enabled", "TagFilters": tags,
         "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 2}]},
    ]  # fmt: skip


def test_a_lock_is_told_with_what_it_keeps() -> None:
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}
    found = bucket({"GetObjectLockConfiguration": {"ObjectLockConfiguration": lock}})
    assert found.properties["ObjectLockEnabled"] is True
    assert found.properties["ObjectLockConfiguration"] == lock


@pytest.mark.parametrize("spelled", ["prefix", "Prefix"])
def test_a_filter_is_written_as_templates_write_it(spelled: str) -> None:
    """S3 takes both and answers the second (github.com/aws/aws-sdk/issues/389)."""
    rules = {"FilterRules": [{"Name": spelled, "Value": "in/"}]}
    queue = {"QueueArn": "arn:aws:sqs:us-east-1:1:q", "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": rules}}
    answer = {"GetBucketNotificationConfiguration": {"QueueConfigurations": [queue]}}
    [told] = bucket(answer).properties["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}}
