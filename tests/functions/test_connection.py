"""An open socket is on record, a closed one is forgotten with all it listened to."""

from __future__ import annotations

import time
from typing import Any

import pytest

from infra.functions import connection
from infra.functions.shared import clients
from infra.functions.shared import tables as items_of_tables
from tests.functions import cloud
from tests.functions.conftest import Tables, Written
from tests.functions.shapes import connect, context, disconnect, message


def call(event: dict[str, Any]) -> Any:
    return connection.handler(event, context())


def test_an_opened_socket_is_on_record_for_two_hours(tables: Tables, written: Written) -> None:
    began = int(time.time())
    assert call(connect("socket-1", "client-7")) == {"statusCode": 200}
    ended = int(time.time())
    (item,) = cloud.items(tables.connections)
    assert set(item) == {"connection_id", "principal", "connected_at", "expires_at"}
    assert (item["connection_id"], item["principal"]) == ("socket-1", "client-7")
    assert began + 7200 <= int(item["expires_at"]) <= ended + 7200
    assert item["connected_at"].startswith("20")
    assert written.metrics["ConnectionsOpened"] == 1
    assert written.lines[-1]["correlation_id"] == "socket-1"


def test_a_browser_is_told_that_its_protocol_was_chosen_and_never_the_token(tables: Tables, written: Written) -> None:
    answer = call(connect("socket-1", protocol="touchstone, eyJhbGciOiJIUzUxMiJ9.e30.c2lnbmF0dXJl"))
    assert answer == {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "touchstone"}}
    assert call(connect("socket-2", protocol="mqtt")) == {"statusCode": 200}
    assert "eyJ" not in written.text
    assert "eyJ" not in str(cloud.items(tables.connections))


@pytest.mark.parametrize("topics", [0, 1, 25, 60])
def test_a_closed_socket_is_forgotten_with_all_it_listened_to(tables: Tables, topics: int) -> None:
    for name in ("socket-1", "socket-2"):
        call(connect(name))
        for number in range(topics):
            items_of_tables.put(tables.subscriptions, {"connection_id": name, "topic": f"aave:topic-{number}"})
    assert call(disconnect("socket-1")) == {"statusCode": 200}
    assert [item["connection_id"] for item in cloud.items(tables.connections)] == ["socket-2"]
    assert [item["connection_id"] for item in cloud.items(tables.subscriptions)] == ["socket-2"] * topics
    assert call(disconnect("socket-1")) == {"statusCode": 200}, "a second time changes nothing"


class Reluctant:
    """A DynamoDB that leaves half of each batch undone, as it may."""

    def __init__(self, always: bool) -> None:  # noqa: FBT001
        self.always = always
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(clients.client("dynamodb"), name)

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        ((table, requests),) = RequestItems.items()
        self.asked.append(len(requests))
        done = 0 if self.always else (len(requests) + 1) // 2
        if done:
            clients.client("dynamodb").batch_write_item(RequestItems={table: requests[:done]})
        return {"UnprocessedItems": {table: requests[done:]} if requests[done:] else {}}


@pytest.mark.parametrize("always", [False, True])
def test_what_a_batch_left_undone_is_done_again_or_said(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, *, always: bool
) -> None:
    for number in range(30):
        items_of_tables.put(tables.subscriptions, {"connection_id": "socket-1", "topic": f"aave:topic-{number}"})
    reluctant = Reluctant(always)
    monkeypatch.setattr(items_of_tables, "client", lambda _: reluctant)
    monkeypatch.setattr(items_of_tables, "sleep", lambda _: None)
    if always:
        with pytest.raises(items_of_tables.UndoneError, match="25 items of a batch were left undone 6 times"):
            call(disconnect("socket-1"))
        return
    call(disconnect("socket-1"))
    assert reluctant.asked == [25, 12, 6, 3, 1, 5, 2, 1]
    assert cloud.items(tables.subscriptions) == []


def test_a_route_without_an_authorizer_or_of_another_name_is_an_error(tables: Tables, written: Written) -> None:
    naked = connect("socket-1")
    del naked["requestContext"]["authorizer"]
    with pytest.raises(ValueError, match="expected an authorizer"):
        call(naked)
    with pytest.raises(ValueError, match="expected the route"):
        call(message("subscribe", "socket-1", {}))
    assert cloud.items(tables.connections) == []
    assert written.metrics["HandlerFailures"] == 2
