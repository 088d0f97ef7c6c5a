"""How many calls a further resource of each type costs is written down: one more is seen before it is paid for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.aws.registry import ROWS
from fixtures.aws.rows import Detail, Type

# What is asked for each resource beside the pages of its list; of a type that is not here its list says all. Types that
# share a list share the answers: a queue and its policy are two calls and not three. In brackets: asked only for what
# `tag:GetResources` does not tell of a hundred at once, which is what has no tags, and what is one of fewer than three.
EACH = {
    "AWS::AccessAnalyzer::Analyzer": "ListArchiveRules",
    "AWS::ApplicationAutoScaling::ScalableTarget": "[ListTagsForResource]",
    "AWS::Backup::BackupPlan": "GetBackupPlan ListTags",
    "AWS::Backup::BackupSelection": "GetBackupSelection",
    "AWS::Backup::BackupVault": "GetBackupVaultAccessPolicy GetBackupVaultNotifications [ListTags]",
    "AWS::Backup::RestoreTestingPlan": "GetRestoreTestingPlan ListTags",
    "AWS::Backup::RestoreTestingSelection": "GetRestoreTestingSelection",
    "AWS::Budgets::Budget": "DescribeNotificationsForBudget DescribeSubscribersForNotification ListTagsForResource",
    "AWS::CE::AnomalyMonitor": "ListTagsForResource",
    "AWS::CE::AnomalySubscription": "ListTagsForResource",
    "AWS::CertificateManager::Certificate": "DescribeCertificate [ListTagsForCertificate]",
    "AWS::CloudFront::Distribution": "GetDistribution [ListTagsForResource]",
    "AWS::CloudTrail::Trail": "GetTrailStatus GetEventSelectors ListTags",
    "AWS::CloudWatch::Alarm": "[ListTagsForResource]",
    "AWS::CloudWatch::AlarmMuteRule": "GetAlarmMuteRule ListTagsForResource",
    "AWS::CloudWatch::CompositeAlarm": "[ListTagsForResource]",
    "AWS::CloudWatch::Dashboard": "GetDashboard [ListTagsForResource]",
    "AWS::Config::ConfigurationRecorder": "DescribeConfigurationRecorderStatus",
    "AWS::DynamoDB::Table":
        "DescribeTable DescribeContinuousBackups DescribeTimeToLive GetResourcePolicy [ListTagsOfResource]",
    "AWS::EC2::VPC": "DescribeVpcAttribute DescribeVpcAttribute DescribeSecurityGroups DescribeNetworkAcls",
    "AWS::ElastiCache::ParameterGroup": "DescribeCacheParameters [ListTagsForResource]",
    "AWS::ElastiCache::ReplicationGroup": "[ListTagsForResource]",
    "AWS::ElastiCache::SubnetGroup": "[ListTagsForResource]",
    "AWS::ElastiCache::User": "[ListTagsForResource]",
    "AWS::ElastiCache::UserGroup": "[ListTagsForResource]",
    "AWS::GuardDuty::Detector": "GetDetector",
    "AWS::IAM::ManagedPolicy": "GetPolicy ListEntitiesForPolicy",
    "AWS::IAM::OIDCProvider": "GetOpenIDConnectProvider",
    "AWS::KMS::Key": "DescribeKey GetKeyPolicy GetKeyRotationStatus [ListResourceTags]",
    "AWS::Lambda::Alias": "GetProvisionedConcurrencyConfig",
    "AWS::Lambda::EventSourceMapping": "ListTags",
    "AWS::Lambda::Function": "GetFunction",
    "AWS::Lambda::Version": "GetProvisionedConcurrencyConfig",
    "AWS::Logs::LogGroup": "[ListTagsForResource]",
    "AWS::RDS::DBParameterGroup": "DescribeDBParameters ListTagsForResource",
    "AWS::RDS::DBSubnetGroup": "ListTagsForResource",
    "AWS::Route53::HostedZone": "GetHostedZone ListQueryLoggingConfigs ListTagsForResource",
    "AWS::S3::Bucket":
        "GetPublicAccessBlock GetBucketEncryption GetBucketVersioning GetBucketLifecycleConfiguration"
        " GetBucketOwnershipControls GetObjectLockConfiguration GetBucketLogging GetBucketNotificationConfiguration"
        " [GetBucketTagging]",
    "AWS::S3::BucketPolicy": "GetBucketPolicy",
    "AWS::SNS::Subscription": "GetSubscriptionAttributes",
    "AWS::SNS::Topic": "GetTopicAttributes [ListTagsForResource]",
    "AWS::SNS::TopicPolicy": "GetTopicAttributes",
    "AWS::SQS::Queue": "GetQueueAttributes [ListQueueTags]",
    "AWS::SQS::QueuePolicy": "GetQueueAttributes",
    "AWS::Scheduler::Schedule": "GetSchedule",
    "AWS::SecretsManager::ResourcePolicy": "GetResourcePolicy",
    "AWS::SecretsManager::Secret": "DescribeSecret",
    "AWS::SecurityHub::Hub": "ListTagsForResource",
    "AWS::WAFv2::WebACL": "GetWebACL ListTagsForResource",
    "AWS::XRay::Group": "ListTagsForResource",
    "AWS::XRay::SamplingRule": "[ListTagsForResource]",
    "Touchstone::S3::RestoreDrill": "GetObject",
}  # fmt: skip
# What is asked for each resource of another type that these stand in.
UNDER = {
    "AWS::ApiGatewayV2::ApiMapping": "GetApiMappings",
    "AWS::ApiGatewayV2::Authorizer": "GetAuthorizers",
    "AWS::ApiGatewayV2::Deployment": "GetDeployments",
    "AWS::ApiGatewayV2::Integration": "GetIntegrations",
    "AWS::ApiGatewayV2::Route": "GetRoutes",
    "AWS::ApiGatewayV2::RouteResponse": "GetRouteResponses GetRoutes",
    "AWS::ApiGatewayV2::Stage": "GetStages",
    "AWS::Backup::BackupSelection": "ListBackupSelections",
    "AWS::Backup::RestoreTestingSelection": "ListRestoreTestingSelections",
    "AWS::Lambda::Alias": "ListAliases",
    "AWS::Lambda::EventInvokeConfig": "ListFunctionEventInvokeConfigs",
    "AWS::Lambda::LayerVersion": "ListLayerVersions",
    "AWS::Lambda::Permission": "GetPolicy GetPolicy ListAliases GetPolicy ListVersionsByFunction",
    "AWS::Lambda::Url": "ListFunctionUrlConfigs",
    "AWS::Lambda::Version": "ListVersionsByFunction",
    "AWS::Route53::RecordSet": "ListResourceRecordSets",
    "Touchstone::S3::RestoreDrill": "ListObjectsV2",
}


def _asked(detail: Detail) -> Iterator[str]:
    if not detail.beside:  # a list that is asked once
        yield f"[{detail.operation}]" if detail.together else detail.operation
        yield from _asked(detail.each) if detail.each else ()


def _each(row: Type) -> str:
    places = (*row.details, row.tags, *row.attributes.values())
    return " ".join(name for one in places if isinstance(one, Detail) for name in _asked(one))


def _under(row: Type) -> Iterator[str]:
    for listing in (row.listing, *row.further):
        while listing.under is not None:
            yield listing.operation
            listing = listing.under  # noqa: PLW2901  up to the list that is asked once


@pytest.mark.parametrize("name", ROWS)
def test_a_further_resource_costs_the_calls_that_are_written_down(name: str) -> None:
    assert _each(ROWS[name]) == EACH.get(name, "")


@pytest.mark.parametrize("name", ROWS)
def test_a_further_parent_costs_the_lists_that_are_written_down(name: str) -> None:
    assert " ".join(_under(ROWS[name])) == UNDER.get(name, "")


def test_no_type_is_written_down_that_is_not_read() -> None:
    assert EACH.keys() | UNDER.keys() <= ROWS.keys()
