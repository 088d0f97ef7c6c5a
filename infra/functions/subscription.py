"""Lets a client subscribe to topics and give them up, and tells whoever sends something else what there is."""

from __future__ import annotations

from typing import Any, Final, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.functions.shared import tables
from infra.functions.shared.answers import RequestError, answer, read, refusal
from infra.functions.shared.entry import CONNECTION, entry
from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import SocketEvent, Strict, Topic, Usd
from infra.functions.shared.settings import Name
from infra.functions.shared.settings import Settings as Base

ACTIONS: Final = ("subscribe", "unsubscribe", "query")
MOST_TOPICS: Final = 50
# One conditional write counts and adds at once: requests that come together cannot get past the limit.
_ROOM = (
    "attribute_exists(connection_id)"
    " AND (attribute_not_exists(topics) OR size(topics) < :most OR contains(topics, :topic))"
)


class Settings(Base):
    """The variables of this function."""

    connections_table: Name
    subscriptions_table: Name


class Subscribe(Strict):
    """The request of a client who wants to hear of a topic, of whatever is worth at least so much."""

    action: Literal["subscribe"]
    topic: Topic
    minimum_usd: Usd | None = None


class Unsubscribe(Strict):
    """The request of a client who has heard enough."""

    action: Literal["unsubscribe"]
    topic: Topic


@entry(CONNECTION)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer the routes subscribe, unsubscribe and $default."""
    settings, request = Settings.read(), SocketEvent.model_validate(event)
    connection_id, route = request.request_context.connection_id, request.request_context.route_key
    try:
        if route == "subscribe":
            return _subscribe(connection_id, read(request.body, Subscribe), settings)
        if route == "unsubscribe":
            return _unsubscribe(connection_id, read(request.body, Unsubscribe), settings)
    except RequestError as error:
        return refusal(str(error))
    return refusal(f"expected a JSON object whose action is one of {', '.join(ACTIONS)}")


def _subscribe(connection_id: str, wish: Subscribe, settings: Settings) -> dict[str, Any]:
    connection = tables.get(settings.connections_table, {"connection_id": connection_id})
    if connection is None:
        return _unknown()
    if not tables.update(
        settings.connections_table,
        {"connection_id": connection_id},
        "ADD topics :topics",
        when=_ROOM,
        values={":topics": {wish.topic}, ":topic": wish.topic, ":most": MOST_TOPICS},
    ):
        return refusal(f"expected at most {MOST_TOPICS} topics on one connection")
    item = {
        "connection_id": connection_id,
        "topic": wish.topic,
        "principal": connection["principal"],
        "expires_at": connection["expires_at"],
    }
    tables.put(
        settings.subscriptions_table, item if wish.minimum_usd is None else item | {"minimum_usd": wish.minimum_usd}
    )
    count(Metric.SUBSCRIPTIONS_ADDED)
    logger.info("a topic was subscribed to", topic=wish.topic)
    return answer("subscribed", topic=wish.topic)


def _unsubscribe(connection_id: str, wish: Unsubscribe, settings: Settings) -> dict[str, Any]:
    # The subscription first: were the other one undone by an error, the place would be lost and no alert would come.
    there = tables.delete(settings.subscriptions_table, {"connection_id": connection_id, "topic": wish.topic})
    if not tables.update(
        settings.connections_table,
        {"connection_id": connection_id},
        "DELETE topics :topics",
        when="attribute_exists(connection_id)",
        values={":topics": {wish.topic}},
    ):
        return _unknown()
    count(Metric.SUBSCRIPTIONS_REMOVED, int(there))
    logger.info("a topic was given up", topic=wish.topic, there=there)
    return answer("unsubscribed", topic=wish.topic)


def _unknown() -> dict[str, Any]:
    return refusal("this connection is not known, or closed: connect again")
