"""What a client gets back on its socket: one JSON object, whose status says whether it is what was asked for."""

from __future__ import annotations

import json
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import Strict, complaint

LONGEST_REQUEST: Final = 4096
Request = TypeVar("Request", bound=Strict)


class RequestError(Exception):
    """What a client sent is not a request; the message says why, to the client."""


def read(body: str | None, kind: type[Request]) -> Request:
    """Read what a client sent. Raises RequestError."""
    text = body or ""
    if len(text) > LONGEST_REQUEST:
        raise RequestError(f"expected at most {LONGEST_REQUEST} characters")
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise RequestError(complaint(error)) from None


def answer(status: str, **fields: Any) -> dict[str, Any]:
    """Return what a route gives back.

    It is 200 also for an error: the body is for the client, and says it. The code would tell API Gateway alone.
    """
    return {"statusCode": 200, "body": json.dumps({"status": status, **fields}, separators=(",", ":"))}


def refusal(reason: str) -> dict[str, Any]:
    """Return the answer to a request that is wrong or not allowed."""
    count(Metric.REQUESTS_REFUSED)
    logger.info("a request was refused", reason=reason)
    return answer("error", error=reason)
