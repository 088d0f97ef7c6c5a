"""Items of DynamoDB as plain values, page by page; what a batch left undone is done again, and never forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import sleep
from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from infra.functions.shared.clients import client

BATCH: Final = 25
_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.05
_write = TypeSerializer().serialize
_read = TypeDeserializer().deserialize


class UndoneError(Exception):
    """DynamoDB left items of a batch undone, again and again."""


def item_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write plain values as DynamoDB does."""
    return {name: _write(value) for name, value in values.items()}


def put(table: str, values: Mapping[str, Any]) -> None:
    """Write an item, in place of one with the same key."""
    client("dynamodb").put_item(TableName=table, Item=item_of(values))


def get(table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read an item as it is now; None where there is none."""
    found = client("dynamodb").get_item(TableName=table, Key=item_of(key), ConsistentRead=True)
    return plain(found["Item"]) if "Item" in found else None


def delete(table: str, key: Mapping[str, Any]) -> bool:
    """Delete an item; say whether there was one."""
    return "Attributes" in client("dynamodb").delete_item(TableName=table, Key=item_of(key), ReturnValues="ALL_OLD")


def update(table: str, key: Mapping[str, Any], change: str, *, when: str, values: Mapping[str, Any]) -> bool:
    """Change an item if the condition ``when`` holds of it; say whether it did."""
    dynamodb = client("dynamodb")
    try:
        dynamodb.update_item(
            TableName=table,
            Key=item_of(key),
            UpdateExpression=change,
            ConditionExpression=when,
            ExpressionAttributeValues=item_of(values),
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def query(table: str, where: str, values: Mapping[str, Any], **more: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of a query, page by page, as far as they are asked for."""
    pages = (
        client("dynamodb")
        .get_paginator("query")
        .paginate(TableName=table, KeyConditionExpression=where, ExpressionAttributeValues=item_of(values), **more)
    )
    for page in pages:
        yield from map(plain, page["Items"])


def delete_all(table: str, keys: Iterable[Mapping[str, Any]]) -> int:
    """Delete many items in batches; return how many were named. Raises UndoneError."""
    rest, done = iter(keys), 0
    while batch := list(islice(rest, BATCH)):
        _write_batch(table, [{"DeleteRequest": {"Key": item_of(key)}} for key in batch])
        done += len(batch)
    return done


def _write_batch(table: str, requests: Sequence[Mapping[str, Any]]) -> None:
    left = {table: list(requests)}
    for attempt in range(_TRIES):
        if attempt:
            sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        left = client("dynamodb").batch_write_item(RequestItems=left)["UnprocessedItems"]
        if not left:
            return
    raise UndoneError(f"{table}: {len(left[table])} items of a batch were left undone {_TRIES} times")


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Read an item of DynamoDB as plain values."""
    return {name: _read(value) for name, value in item.items()}
