"""Where a name that a template gives may be taken already: by what an earlier deployment, or a person, has left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.deploy.connect import ClientOf
from infra.errors import EndpointError

# How a service is asked for one name: the operation, the parameter, and where a list is answered that may be empty.
Asked = tuple[str, str, str, str]
_ABSENT: Final = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "404")

NAMES: Final[Mapping[str, tuple[str, Asked]]] = {
    "AWS::DynamoDB::Table": ("TableName", ("dynamodb", "describe_table", "TableName", "")),
    "AWS::SQS::Queue": ("QueueName", ("sqs", "get_queue_url", "QueueName", "")),
    "AWS::Logs::LogGroup": ("LogGroupName", ("logs", "describe_log_groups", "logGroupNamePrefix", "logGroups")),
    "AWS::SecretsManager::Secret": ("Name", ("secretsmanager", "describe_secret", "SecretId", "")),
    "AWS::Backup::BackupVault": ("BackupVaultName", ("backup", "describe_backup_vault", "BackupVaultName", "")),
    "AWS::S3::Bucket": ("BucketName", ("s3", "head_bucket", "Bucket", "")),
    "AWS::IAM::Role": ("RoleName", ("iam", "get_role", "RoleName", "")),
    "AWS::Lambda::Function": ("FunctionName", ("lambda", "get_function", "FunctionName", "")),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", ("rds", "describe_db_instances", "DBInstanceIdentifier", "")),
    "AWS::ElastiCache::ReplicationGroup": (
        "ReplicationGroupId",
        ("elasticache", "describe_replication_groups", "ReplicationGroupId", ""),
    ),
    "AWS::KMS::Alias": ("AliasName", ("kms", "describe_key", "KeyId", "")),
}


def is_taken(client_of: ClientOf, cfn_type: str, properties: Mapping[str, Any]) -> str | None:
    """Return the name that is taken, or None: it is free, made up by CloudFormation, or of a type nobody asks about.

    Raises:
        EndpointError: the service would not say; nobody may take that for "it is free".
    """
    if cfn_type not in NAMES:
        return None
    property_name, (service, operation, parameter, listed) = NAMES[cfn_type]
    name = properties.get(property_name)
    if not isinstance(name, str):
        return None
    answer = _answered(getattr(client_of(service), operation), {parameter: name}, f"{service}:{operation}")
    if answer is None or (listed and not any(name in one.values() for one in answer[listed])):
        return None
    return name


def _answered(call: Callable[..., Any], asked: Mapping[str, str], what: str) -> dict[str, Any] | None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return dict(call(**asked))
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if any(word in code for word in _ABSENT):
            return None
        raise EndpointError(f"{what}: {code}") from error
    except BotoCoreError as error:
        raise EndpointError(f"{what}: {' '.join(str(error).split())}") from error
