"""What the functions find around them: the tables of our own template, a topic with its queue, secrets."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any

from infra.environment import load_environment
from infra.functions.shared.clients import client
from infra.functions.shared.tables import plain
from infra.stacks import resolve_platform

_numbers = count()
IDEMPOTENCY = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


@cache
def template(logical_id: str) -> dict[str, Any]:
    """What our own template says of a resource of dev."""
    return dict(resolve_platform(load_environment("dev")).resources()[logical_id].properties)


def make_table(logical_id: str) -> str:
    """Make an empty table that has the keys and indexes of the one in the template."""
    said = IDEMPOTENCY if logical_id == "IdempotencyTable" else template(logical_id)
    name = f"{logical_id}-{next(_numbers)}"
    indexes = {key: said[key] for key in ("GlobalSecondaryIndexes",) if key in said}
    client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=said["AttributeDefinitions"],
        KeySchema=said["KeySchema"],
        **indexes,
    )
    return name


def items(table: str) -> list[dict[str, Any]]:
    """All items of a small table, as plain values."""
    return [plain(item) for item in client("dynamodb").scan(TableName=table)["Items"]]


class Topic:
    """A topic whose messages can be read."""

    def __init__(self) -> None:
        name = f"alerts-{next(_numbers)}"
        self.arn: str = client("sns").create_topic(Name=name)["TopicArn"]
        self._queue = client("sqs").create_queue(QueueName=name)["QueueUrl"]
        client("sns").subscribe(
            TopicArn=self.arn,
            Protocol="sqs",
            Endpoint=self.arn.replace(":sns:", ":sqs:"),
            Attributes={"RawMessageDelivery": "true"},
        )

    def messages(self) -> list[dict[str, Any]]:
        """What was published since the last look."""
        found = client("sqs").receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        for one in found:
            client("sqs").delete_message(QueueUrl=self._queue, ReceiptHandle=one["ReceiptHandle"])
        return [json.loads(one["Body"]) for one in found]


def make_secret(value: str, **more: str) -> str:
    """Make a secret as the template does; return its ARN."""
    made = client("secretsmanager").create_secret(
        Name=f"secret-{next(_numbers)}", SecretString=json.dumps({**more, "value": value})
    )
    return str(made["ARN"])


def renew(arn: str, value: str, *stages: str) -> str:
    """Put a new version of a secret; return its id."""
    made = client("secretsmanager").put_secret_value(
        SecretId=arn, SecretString=json.dumps({"value": value}), VersionStages=list(stages or ("AWSCURRENT",))
    )
    return str(made["VersionId"])


@contextmanager
def failing(service: str, operation: str, fault: str = "server_error") -> Iterator[None]:
    """Let one operation of the mock cloud fail, by its own middleware."""
    _arm({"service": service, "operation": operation, "fault": fault})
    try:
        yield
    finally:
        _arm({})


def _arm(fault: dict[str, str]) -> None:
    where = f"{os.environ['AWS_ENDPOINT_URL']}/touchstone/faults"
    with urllib.request.urlopen(where, json.dumps(fault).encode()) as answer:  # noqa: S310  our own mock cloud
        answer.read()
