"""Hands each alert to every client who listens to its topic, to each of them once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools.utilities.idempotency.exceptions import BaseError as IdempotencyError
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from infra.functions.shared.batches import consume
from infra.functions.shared.clients import client
from infra.functions.shared.entry import entry
from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import Alert
from infra.functions.shared.once import once
from infra.functions.shared.settings import Name
from infra.functions.shared.settings import Settings as Base
from infra.functions.shared.sockets import forget, listeners
from infra.functions.shared.tables import UndoneError

PURPOSE: Final = "push"
PUSHED: Final = "pushed"
GONE: Final = "gone"
FAILURES: Final = (ClientError, BotoCoreError, IdempotencyError, UndoneError)


class Settings(Base):
    """The variables of this function."""

    connections_table: Name
    subscriptions_table: Name
    idempotency_table: Name


class NotAllPushedError(Exception):
    """Some clients did not get the alert; the message comes again, for them."""


@entry()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Push each alert of the batch."""
    settings = Settings.read()
    return consume(event, context, Alert, lambda alert: _push_to_all(alert, settings, context))


def _push_to_all(alert: Alert, settings: Settings, context: LambdaContext) -> None:
    """Push to every listener, whatever becomes of the others."""
    failed = 0
    for connection_id in listeners(settings.subscriptions_table, alert.topic, alert.usd):
        try:
            _push_once(alert, connection_id, settings, context)
        except FAILURES as error:
            failed += 1
            count(Metric.PUSH_FAILURES)
            logger.warning("a client did not get the alert", connection_id=connection_id, error=type(error).__name__)
    if failed:
        raise NotAllPushedError(f"{failed} clients did not get the alert")


def _push_once(alert: Alert, connection_id: str, settings: Settings, context: LambdaContext) -> None:
    def push() -> str:
        sockets = client("apigatewaymanagementapi")
        try:
            sockets.post_to_connection(ConnectionId=connection_id, Data=alert.model_dump_json().encode())
        except sockets.exceptions.GoneException:
            forget(settings.connections_table, settings.subscriptions_table, connection_id)
            count(Metric.CONNECTIONS_GONE)
            logger.info("a client was gone; it is forgotten", connection_id=connection_id)
            return GONE
        count(Metric.ALERTS_PUSHED)
        count(Metric.DELIVERY_TIME, max((datetime.now(UTC) - alert.raised_at).total_seconds() * 1000, 0))
        return PUSHED

    once(settings.idempotency_table, PURPOSE, f"{alert.alert_id}:{connection_id}", push, context)
