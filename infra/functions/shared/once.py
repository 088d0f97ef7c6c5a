"""Work that is done once, however often it is asked for: whoever comes second gets what the first one got."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.functions.shared.clients import client

# A queue keeps a message for four days: as long it may come again.
KEEP_SECONDS: Final = 5 * 24 * 60 * 60


@lru_cache
def _store(table: str, purpose: str) -> DynamoDBPersistenceLayer:  # noqa: ARG001  it keeps the first purpose
    return DynamoDBPersistenceLayer(
        table_name=table, key_attr="id", expiry_attr="expiration", boto3_client=client("dynamodb")
    )


def once(table: str, purpose: str, key: str, work: Callable[[], str], context: LambdaContext) -> str:
    """Do ``work`` unless it was done for this purpose and key.

    Work that raises is undone, so that it can be tried again; work that is cut off is, once its invocation is over.

    Raises:
        IdempotencyAlreadyInProgressError: somebody else is at it.
    """

    def run(*, key: str) -> str:  # noqa: ARG001  Powertools makes the record's id of it
        return work()

    config = IdempotencyConfig(expires_after_seconds=KEEP_SECONDS, hash_function="sha256", lambda_context=context)
    guarded: Callable[..., str] = idempotent_function(
        run, data_keyword_argument="key", persistence_store=_store(table, purpose), config=config, key_prefix=purpose
    )
    return guarded(key=key)
