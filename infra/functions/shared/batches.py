"""Messages of a queue, one by one: what one of them ends in is its own, and only that one comes again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import Alert, Event, complaint

Message = TypeVar("Message", Event, Alert)


def consume(
    event: dict[str, Any], context: LambdaContext, kind: type[Message], work: Callable[[Message], None]
) -> dict[str, Any]:
    """Do the work of every message; return SQS's partial batch response."""

    def one(record: SQSRecord) -> None:
        logger.set_correlation_id(record.message_id)
        message = _read(record.body, kind)
        # The alert's id is the same from the event to the push: one search finds the whole way of it.
        logger.set_correlation_id(message.alert_id)
        logger.append_keys(message_id=record.message_id)
        try:
            work(message)
        except Exception:
            count(Metric.MESSAGES_FAILED)
            logger.exception("the message was not handled; it will come again")
            raise
        finally:
            logger.remove_keys(["message_id"])

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, one, processor, context))


def _read(body: str, kind: type[Message]) -> Message:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        count(Metric.MESSAGES_REFUSED)
        logger.error("the message is not what this queue carries", reason=complaint(error))
        raise
