"""Keeps every alert: in PostgreSQL for good, and for a day where a client who reconnects looks first."""

from __future__ import annotations

from time import time
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.functions.shared import tables
from infra.functions.shared.batches import consume
from infra.functions.shared.database import DatabaseSettings, database
from infra.functions.shared.entry import entry
from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import Alert, instant_text
from infra.functions.shared.once import once
from infra.functions.shared.settings import Name

PURPOSE: Final = "alert"
RECORDED: Final = "recorded"
DAY_SECONDS: Final = 24 * 60 * 60
INSERT: Final = (
    "INSERT INTO alerts (alert_id, event_id, topic, raised_at, usd, payload)"
    " VALUES (:alert_id, :event_id, :topic, CAST(:raised_at AS timestamptz), CAST(:usd AS numeric),"
    " CAST(:payload AS jsonb)) ON CONFLICT DO NOTHING"
)


class Settings(DatabaseSettings):
    """The variables of this function."""

    alerts_table: Name
    idempotency_table: Name


@entry()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Record each alert of the batch."""
    settings = Settings.read()

    def take(alert: Alert) -> None:
        once(settings.idempotency_table, PURPOSE, alert.alert_id, lambda: _record(alert, settings), context)
        logger.info("an alert is on record", topic=alert.topic)

    return consume(event, context, Alert, take)


def _record(alert: Alert, settings: Settings) -> str:
    """Both writes change nothing the second time, so that whoever is cut off between them can begin again."""
    values = alert.model_dump(mode="json")
    payload = alert.model_dump_json(include={"payload"}).removeprefix('{"payload":').removesuffix("}")
    database(settings).run(INSERT, **values | {"payload": payload, "usd": alert.usd})
    item = {
        # Alerts of one instant must not replace one another: the id behind it keeps them apart, and the order.
        "raised_at": f"{instant_text(alert.raised_at)}~{alert.alert_id}",
        "topic": alert.topic,
        "alert_id": alert.alert_id,
        "event_id": alert.event_id,
        "usd": alert.usd,
        "payload": payload,
        "expires_at": int(time()) + DAY_SECONDS,
    }
    tables.put(settings.alerts_table, item)
    count(Metric.ALERTS_RECORDED)
    return RECORDED
