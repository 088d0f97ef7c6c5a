"""Events as API Gateway, SQS and Secrets Manager send them, and the context that Lambda gives with each."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import jwt
from aws_lambda_powertools.utilities.typing import LambdaContext

API = "arn:aws:execute-api:us-east-1:111111111111:a1b2c3d4e5"
ORIGIN = "https://app.touchstone.example"
KEY = "k" * 64
EDGE = "e" * 64
A_DAY = 86_400


@dataclass
class Context:
    function_name: str = "touchstone-dev-function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:111111111111:function:touchstone-dev-function:live"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def context() -> LambdaContext:
    return cast("LambdaContext", Context())


def token(key: str = KEY, algorithm: str = "HS512", **claims: Any) -> str:
    """Sign a token; some are made when the tests are collected, and shown when a long run comes to theirs."""
    now = int(time.time())
    said = {"sub": "client-1", "aud": "touchstone-dev", "iat": now, "exp": now + A_DAY} | claims
    return jwt.encode({name: value for name, value in said.items() if value is not None}, key, algorithm=algorithm)


def request_context(route: str, connection_id: str, event_type: str, **more: Any) -> dict[str, Any]:
    return {
        "routeKey": route,
        "eventType": event_type,
        "extendedRequestId": "JKJaXmPLvHcESHA=",
        "requestTime": "28/Nov/2026:10:00:00 +0000",
        "messageDirection": "IN",
        "stage": "dev",
        "connectedAt": 1_795_860_000_000,
        "requestTimeEpoch": 1_795_860_000_100,
        "identity": {"sourceIp": "203.0.113.7", "userAgent": "Mozilla/5.0"},
        "requestId": "JKJaXmPLvHcESHA=",
        "domainName": "ws-origin.touchstone.example",
        "connectionId": connection_id,
        "apiId": "a1b2c3d4e5",
        **more,
    }


def headers_of(headers: dict[str, str]) -> dict[str, Any]:
    sent = {"Host": "ws-origin.touchstone.example", "Sec-WebSocket-Version": "13", "X-Forwarded-For": "203.0.113.7"}
    return {
        "headers": sent | headers,
        "multiValueHeaders": {name: [value] for name, value in (sent | headers).items()},
    }


def authorize(headers: dict[str, str], query: dict[str, str] | None = None, route: str = "$connect") -> dict[str, Any]:
    return {
        "type": "REQUEST",
        "methodArn": f"{API}/dev/{route}",
        **headers_of(headers),
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and {name: [value] for name, value in query.items()},
        "stageVariables": None,
        "requestContext": request_context(route, "JKJaXfPLvHcCFSQ=", "CONNECT"),
    }


def browser(sent: str, edge: str = EDGE, origin: str = ORIGIN) -> dict[str, Any]:
    return authorize({"X-Origin-Verify": edge, "Origin": origin, "Sec-WebSocket-Protocol": f"touchstone, {sent}"})


def connect(connection_id: str, principal: str = "client-1", protocol: str | None = None) -> dict[str, Any]:
    authorizer = {"principal": principal, "principalId": principal, "integrationLatency": 87}
    return {
        **headers_of({} if protocol is None else {"Sec-WebSocket-Protocol": protocol}),
        "requestContext": request_context("$connect", connection_id, "CONNECT", authorizer=authorizer),
        "isBase64Encoded": False,
    }


def disconnect(connection_id: str) -> dict[str, Any]:
    left = {"disconnectStatusCode": 1006, "disconnectReason": "Connection closed abnormally"}
    return {
        **headers_of({"x-api-key": ""}),
        "requestContext": request_context("$disconnect", connection_id, "DISCONNECT", **left),
        "isBase64Encoded": False,
    }


def message(route: str, connection_id: str, body: Any) -> dict[str, Any]:
    return {
        "requestContext": request_context(route, connection_id, "MESSAGE", messageId="JKJaefPLvHcCFSQ="),
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def batch(*bodies: Any) -> dict[str, Any]:
    return {"Records": [_record(body if isinstance(body, str) else json.dumps(body)) for body in bodies]}


def _record(body: str) -> dict[str, Any]:
    return {
        "messageId": str(uuid4()),
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795860000000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1795860000001",
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(errors="replace"), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:111111111111:touchstone-dev-events",
        "awsRegion": "us-east-1",
    }


def ids(event: dict[str, Any], *places: int) -> dict[str, Any]:
    """The partial batch response that names the messages at these places of a batch."""
    return {"batchItemFailures": [{"itemIdentifier": event["Records"][place]["messageId"]} for place in places]}


def event(**changes: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid4()),
        "protocol": "aave",
        "topic": "aave:liquidation",
        "occurred_at": "2026-11-28T10:00:00Z",
        "usd": 250_000.5,
        "payload": {"borrower": "0xabc", "asset": "WETH"},
    } | changes


def alert(**changes: Any) -> dict[str, Any]:
    return {
        "alert_id": uuid4().hex,
        "event_id": str(uuid4()),
        "topic": "aave:liquidation",
        "raised_at": "2026-11-28T10:00:01.000000Z",
        "usd": 250_000.5,
        "payload": {"borrower": "0xabc", "asset": "WETH"},
    } | changes
