"""What each type is billed for: a rule gives the keys of prices and the quantities that a month of one resource takes.

A month has 730 hours, as AWS's own calculator counts. What has no rule costs nothing of its own: ``FREE`` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from infra.cost.capacity import HOURS, architecture_of, scalable_target, scaling_policy
from infra.cost.items import Asked

_SHARE_STORED: Final = 0.15  # of what was ingested: CloudWatch Logs bills what it has compressed
Quantities = Iterator[tuple[str, float]]
Rule = Callable[[Asked], Quantities]


def _by_use(*billed: tuple[str, str]) -> Rule:
    """A resource that is billed for what is used of it and for nothing else: keys of prices, each with its figure."""
    return lambda asked: ((key, asked.used(figure)) for key, figure in billed)


def _nat_gateway(asked: Asked) -> Quantities:
    yield "vpc.nat-gateway.hours", HOURS
    yield "vpc.nat-gateway.gigabytes", asked.used("gigabytes")


def _public_address(_asked: Asked) -> Quantities:
    yield "vpc.public-ipv4.hours", HOURS


def _endpoint(asked: Asked) -> Quantities:
    """Gateway endpoints cost nothing; an interface endpoint stands once in each subnet."""
    if asked.item.get("VpcEndpointType") == "Interface":
        yield "vpc.interface-endpoint.hours", HOURS * len(asked.item.get("SubnetIds") or ())
        yield "vpc.interface-endpoint.gigabytes", asked.used("gigabytes")


def _key(asked: Asked) -> Quantities:
    """The first two rotations add a month's price each; later ones nothing."""
    yield "kms.key.months", 1 + min(asked.used("rotations"), 2)
    yield "kms.requests", asked.used("requests")


def _secret(asked: Asked) -> Quantities:
    yield "secretsmanager.secret.months", 1
    yield "secretsmanager.calls", asked.used("calls")


def _table(asked: Asked) -> Quantities:
    """Provisioned units are those of the month's mean, which the table and its indexes share out among themselves."""
    if asked.item.get("BillingMode") == "PAY_PER_REQUEST":
        yield "dynamodb.on-demand.reads", asked.used("reads")
        yield "dynamodb.on-demand.writes", asked.used("writes")
    else:
        stated = [asked.item.get("ProvisionedThroughput") or {}]
        stated += [one.get("ProvisionedThroughput") or {} for one in asked.item.get("GlobalSecondaryIndexes") or ()]
        for name, figure in (("read", "read_units"), ("write", "write_units")):
            least = sum(float(one.get(f"{name.title()}CapacityUnits", 0)) for one in stated)
            yield f"dynamodb.provisioned.{name}-hours", HOURS * max(least, asked.used(figure))
    yield "dynamodb.stored.gigabytes", asked.used("gigabytes")
    if (asked.item.get("PointInTimeRecoverySpecification") or {}).get("PointInTimeRecoveryEnabled"):
        yield "dynamodb.recovery.gigabytes", asked.used("gigabytes")


def _database(asked: Asked) -> Quantities:
    copies = 2 if asked.item.get("MultiAZ") else 1
    storage = float(asked.item.get("AllocatedStorage") or 0)
    yield f"rds.{asked.item.get('DBInstanceClass')}.hours", asked.used("hours") * copies
    yield f"rds.{asked.item.get('StorageType')}.gigabytes", storage * copies
    yield "rds.backup.gigabytes", asked.used("backup_gigabytes_beyond_its_size")
    if asked.item.get("ManageMasterUserPassword"):
        yield "secretsmanager.secret.months", 1
    if asked.item.get("MonitoringInterval"):
        yield "logs.ingested.gigabytes", asked.used("monitoring_gigabytes")


def _cache(asked: Asked) -> Quantities:
    nodes = float(asked.item.get("NumCacheClusters") or 1)
    yield f"elasticache.{asked.item.get('Engine')}.{asked.item.get('CacheNodeType')}.hours", HOURS * nodes
    yield "elasticache.backup.gigabytes", asked.used("backup_gigabytes")


