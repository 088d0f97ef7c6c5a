"""What is no answer at all is a gap of its call, from every operation that is read, in every protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from fixtures.aws.access import Credentials, Limits
from fixtures.aws.gateway import Gateway
from fixtures.aws.ledger import CouldNotLook
from fixtures.aws.models import service_model
from fixtures.aws.registry import required_members
from tests.gateway.stub import Raw

STATUSES = (200, 301, 400, 401, 403, 404, 407, 413, 429, 500, 502, 503, 504)
BODIES = {
    "empty": b"",
    "html": b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>",
    "doctype": b'<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title><br></html>',
    "upstream": b"upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
    "text": b"Service Unavailable",
    "bytes": bytes(range(256)),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "not utf-8": b'{"message": "\xff\xfe"}',
    "number": b"5",
    "null": b"null",
    "list": b"[]",
    "string": b'"AccessDenied"',
    "object": b"{}",
    "nested error": b'{"error": {"code": 403, "message": "no"}}',
    "code that is no text": b'{"__type": 5, "message": ["a"]}',
    "deep": b"[" * 5000,
    "xml": b"<Foreign/>",
    "error without code": b"<ErrorResponse><Error/></ErrorResponse>",
    "cut": b"<ErrorResponse><Error><Code>AccessDen",
    "entity": b'<!DOCTYPE a [<!ENTITY x "y">]><ErrorResponse>&x;</ErrorResponse>',
}
OPERATIONS = sorted(required_members())
# The first operation of each service meets every status, the others one of each kind.
FIRST = dict(reversed(OPERATIONS))
FEW = (200, 404, 502)


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    return Gateway(
        "us-east-1", endpoint="http://127.0.0.1:1", credentials=Credentials("a", "b"),
        limits=Limits(attempts=1, run_seconds=3600),
    )  # fmt: skip


@pytest.fixture
def told(gateway: Gateway) -> Iterator[dict[str, Any]]:
    """What the next answers are: status and body, for every client."""
    answer: dict[str, Any] = {}
    given: list[Any] = []

    def send(request: Any, **_: Any) -> AWSResponse:
        headers = {"x-amzn-RequestId": "request-1", "content-type": answer["type"]}
        return AWSResponse(request.url, answer["status"], headers, Raw(answer["body"]))

    for service in {service for service, _ in OPERATIONS}:
        events = gateway.clients.get(service).meta.events
        events.register("before-send", send)
        given.append(events)
    yield answer
    for events in given:
        events.unregister("before-send", send)


def asked(service: str, operation: str) -> dict[str, Any]:
    """Give parameters that botocore sends: something of its type for each that must be there."""
    shape = service_model(service).operation_model(operation).input_shape
    text = "name" if service == "s3" else "arn:aws:service:us-east-1:111111111111:thing/name"
    return _whole(shape, text) if shape else {}


def _whole(structure: Any, text: str) -> dict[str, Any]:
    plain = {"string": text, "list": [text], "boolean": True, "integer": 1, "double": 1.0}
    members = {name: structure.members[name] for name in structure.required_members}
    return {
        name: _whole(shape, text) if shape.type_name == "structure" else plain[shape.type_name]
        for name, shape in members.items()
    }


@pytest.mark.parametrize("pair", OPERATIONS, ids="-".join)
def test_what_is_no_answer_is_a_gap(gateway: Gateway, told: dict[str, Any], pair: tuple[str, str]) -> None:
    believed = []
    for status in STATUSES if FIRST[pair[0]] == pair[1] else FEW:
        for name, body in BODIES.items():
            told |= {"status": status, "body": body, "type": "text/html"}
            try:
                gateway.call(*pair, **asked(*pair))
            except CouldNotLook:
                continue
            believed.append((status, name))
    assert not [(status, name) for status, name in believed if (status, name) not in _nothing(pair)]


def _nothing(pair: tuple[str, str]) -> set[tuple[int, str]]:
    """Of a few operations a whole body without the member that is due says that there is nothing.

    Of a bucket's policy, and of a record in one, the body is it itself: what kind of object it is, the facts find out.
    """
    says_nothing = pair in {
        ("sqs", "ListQueues"), ("sqs", "ListQueueTags"), ("s3", "GetBucketPolicy"), ("s3", "GetObject"),
    }  # fmt: skip
    return {(200, name) for name in ("object", "nested error", "code that is no text")} if says_nothing else set()
