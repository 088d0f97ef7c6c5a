"""Who is connected, and who listens to what: the two tables of sockets and subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from time import time
from typing import Any, Final

from infra.functions.shared import tables

BY_TOPIC: Final = "by-topic"
LIFE_SECONDS: Final = 2 * 60 * 60  # API Gateway keeps no socket open for longer
_LISTENS = "expires_at > :now AND (attribute_not_exists(minimum_usd) OR minimum_usd <= :usd)"


def listeners(subscriptions: str, topic: str, usd: Decimal) -> Iterator[str]:
    """Yield the connections that want to hear of something of this worth in a topic."""
    found = tables.query(
        subscriptions,
        "topic = :topic",
        {":topic": topic, ":now": int(time()), ":usd": usd},
        IndexName=BY_TOPIC,
        FilterExpression=_LISTENS,
        ProjectionExpression="connection_id",
    )
    return (item["connection_id"] for item in found)


def subscriptions_of(subscriptions: str, connection_id: str) -> Iterator[dict[str, Any]]:
    """Yield the keys of a connection's subscriptions."""
    return tables.query(
        subscriptions,
        "connection_id = :id",
        {":id": connection_id},
        ProjectionExpression="connection_id, topic",
        ConsistentRead=True,
    )


def forget(connections: str, subscriptions: str, connection_id: str) -> int:
    """Forget a socket and all it listened to; the socket first, so that nothing is added to it meanwhile."""
    tables.delete(connections, {"connection_id": connection_id})
    return tables.delete_all(subscriptions, subscriptions_of(subscriptions, connection_id))