def _function(asked: Asked) -> Quantities:
    calls = asked.used("invocations")
    gigabytes = float(asked.item.get("MemorySize") or 128) / 1024
    yield "lambda.requests", calls
    yield (
        f"lambda.{architecture_of(asked.item)}.gigabyte-seconds",
        calls * asked.used("milliseconds") / 1000 * gigabytes,
    )
    yield "cloudwatch.metrics", asked.used("metrics")
    if (asked.item.get("TracingConfig") or {}).get("Mode") == "Active":
        yield "xray.traces", asked.used("traces")


def _log_group(asked: Asked) -> Quantities:
    """As much is kept as comes in until it is thrown away; a group without retention is counted for ten years."""
    gigabytes = asked.used("gigabytes")
    yield "logs.ingested.gigabytes", gigabytes
    days = float(asked.item.get("RetentionInDays") or 3650)
    yield "logs.stored.gigabytes", gigabytes * _SHARE_STORED * days / 30


def _has_plan(asked: Asked) -> bool:
    """Say whether distribution and web ACL are paid for at a flat rate."""
    return bool(asked.others.get("AWS::PricingPlanManager::Subscription"))


def _plan(asked: Asked) -> Quantities:
    yield f"cloudfront.plan-{str(asked.item.get('PlanTier')).lower()}.months", 1


def _distribution(asked: Asked) -> Quantities:
    if _has_plan(asked):
        return
    yield "cloudfront.https-requests", asked.used("requests")
    yield "cloudfront.gigabytes", asked.used("gigabytes")


def _web_acl(asked: Asked) -> Quantities:
    if _has_plan(asked):
        return
    yield "waf.web-acl.months", 1
    yield "waf.rule.months", len(asked.item.get("Rules") or ())
    yield "waf.requests", asked.used("requests")


def _trail(asked: Asked) -> Quantities:
    """The first copy of management events is free; data events, which advanced selectors may ask for too, are not."""
    selectors = asked.item.get("EventSelectors") or ()
    if any(one.get("DataResources") for one in selectors) or asked.item.get("AdvancedEventSelectors"):
        yield "cloudtrail.data-events", asked.used("data_events")


def _detector(asked: Asked) -> Quantities:
    if asked.item.get("Enable"):
        yield "guardduty.events", asked.used("events")


def _record(asked: Asked) -> Quantities:
    """Queries of an alias to something of AWS cost nothing."""
    if not asked.item.get("AliasTarget"):
        yield "route53.queries", asked.used("queries")


def _alarm(asked: Asked) -> Quantities:
    """An alarm is billed for every metric that it looks at."""
    metrics: list[Mapping[str, Any]] = asked.item.get("Metrics") or []
    yield "cloudwatch.alarm-metrics", sum(1 for one in metrics if one.get("MetricStat")) or 1


def _composite_alarm(_asked: Asked) -> Quantities:
    yield "cloudwatch.composite-alarms", 1


def _dashboard(_asked: Asked) -> Quantities:
    yield "cloudwatch.dashboards", 1


def _metric_filter(asked: Asked) -> Quantities:
    yield "cloudwatch.metrics", len(asked.item.get("MetricTransformations") or ())


