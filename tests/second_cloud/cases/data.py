"""RDS, ElastiCache and DynamoDB: where data lives."""

from __future__ import annotations

import json

from tests.second_cloud.cases.made import TEAM, Case, Client, Made, Properties, key, policy, role, subnets, topic


def _group(client: Client, inside: list[str]) -> str:
    ec2 = client("ec2")
    network = ec2.describe_subnets(SubnetIds=inside)["Subnets"][0]["VpcId"]
    return str(ec2.create_security_group(GroupName="g", Description="d", VpcId=network)["GroupId"])


def _database(client: Client) -> Made:
    rds, inside = client("rds"), subnets(client)
    group, encrypts, watches = _group(client, inside), key(client), role(client, "monitoring.rds")
    rds.create_db_subnet_group(DBSubnetGroupName="inside", DBSubnetGroupDescription="d", SubnetIds=inside)
    rds.create_db_parameter_group(DBParameterGroupName="forced", DBParameterGroupFamily="postgres17", Description="d")
    settings: Properties = {
        "DBInstanceIdentifier": "tried", "DBInstanceClass": "db.t4g.medium", "Engine": "postgres",
        "EngineVersion": "17.4", "AllocatedStorage": 40, "MaxAllocatedStorage": 200, "StorageType": "gp3",
        "StorageEncrypted": True, "KmsKeyId": encrypts, "MultiAZ": True, "BackupRetentionPeriod": 14,
        "PreferredBackupWindow": "03:00-03:30", "PreferredMaintenanceWindow": "sun:04:00-sun:04:30",
        "CopyTagsToSnapshot": True, "DeletionProtection": True, "AutoMinorVersionUpgrade": False,
        "PubliclyAccessible": False, "MasterUsername": "owner", "DBName": "alerts", "Port": 5433,
        "DBSubnetGroupName": "inside", "DBParameterGroupName": "forced", "MonitoringInterval": 30,
        "MonitoringRoleArn": watches, "CACertificateIdentifier": "rds-ca-ecc384-g1",
    }  # fmt: skip
    rds.create_db_instance(
        **settings, Tags=TEAM, VpcSecurityGroupIds=[group], EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql", "upgrade"], EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=31, PerformanceInsightsKMSKeyId=encrypts, ManageMasterUserPassword=True,
    )  # fmt: skip
    return {"tried": {
        **settings, "VPCSecurityGroups": [group], "EnableIAMDatabaseAuthentication": True,
        "EnableCloudwatchLogsExports": ["postgresql", "upgrade"], "EnablePerformanceInsights": True,
        "PerformanceInsightsRetentionPeriod": 31, "PerformanceInsightsKMSKeyId": encrypts,
        "ManageMasterUserPassword": True, "Tags": TEAM,
    }}  # fmt: skip


def _database_subnets(client: Client) -> Made:
    inside = subnets(client)
    client("rds").create_db_subnet_group(
        DBSubnetGroupName="tried", DBSubnetGroupDescription="d", SubnetIds=inside, Tags=TEAM
    )
    return {"tried": {
        "DBSubnetGroupName": "tried", "DBSubnetGroupDescription": "d", "SubnetIds": inside, "Tags": TEAM,
    }}  # fmt: skip


