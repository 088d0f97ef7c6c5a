"""Keeps the record of open sockets: written when one opens, gone with all its subscriptions when it closes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.functions.shared import tables
from infra.functions.shared.entry import CONNECTION, entry
from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import PROTOCOL, SocketEvent, instant_text
from infra.functions.shared.settings import Name
from infra.functions.shared.settings import Settings as Base
from infra.functions.shared.sockets import LIFE_SECONDS, forget

OPENS: Final = "$connect"
CLOSES: Final = "$disconnect"


class Settings(Base):
    """The variables of this function."""

    connections_table: Name
    subscriptions_table: Name


@entry(CONNECTION)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer $connect and $disconnect."""
    settings, request = Settings.read(), SocketEvent.model_validate(event)
    work = {OPENS: _open, CLOSES: _close}.get(request.request_context.route_key)
    if work is None:
        raise ValueError(f"expected the route {OPENS} or {CLOSES}, got {request.request_context.route_key}")
    return work(request, settings)


def _open(request: SocketEvent, settings: Settings) -> dict[str, Any]:
    authorizer = request.request_context.authorizer
    if authorizer is None:
        raise ValueError("expected an authorizer in front of $connect: it says who this is")
    now = datetime.now(UTC)
    item = {
        "connection_id": request.request_context.connection_id,
        "principal": authorizer.principal,
        "connected_at": instant_text(now),
        "expires_at": int(now.timestamp()) + LIFE_SECONDS,
    }
    tables.put(settings.connections_table, item)
    count(Metric.CONNECTIONS_OPENED)
    logger.info("a connection was opened", principal=authorizer.principal)
    answer: dict[str, Any] = {"statusCode": 200}
    # A browser that offered subprotocols gives up when none of them is chosen. Ours is; the other is the token.
    return answer | ({"headers": {"Sec-WebSocket-Protocol": PROTOCOL}} if _offers_ours(request) else {})


def _offers_ours(request: SocketEvent) -> bool:
    offers = (value for name, value in (request.headers or {}).items() if name.lower() == "sec-websocket-protocol")
    return any(part.strip() == PROTOCOL for offer in offers for part in offer.split(","))


def _close(request: SocketEvent, settings: Settings) -> dict[str, Any]:
    gone = forget(settings.connections_table, settings.subscriptions_table, request.request_context.connection_id)
    count(Metric.CONNECTIONS_CLOSED)
    logger.info("a connection was closed", subscriptions=gone)
    return {"statusCode": 200}
