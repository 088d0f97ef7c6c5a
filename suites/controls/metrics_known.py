"""Which metrics AWS emits, and under which dimensions: what is named otherwise is a metric of nothing.

Sources: the pages on CloudWatch metrics in the guides of Lambda, SQS, SNS, DynamoDB, RDS, ElastiCache (Valkey), API
Gateway (WebSocket APIs), WAF, CloudFront, AWS Backup and CloudWatch Logs. Only what this platform can have is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fixtures.inventory.facts import Resource
from fixtures.inventory.services.apigatewayv2 import Api, Route, Stage
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.backup import BackupVault
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.logs import LogGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.sns import Topic
from fixtures.inventory.services.sqs import Queue
from fixtures.inventory.services.wafv2 import WebACL
from suites.controls.looking import told

Called = Callable[[Any], tuple[str, ...]]
"""What a resource is called in the values of a dimension."""


def words(text: str) -> frozenset[str]:
    """Give the words of a text."""
    return frozenset(text.split())


def by(name: str) -> Called:
    """A resource is called by one of its properties."""
    return lambda resource: (str(told(resource, name)),)


def nodes(group: Any) -> tuple[str, ...]:
    """The nodes of a cache, which AWS numbers."""
    name, count = told(group, "ReplicationGroupId"), int(told(group, "NumCacheClusters") or 0)
    return tuple(f"{name}-{number:03d}" for number in range(1, count + 1))


def acl(found: Any) -> tuple[str, ...]:
    """A web ACL is called as its metrics are."""
    return (str(told(found, "VisibilityConfig")["MetricName"]),)


def acl_rules(found: Any) -> tuple[str, ...]:
    """All of a web ACL, or one of its rules."""
    return ("ALL", *(str(rule["VisibilityConfig"]["MetricName"]) for rule in told(found, "Rules")))


def never(_: Any) -> tuple[str, ...]:
    """AWS chooses the name: only a reference, or the id that was read, leads there."""
    return ()


@dataclass(frozen=True, slots=True)
class Whose:
    """The resources that a dimension may name."""

    cls: type[Resource]
    called: Called


@dataclass(frozen=True, slots=True)
class Space:
    """The metrics of a namespace, and the sets of dimensions under which they are told.

    A dimension leads to a resource (``Whose``), or has one of a few words.
    """

    metrics: frozenset[str]
    sets: tuple[Mapping[str, Whose | frozenset[str]], ...]


_FUNCTION: Final = Whose(Function, by("FunctionName"))
_TABLE: Final = Whose(Table, by("TableName"))
_NODE: Final = Whose(ReplicationGroup, nodes)
_API: Final = Whose(Api, never)
_STAGE: Final = Whose(Stage, by("StageName"))
_ACL: Final = Whose(WebACL, acl)
_VAULT: Final = Whose(BackupVault, by("BackupVaultName"))
_GROUP: Final = Whose(LogGroup, by("LogGroupName"))

SPACES: Final[Mapping[str, Space]] = {
    "AWS/Lambda": Space(
        words("Invocations Errors Throttles Duration ConcurrentExecutions DeadLetterErrors AsyncEventsDropped"),
        ({}, {"FunctionName": _FUNCTION}),
    ),
    "AWS/SQS": Space(
        words(
            "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible "
            "ApproximateNumberOfMessagesVisible NumberOfEmptyReceives NumberOfMessagesDeleted NumberOfMessagesReceived "
            "NumberOfMessagesSent SentMessageSize"
        ),
        ({"QueueName": Whose(Queue, by("QueueName"))},),
    ),
    "AWS/SNS": Space(
        words("NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed PublishSize"),
        ({"TopicName": Whose(Topic, by("TopicName"))},),
    ),
    "AWS/DynamoDB": Space(
        words("ConsumedReadCapacityUnits ConsumedWriteCapacityUnits ReadThrottleEvents WriteThrottleEvents"),
        ({"TableName": _TABLE},),
    ),
    "AWS/RDS": Space(
        words(
            "CPUCreditBalance CPUUtilization DatabaseConnections DiskQueueDepth FreeStorageSpace FreeableMemory "
            "MaximumUsedTransactionIDs ReadIOPS ReadLatency SwapUsage WriteIOPS WriteLatency"
        ),
        ({"DBInstanceIdentifier": Whose(DBInstance, by("DBInstanceIdentifier"))},),
    ),
    "AWS/ElastiCache": Space(
        words(
            "CPUUtilization CacheHits CacheMisses CurrConnections CurrItems DatabaseMemoryUsagePercentage "
            "EngineCPUUtilization Evictions FreeableMemory NetworkBytesIn NetworkBytesOut NewConnections "
            "ReplicationLag SwapUsage"
        ),
        ({"CacheClusterId": _NODE}, {"CacheClusterId": _NODE, "CacheNodeId": words("0001")}),
    ),
    "AWS/ApiGateway": Space(
        words("ClientError ConnectCount ExecutionError IntegrationError IntegrationLatency MessageCount"),
        (
            {"ApiId": _API}, {"ApiId": _API, "Stage": _STAGE},
            {"ApiId": _API, "Stage": _STAGE, "Route": Whose(Route, by("RouteKey"))},
        ),
    ),
    "AWS/WAFV2": Space(
        words("AllowedRequests BlockedRequests CountedRequests PassedRequests"),
        ({"WebACL": _ACL, "Rule": Whose(WebACL, acl_rules)},),
    ),
    "AWS/CloudFront": Space(
        words("4xxErrorRate 5xxErrorRate BytesDownloaded Requests TotalErrorRate"),
        ({"DistributionId": Whose(Distribution, never), "Region": words("Global")},),
    ),
    "AWS/Backup": Space(
        words("NumberOfBackupJobsAborted NumberOfBackupJobsCompleted NumberOfBackupJobsFailed"),
        ({"BackupVaultName": _VAULT},),
    ),
    "AWS/Logs": Space(words("IncomingBytes IncomingLogEvents"), ({}, {"LogGroupName": _GROUP})),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be watched of a resource: the metrics, by a dimension in which it stands under each of its names."""

    space: str
    dimension: str
    called: Called
    metrics: tuple[str, ...]


NEEDS: Final[Mapping[type[Resource], Need]] = {
    Function: Need("AWS/Lambda", "FunctionName", by("FunctionName"), ("Errors", "Throttles")),
    Table: Need("AWS/DynamoDB", "TableName", by("TableName"), ("ReadThrottleEvents", "WriteThrottleEvents")),
    DBInstance: Need(
        "AWS/RDS", "DBInstanceIdentifier", by("DBInstanceIdentifier"),
        ("CPUUtilization", "DatabaseConnections", "FreeStorageSpace"),
    ),
    ReplicationGroup: Need(
        "AWS/ElastiCache", "CacheClusterId", nodes,
        ("DatabaseMemoryUsagePercentage", "EngineCPUUtilization", "Evictions"),
    ),
    Api: Need("AWS/ApiGateway", "ApiId", never, ("ExecutionError", "IntegrationError")),
    WebACL: Need("AWS/WAFV2", "WebACL", acl, ("BlockedRequests",)),
    BackupVault: Need("AWS/Backup", "BackupVaultName", by("BackupVaultName"), ("NumberOfBackupJobsFailed",)),
}  # fmt: skip
WAITING: Final = Need("AWS/SQS", "QueueName", by("QueueName"), ("ApproximateAgeOfOldestMessage",))
DEAD: Final = Need("AWS/SQS", "QueueName", by("QueueName"), ("ApproximateNumberOfMessagesVisible",))