def _database_parameters(client: Client) -> Made:
    rds = client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="tried", DBParameterGroupFamily="postgres17", Description="d", Tags=TEAM
    )
    rds.modify_db_parameter_group(DBParameterGroupName="tried", Parameters=[
        {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"},
        {"ParameterName": "log_statement", "ParameterValue": "ddl", "ApplyMethod": "immediate"},
    ])  # fmt: skip
    return {"tried": {
        "DBParameterGroupName": "tried", "Family": "postgres17", "Description": "d", "Tags": TEAM,
        "Parameters": {"rds.force_ssl": "1", "log_statement": "ddl"},
    }}  # fmt: skip


def _cache_subnets(client: Client) -> Made:
    inside = subnets(client)
    client("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName="tried", CacheSubnetGroupDescription="d", SubnetIds=inside, Tags=TEAM
    )
    return {"tried": {"CacheSubnetGroupName": "tried", "Description": "d", "SubnetIds": inside, "Tags": TEAM}}


def _cache_parameters(client: Client) -> Made:
    cache = client("elasticache")
    cache.create_cache_parameter_group(
        CacheParameterGroupName="tried", CacheParameterGroupFamily="valkey8", Description="d", Tags=TEAM
    )
    cache.modify_cache_parameter_group(
        CacheParameterGroupName="tried", ParameterNameValues=[{"ParameterName": "timeout", "ParameterValue": "60"}]
    )
    return {"tried": {
        "CacheParameterGroupFamily": "valkey8", "Description": "d",
        "Properties": {"timeout": "60"}, "Tags": TEAM,
    }}  # fmt: skip


def _user_settings(name: str) -> Properties:
    return {"UserId": name, "UserName": name, "Engine": "valkey", "AccessString": "on ~a:* +@read"}


def _cache_user(client: Client) -> Made:
    client("elasticache").create_user(**_user_settings("tried"), AuthenticationMode={"Type": "iam"}, Tags=TEAM)
    return {"tried": {**_user_settings("tried"), "AuthenticationMode": {"Type": "iam"}, "Tags": TEAM}}


def _cache_users(client: Client) -> Made:
    _cache_user(client)
    client("elasticache").create_user_group(UserGroupId="group", Engine="valkey", UserIds=["tried"], Tags=TEAM)
    return {"group": {"UserGroupId": "group", "Engine": "valkey", "UserIds": ["tried"], "Tags": TEAM}}


def _cache(client: Client) -> Made:
    inside, encrypts, hears, cache = subnets(client), key(client), topic(client), client("elasticache")
    group = _group(client, inside)
    _cache_subnets(client)
    _cache_parameters(client)
    _cache_users(client)
    client("logs").create_log_group(logGroupName="cache")
    log = {
        "LogType": "slow-log", "DestinationType": "cloudwatch-logs", "LogFormat": "json",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "cache"}},
    }  # fmt: skip
    settings: Properties = {
        "ReplicationGroupId": "cache", "ReplicationGroupDescription": "d", "Engine": "valkey", "EngineVersion": "8.1",
        "CacheNodeType": "cache.r7g.large", "NumCacheClusters": 3, "AutomaticFailoverEnabled": True,
        "MultiAZEnabled": True, "AtRestEncryptionEnabled": True, "KmsKeyId": encrypts,
        "TransitEncryptionEnabled": True, "TransitEncryptionMode": "required", "SnapshotRetentionLimit": 7,
        "SnapshotWindow": "03:00-04:00", "PreferredMaintenanceWindow": "sun:05:00-sun:06:00", "Port": 6380,
        "AutoMinorVersionUpgrade": False, "CacheSubnetGroupName": "tried", "CacheParameterGroupName": "tried",
        "SecurityGroupIds": [group], "UserGroupIds": ["group"], "NotificationTopicArn": hears,
        "LogDeliveryConfigurations": [log], "Tags": TEAM,
    }  # fmt: skip
    cache.create_replication_group(**settings)
    return {"cache": {
        **settings, "NumNodeGroups": 1, "ReplicasPerNodeGroup": 2, "ClusterMode": "disabled", "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
    }}  # fmt: skip


def _table(client: Client) -> Made:
    tables, encrypts = client("dynamodb"), key(client)
    settings: Properties = {
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        "DeletionProtectionEnabled": True, "TableClass": "STANDARD_INFREQUENT_ACCESS", "Tags": TEAM,
        "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-time", "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2},
        }],
    }  # fmt: skip
    stream = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    arn = tables.create_table(
        TableName="tried", BillingMode="PROVISIONED", **settings, StreamSpecification={"StreamEnabled": True, **stream},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": encrypts},
    )["TableDescription"]["TableArn"]  # fmt: skip
    recovery: Properties = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 21}
    tables.update_continuous_backups(TableName="tried", PointInTimeRecoverySpecification=recovery)
    ends: Properties = {"Enabled": True, "AttributeName": "ends"}
    tables.update_time_to_live(TableName="tried", TimeToLiveSpecification=ends)
    allowed = policy("dynamodb:GetItem", arn)
    tables.put_resource_policy(ResourceArn=arn, Policy=json.dumps(allowed))
    return {"tried": {
        **settings, "TableName": "tried", "BillingMode": "PROVISIONED", "StreamSpecification": stream,
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": encrypts},
        "PointInTimeRecoverySpecification": recovery, "TimeToLiveSpecification": ends,
        "ResourcePolicy": {"PolicyDocument": allowed},
    }}  # fmt: skip


CASES: dict[str, Case] = {
    "AWS::RDS::DBInstance": _database,
    "AWS::RDS::DBSubnetGroup": _database_subnets,
    "AWS::RDS::DBParameterGroup": _database_parameters,
    "AWS::ElastiCache::SubnetGroup": _cache_subnets,
    "AWS::ElastiCache::ParameterGroup": _cache_parameters,
    "AWS::ElastiCache::User": _cache_user,
    "AWS::ElastiCache::UserGroup": _cache_users,
    "AWS::ElastiCache::ReplicationGroup": _cache,
    "AWS::DynamoDB::Table": _table,
}
