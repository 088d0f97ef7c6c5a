"""No secret that stands anywhere in the facts comes out in what is kept or printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.aws.ledger import Call
from fixtures.aws.redaction import redacted
from fixtures.inventory.comparing import differences
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.elasticache import ReplicationGroup, User
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.secretsmanager import Secret
from fixtures.inventory.services.sqs import Queue
from fixtures.inventory.snapshot import from_json, to_json
from infra.redaction import SECRET, digest, looks_secret

AT = datetime(2026, 11, 22, tzinfo=UTC)
CANARY = "canary-0f3a9c"
USER = {"UserId": "u", "UserName": "u", "Engine": "valkey"}
SETTINGS = {"Enabled": True, "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"}}
ORIGIN = {"Id": "o", "DomainName": "d", "OriginCustomHeaders": [{"HeaderName": "X", "HeaderValue": CANARY}]}
HOLDERS: list[tuple[type[Resource], Mapping[str, Any]]] = [
    (Secret, {"SecretString": CANARY}),
    (DBInstance, {"MasterUserPassword": CANARY}),
    (ReplicationGroup, {"ReplicationGroupDescription": "d", "AuthToken": CANARY}),
    (User, {**USER, "Passwords": [CANARY]}),
    (User, {**USER, "AuthenticationMode": {"Type": "password", "Passwords": [CANARY]}}),
    (Function, {"Role": "r", "Code": {}, "Environment": {"Variables": {"KEY": CANARY}}}),
    (Distribution, {"DistributionConfig": {**SETTINGS, "Origins": [ORIGIN, {**ORIGIN, "Id": "p"}]}}),
]
LOOKS_SECRET = [
    "AKIAIOSFODNN7EXAMPLE",
    "postgres://admin:hunter2hunter2@db:5432/x",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-def",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    "https://x/?token=abcdef0123456789",
    "password=hunter2hunter2",
    "ghp_0123456789abcdefghijABCDEFGHIJ0123",
]


@pytest.mark.parametrize(("cls", "properties"), HOLDERS, ids=[list(item)[-1] for _, item in HOLDERS])
def test_a_secret_property_is_neither_kept_nor_printed(cls: type[Resource], properties: Mapping[str, Any]) -> None:
    resource = cls.build(properties, Origin(logical_id="X"))
    inventory = Inventory("dev", "static", "111111111111", "us-east-1", AT, (resource,))
    assert CANARY not in to_json(inventory, for_record=True)
    assert CANARY not in repr(resource)
    assert CANARY in to_json(inventory), "the exact snapshot is for the run's own processes"


@pytest.mark.parametrize("text", LOOKS_SECRET, ids=lambda text: text[:8])
def test_a_text_that_looks_like_a_secret_is_shown_as_a_digest(text: str) -> None:
    resource = Queue.build({"Tags": [{"Key": "note", "Value": text}]}, Origin(logical_id="X"))
    inventory = Inventory("dev", "static", "111111111111", "us-east-1", AT, (resource,))
    assert "(redacted " in to_json(inventory, for_record=True)
    assert redacted({text: [text]}) != {text: [text]}


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff", "\u2028", "\x7f\x00", "\U0001f600", "Zürich"])
def test_whatever_a_text_is_made_of_an_inventory_is_written_and_read_again(text: str) -> None:
    queue = Queue.build({"Tags": [{"Key": text, "Value": text}]}, Origin(logical_id="X"))
    call = Call(
        service="sqs",
        operation="GetQueueAttributes",
        parameters={"QueueUrl": text},
        outcome="answered",
        status=200,
        request_ids=(text,),
        pages=1,
        retries=0,
        seconds=0.5,
        at=AT,
    )
    written = to_json(Inventory("dev", "live", "111111111111", "us-east-1", AT, (queue,), ledger=(call,)))
    again = from_json(written)
    assert again.resources == (queue,)
    assert again.ledger == (call,)
    assert to_json(again) == written


# What secrets are made of and what may stand around them, so that many texts nearly look like one.
_PIECES = st.sampled_from([
    "AKIA", "asia", "IOSFODNN7EXAMPLE", "0123456789ABCDEF", "-----BEGIN ", "-----begin ", "RSA PRIVATE KEY-----", "\n",
    "eyJ", "EYJ", "hbGciOiJIUzI1NiJ9", ".", "ghp_", "GHS_", "0123456789abcdefghij", "xoxb-", "XOXB", "://", "http", ":",
    "@", "/", "?", "user", "pass", "word=", "PASSWD=", "Secret=", "token=", "to\u212aen=", "pa\u017fswd=", "api_key=",
    "(redacted ", '"', "'", "\\", " ", ";", "=", "\u00e9", "\ud800",
])  # fmt: skip


@settings(max_examples=1000)
@given(st.lists(_PIECES, max_size=8).map("".join))
def test_what_is_looked_for_first_leaves_no_secret_out(text: str) -> None:
    assert looks_secret(text) == (SECRET.search(text) is not None)
    if looks_secret(text):
        assert looks_secret(json.dumps({text: [text]}, ensure_ascii=False)), "a line shows what its texts show"


def test_ordinary_texts_are_shown_as_they_are() -> None:
    texts = ["arn:aws:sqs:us-east-1:111111111111:alerts", "${Vpc.CidrBlock}", "cron(0 5 * * ? *)", "https://x/y"]
    assert redacted(texts) == texts


def test_equal_secrets_look_equal_and_others_do_not() -> None:
    assert digest("one") == digest("one") != digest("two")


def test_a_difference_in_secrets_shows_neither() -> None:
    before, after = (
        Function.build({"Role": "r", "Code": {}, "Environment": {"Variables": {"KEY": value}}}, Origin(logical_id="X"))
        for value in (CANARY, "other")
    )
    (difference,) = differences(before, after)
    assert difference.declared != difference.actual
    assert CANARY not in str(difference)
