"""A client subscribes to at most fifty topics and gives them up; whatever else it sends is answered politely."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from infra.functions import connection, subscription
from tests.functions import cloud
from tests.functions.conftest import Tables, Written
from tests.functions.shapes import connect, context, disconnect, message


def send(route: str, body: Any, connection_id: str = "socket-1") -> dict[str, Any]:
    answer = subscription.handler(message(route, connection_id, body), context())
    assert answer["statusCode"] == 200
    said: dict[str, Any] = json.loads(answer["body"])
    return said


def subscribe(topic: str, **more: Any) -> dict[str, Any]:
    return send("subscribe", {"action": "subscribe", "topic": topic, **more})


def unsubscribe(topic: str) -> dict[str, Any]:
    return send("unsubscribe", {"action": "unsubscribe", "topic": topic})


@pytest.fixture(autouse=True)
def opened(tables: Tables) -> Tables:
    connection.handler(connect("socket-1", "client-7"), context())
    return tables


def test_a_topic_is_subscribed_to_and_given_up(tables: Tables, written: Written) -> None:
    assert subscribe("aave:liquidation", minimum_usd=1000.5) == {"status": "subscribed", "topic": "aave:liquidation"}
    (item,) = cloud.items(tables.subscriptions)
    (socket,) = cloud.items(tables.connections)
    assert item == {
        "connection_id": "socket-1",
        "topic": "aave:liquidation",
        "principal": "client-7",
        "minimum_usd": Decimal("1000.5"),
        "expires_at": socket["expires_at"],
    }
    assert subscribe("aave:liquidation")["status"] == "subscribed", "again, without a minimum"
    assert "minimum_usd" not in cloud.items(tables.subscriptions)[0]
    assert unsubscribe("aave:liquidation") == {"status": "unsubscribed", "topic": "aave:liquidation"}
    assert cloud.items(tables.subscriptions) == []
    assert written.metrics["SubscriptionsAdded"] == 2
    assert written.metrics["SubscriptionsRemoved"] == 1
    assert unsubscribe("aave:liquidation")["status"] == "unsubscribed", "a second time changes nothing"
    assert written.metrics["SubscriptionsRemoved"] == 1


def test_fifty_topics_and_no_more(tables: Tables) -> None:
    for number in range(50):
        assert subscribe(f"aave:topic-{number}")["status"] == "subscribed"
    assert subscribe("aave:topic-50") == {
        "status": "error",
        "error": "expected at most 50 topics on one connection",
    }
    assert subscribe("aave:topic-7", minimum_usd=5)["status"] == "subscribed", "one that is there may be changed"
    assert len(cloud.items(tables.subscriptions)) == 50
    unsubscribe("aave:topic-7")
    assert subscribe("aave:topic-50")["status"] == "subscribed"


def test_a_connection_that_is_not_on_record_is_refused(tables: Tables, written: Written) -> None:
    body = {"action": "subscribe", "topic": "aave:liquidation"}
    assert "not known" in send("subscribe", body, "socket-2")["error"]
    assert "not known" in send("unsubscribe", body | {"action": "unsubscribe"}, "socket-2")["error"]
    connection.handler(disconnect("socket-1"), context())
    assert "not known" in subscribe("aave:liquidation")["error"]
    assert cloud.items(tables.subscriptions) == []
    assert cloud.items(tables.connections) == [], "no half of a record is made"
    assert written.metrics["RequestsRefused"] == 3


GOOD = {"action": "subscribe", "topic": "aave:liquidation"}
BAD: dict[str, Any] = {
    "nothing": None,
    "no JSON": "subscribe aave:liquidation",
    "cut JSON": '{"action": "subscribe", "topic": "aave:liq',
    "a list": [],
    "no topic": {"action": "subscribe"},
    "a topic of no protocol": GOOD | {"topic": "liquidation"},
    "a topic in capitals": GOOD | {"topic": "AAVE:liquidation"},
    "a topic of three parts": GOOD | {"topic": "aave:v3:liquidation"},
    "a topic on two lines": GOOD | {"topic": "aave:liquidation\n"},
    "a topic too long": GOOD | {"topic": f"aave:{'x' * 65}"},
    "a topic that is a number": GOOD | {"topic": 7},
    "a minimum that is text": GOOD | {"minimum_usd": "many"},
    "a minimum below nothing": GOOD | {"minimum_usd": -1},
    "a minimum beyond the world": GOOD | {"minimum_usd": 1e30},
    "a minimum that is true": GOOD | {"minimum_usd": True},
    "no number": '{"action": "subscribe", "topic": "aave:liquidation", "minimum_usd": NaN}',
    "another action": GOOD | {"action": "unsubscribe"},
    "more than is known": GOOD | {"connection_id": "socket-2"},
    "too much": GOOD | {"topic": "x" * 5000},
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_to_its_sender_without_being_repeated(case: str, tables: Tables, written: Written) -> None:
    said = send("subscribe", BAD[case])
    assert said["status"] == "error"
    assert 5 < len(said["error"]) < 400
    assert "xxxxx" not in said["error"]
    assert cloud.items(tables.subscriptions) == []
    assert written.metrics["RequestsRefused"] == 1
    assert "HandlerFailures" not in written.metrics


@pytest.mark.parametrize("body", [None, "", "hello", '{"action": "dance"}', "x" * 200_000])
def test_whatever_else_is_sent_is_told_what_there_is(body: str | None) -> None:
    assert send("$default", body) == {
        "status": "error",
        "error": "expected a JSON object whose action is one of subscribe, unsubscribe, query",
    }