RULES: Final[Mapping[str, Rule]] = {
    "AWS::ApiGatewayV2::Api": _by_use(
        ("apigateway.websocket.messages", "messages"), ("apigateway.websocket.minutes", "connection_minutes")
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": scaling_policy,
    "AWS::Backup::BackupVault": _by_use(("backup.gigabytes", "gigabytes")),
    "AWS::Backup::RestoreTestingSelection": _by_use(("backup.restore-tests", "tests")),
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::CloudTrail::Trail": _trail,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _composite_alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Config::ConfigurationRecorder": _by_use(("config.items", "items")),
    "AWS::DynamoDB::Table": _table,
    "AWS::EC2::EIP": _public_address,
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::ElastiCache::ReplicationGroup": _cache,
    "AWS::GuardDuty::Detector": _detector,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::Function": _function,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::MetricFilter": _metric_filter,
    "AWS::PricingPlanManager::Subscription": _plan,
    "AWS::RDS::DBInstance": _database,
    "AWS::Route53::RecordSet": _record,
    "AWS::S3::Bucket": _by_use(("s3.stored.gigabytes", "gigabytes"), ("s3.puts", "puts"), ("s3.gets", "gets")),
    "AWS::SNS::Topic": _by_use(("sns.publishes", "publishes")),
    "AWS::SQS::Queue": _by_use(("sqs.requests", "requests")),
    "AWS::SecretsManager::Secret": _secret,
    "AWS::SecurityHub::Hub": _by_use(("securityhub.checks", "checks")),
    "AWS::WAFv2::WebACL": _web_acl,
}

_PART: Final = "is part of what is billed elsewhere"
_SETTING: Final = "is a setting"
FREE: Final[Mapping[str, str]] = {
    "AWS::AccessAnalyzer::Analyzer": "looking for access from outside costs nothing; for unused access it would",
    "AWS::ApiGateway::Account": _SETTING,
    "AWS::ApiGatewayV2::ApiMapping": _SETTING,
    "AWS::ApiGatewayV2::Authorizer": _SETTING,
    "AWS::ApiGatewayV2::Deployment": _SETTING,
    "AWS::ApiGatewayV2::DomainName": "regional domain names cost nothing",
    "AWS::ApiGatewayV2::Integration": _SETTING,
    "AWS::ApiGatewayV2::Route": _SETTING,
    "AWS::ApiGatewayV2::RouteResponse": _SETTING,
    "AWS::ApiGatewayV2::Stage": "its messages are billed to the API",
    "AWS::Backup::BackupPlan": "what it keeps is billed to the vault",
    "AWS::Backup::BackupSelection": _SETTING,
    "AWS::Backup::RestoreTestingPlan": "what it restores is billed to its selections",
    "AWS::Budgets::Budget": "budgets without actions cost nothing",
    "AWS::CE::AnomalyMonitor": "looking for sudden costs costs nothing",
    "AWS::CE::AnomalySubscription": _SETTING,
    "AWS::CertificateManager::Certificate": "public certificates that cannot be exported cost nothing",
    "AWS::Config::DeliveryChannel": "what it delivers is billed to the bucket",
    "AWS::EC2::FlowLog": "what it writes is billed to the log group",
    "AWS::EC2::InternetGateway": "costs nothing",
    "AWS::EC2::Route": _SETTING,
    "AWS::EC2::RouteTable": _SETTING,
    "AWS::EC2::SecurityGroup": _SETTING,
    "AWS::EC2::SecurityGroupEgress": _SETTING,
    "AWS::EC2::SecurityGroupIngress": _SETTING,
    "AWS::EC2::Subnet": "costs nothing",
    "AWS::EC2::SubnetRouteTableAssociation": _SETTING,
    "AWS::EC2::VPC": "costs nothing",
    "AWS::EC2::VPCGatewayAttachment": _SETTING,
    "AWS::ElastiCache::ParameterGroup": _SETTING,
    "AWS::ElastiCache::SubnetGroup": _SETTING,
    "AWS::ElastiCache::User": _SETTING,
    "AWS::ElastiCache::UserGroup": _SETTING,
    "AWS::IAM::ManagedPolicy": "IAM costs nothing",
    "AWS::IAM::OIDCProvider": "IAM costs nothing",
    "AWS::IAM::Role": "IAM costs nothing",
    "AWS::KMS::Alias": _SETTING,
    "AWS::Lambda::Alias": _PART,
    "AWS::Lambda::EventSourceMapping": "its requests are billed to the queue",
    "AWS::Lambda::LayerVersion": _PART,
    "AWS::Lambda::Permission": _SETTING,
    "AWS::Lambda::Version": _PART,
    "AWS::Logs::QueryDefinition": "a query that is kept costs nothing until somebody runs it",
    "AWS::RDS::DBParameterGroup": _SETTING,
    "AWS::RDS::DBSubnetGroup": _SETTING,
    "AWS::S3::BucketPolicy": _SETTING,
    "AWS::SNS::Subscription": "deliveries to queues and functions cost nothing beside the publishing; few are by mail",
    "AWS::SNS::TopicPolicy": _SETTING,
    "AWS::SQS::QueuePolicy": _SETTING,
    "AWS::Scheduler::Schedule": "the first 14 million calls of a month cost nothing",
    "AWS::SecretsManager::ResourcePolicy": _SETTING,
    "AWS::SecretsManager::RotationSchedule": "its function is billed as any other",
    "AWS::WAFv2::LoggingConfiguration": "what it writes is billed to the log group",
    "AWS::XRay::Group": _SETTING,
    "AWS::XRay::SamplingRule": "what is traced is billed to the functions",
}
