"""The database, the cache and the tables: their state, what is about to change, what happened, how much is used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from infra.errors import UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import CACHES, DATABASES, TABLES, chosen, only
from infra.looking.found import Fact, Facts, Parts, Rows, facts, rows
from infra.looking.metrics import Metric, counted

_BACK: Final = timedelta(days=1)
_DATABASE: Final = (
    Fact("status", "DBInstanceStatus"),
    Fact("class", "DBInstanceClass"),
    Fact("version", "EngineVersion"),
    Fact("storage (GiB)", "AllocatedStorage"),
    Fact("grows to (GiB)", "MaxAllocatedStorage", always=False),
    Fact("in two zones", "MultiAZ"),
    Fact("zone", "AvailabilityZone", always=False),
    Fact("other zone", "SecondaryAvailabilityZone", always=False),
    Fact("pending changes", "PendingModifiedValues", always=False),
    Fact("can be had again until", "LatestRestorableTime", always=False),
)
_DATABASE_USE: Final = (
    Metric("processor, most (%)", "CPUUtilization", "Maximum"),
    Metric("free storage, least (bytes)", "FreeStorageSpace", "Minimum"),
    Metric("connections, most", "DatabaseConnections", "Maximum"),
)
_CACHE: Final = (
    Fact("status", "Status"),
    Fact("class", "CacheNodeType"),
    Fact("in several zones", "MultiAZ"),
    Fact("failover", "AutomaticFailover"),
    Fact("pending changes", "PendingModifiedValues", always=False),
)
_NODES: Final = (
    Fact("node", "CacheClusterId"),
    Fact("role", "CurrentRole", always=False),
    Fact("zone", "PreferredAvailabilityZone"),
)
_NODE_USE: Final = (
    Metric("engine, most (%)", "EngineCPUUtilization", "Maximum"),
    Metric("memory, most (%)", "DatabaseMemoryUsagePercentage", "Maximum"),
    Metric("dropped", "Evictions"),
)
_TABLE: Final = (
    Fact("status", "TableStatus"),
    Fact("paid by", "BillingModeSummary.BillingMode", always=False),
    Fact("items", "ItemCount"),
    Fact("bytes", "TableSizeBytes"),
    Fact("can read a second", "WarmThroughput.ReadUnitsPerSecond", always=False),
    Fact("can write a second", "WarmThroughput.WriteUnitsPerSecond", always=False),
    Fact("indexes", "GlobalSecondaryIndexes[].join('=', [IndexName, IndexStatus])", always=False),
)
_RECOVERY: Final = (
    Fact("status", "PointInTimeRecoveryStatus"),
    Fact("from", "EarliestRestorableDateTime", always=False),
    Fact("until", "LatestRestorableDateTime", always=False),
)
_TABLE_USE: Final = (
    Metric("read units", "ConsumedReadCapacityUnits"),
    Metric("written units", "ConsumedWriteCapacityUnits"),
    Metric("reads refused", "ReadThrottleEvents"),
    Metric("writes refused", "WriteThrottleEvents"),
)
_EVENTS: Final = (Fact("when", "Date"), Fact("what", "Message"))


def database(asking: Asking) -> Parts:
    """Return what is read of the database; raises InputError where there is none."""
    name = only(asking, DATABASES).name

    def instance() -> Facts:
        told = asking.all("rds", "describe_db_instances", "DBInstances", DBInstanceIdentifier=name)
        return facts(_DATABASE, _one(told, name), "rds:DescribeDBInstances")

    return {
        "database": instance,
        "last 15 minutes": lambda: counted(asking, "AWS/RDS", _DATABASE_USE, {"DBInstanceIdentifier": name}),
        "events of a day": lambda: _events(asking, "rds", "db-instance", name),
    }


def cache(asking: Asking) -> Parts:
    """Return what is read of the cache; raises InputError where there is none."""
    name = only(asking, CACHES).name

    def group() -> dict[str, Any]:
        asked = {"ReplicationGroupId": name}
        return _one(asking.all("elasticache", "describe_replication_groups", "ReplicationGroups", **asked), name)

    return {
        "cache": lambda: facts(_CACHE, group(), "elasticache:DescribeReplicationGroups"),
        "nodes": lambda: _nodes(asking, group()),
        "events of a day": lambda: _events(asking, "elasticache", "replication-group", name),
    }


def table(asking: Asking, given: str) -> Parts:
    """Return what is read of a table; raises InputError for one that is not declared."""
    name = chosen(asking, TABLES, given).name

    def described() -> Facts:
        told = asking.answer("dynamodb", "describe_table", "Table", TableName=name)["Table"]
        return facts(_TABLE, told, "dynamodb:DescribeTable")

    def recovery() -> Facts:
        member = "ContinuousBackupsDescription"
        told = asking.answer("dynamodb", "describe_continuous_backups", member, TableName=name)[member]
        recovered = told.get("PointInTimeRecoveryDescription") or {}
        return facts(_RECOVERY, recovered, "dynamodb:DescribeContinuousBackups")

    return {
        "table": described,
        "point-in-time recovery": recovery,
        "last 15 minutes": lambda: counted(asking, "AWS/DynamoDB", _TABLE_USE, {"TableName": name}),
    }


def _nodes(asking: Asking, group: dict[str, Any]) -> Rows:
    members = [one for node_group in group.get("NodeGroups") or () for one in node_group.get("NodeGroupMembers") or ()]
    if not members:
        raise UntoldError("elasticache:DescribeReplicationGroups: the answer has no node")
    read = rows(_NODES, members, "elasticache:DescribeReplicationGroups")
    for row in read.rows:
        row.update(counted(asking, "AWS/ElastiCache", _NODE_USE, {"CacheClusterId": str(row["node"])}))
    return Rows((*read.columns, *(metric.name for metric in _NODE_USE)), read.rows)


def _events(asking: Asking, service: str, kind: str, name: str) -> Rows:
    asked = {"SourceType": kind, "SourceIdentifier": name, "Duration": int(_BACK.total_seconds() // 60)}
    told = asking.all(service, "describe_events", "Events", **asked)
    return rows(_EVENTS, sorted(told, key=lambda one: str(one.get("Date"))), f"{service}:DescribeEvents")


def _one(told: list[dict[str, Any]], name: str) -> dict[str, Any]:
    if len(told) != 1:
        raise UntoldError(f"{name}: expected to be told of it once, found {len(told)}")
    return told[0]
