"""Turns protocol events that somebody listens to into alerts, each event into one at most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.functions.shared.batches import consume
from infra.functions.shared.clients import client
from infra.functions.shared.entry import entry
from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import Alert, Event
from infra.functions.shared.once import once
from infra.functions.shared.settings import Arn, Name
from infra.functions.shared.settings import Settings as Base
from infra.functions.shared.sockets import listeners

PURPOSE: Final = "ingest"
RAISED: Final = "raised"
UNMATCHED: Final = "unmatched"


class Settings(Base):
    """The variables of this function."""

    subscriptions_table: Name
    alert_topic_arn: Arn
    idempotency_table: Name


@entry()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Match each event of the batch with the subscriptions."""
    settings = Settings.read()

    def take(happened: Event) -> None:
        count(Metric.EVENTS_RECEIVED)
        age = datetime.now(UTC) - happened.occurred_at
        count(Metric.EVENT_AGE, max(age.total_seconds() * 1000, 0))
        done = once(settings.idempotency_table, PURPOSE, happened.event_id, lambda: _match(happened, settings), context)
        logger.info("an event was handled", topic=happened.topic, outcome=done)

    return consume(event, context, Event, take)


def _match(happened: Event, settings: Settings) -> str:
    if next(listeners(settings.subscriptions_table, happened.topic, happened.usd), None) is None:
        count(Metric.EVENTS_UNMATCHED)
        return UNMATCHED
    alert = Alert(
        alert_id=happened.alert_id,
        event_id=happened.event_id,
        topic=happened.topic,
        raised_at=datetime.now(UTC),
        usd=happened.usd,
        payload=happened.payload,
    )
    client("sns").publish(TopicArn=settings.alert_topic_arn, Message=alert.model_dump_json())
    count(Metric.ALERTS_RAISED)
    return RAISED
