"""What every invocation does around its own work: correlation id, duration, cold start, unforeseen errors, metrics."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import count as counter
from time import perf_counter
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count, flush

Handler = Callable[[dict[str, Any], LambdaContext], Any]
CONNECTION = "requestContext.connectionId"
_invocations = counter()


def entry(correlation: str | None = None) -> Callable[[Handler], Handler]:
    """Make a function a handler; ``correlation`` says where in its event the correlation id stands."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def run(event: dict[str, Any], context: LambdaContext) -> Any:
            begun = perf_counter()
            if next(_invocations) == 0:
                count(Metric.COLD_STARTS)
            try:
                return handler(event, context)
            except Exception:
                count(Metric.HANDLER_FAILURES)
                logger.exception("the invocation failed")
                raise
            finally:
                count(Metric.HANDLER_TIME, milliseconds_since(begun))
                flush()

        logged: Handler = logger.inject_lambda_context(run, correlation_id_path=correlation, clear_state=True)
        return logged

    return decorate


def milliseconds_since(begun: float) -> float:
    """Return how long ago ``perf_counter()`` said ``begun``."""
    return round((perf_counter() - begun) * 1000, 3)
