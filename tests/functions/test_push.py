"""Every listener gets an alert once; who is gone is forgotten, and who could not be reached is tried again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from infra.functions import push
from infra.functions.shared import clients
from infra.functions.shared import tables as items_of_tables
from tests.functions import cloud
from tests.functions.client_sockets import Sockets, sockets
from tests.functions.cloud import failing
from tests.functions.conftest import Tables, Written
from tests.functions.shapes import alert, batch, context, ids

DONE: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture(scope="module")
def api() -> Iterator[Sockets]:
    with sockets("/dev") as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", found.endpoint)
        clients.client.cache_clear()
        yield found
    clients.client.cache_clear()


@pytest.fixture
def clients_of(api: Sockets, tables: Tables) -> Iterator[Sockets]:
    """Three clients: two listen, the third only to what is worth a million."""
    for name, more in {"one=": {}, "two=": {}, "rich=": {"minimum_usd": Decimal(1_000_000)}}.items():
        expires = {"expires_at": int(time.time()) + 100}
        items_of_tables.put(tables.connections, {"connection_id": name, "principal": "client", **expires})
        for topic in ("aave:liquidation", "aave:borrow"):
            item = {"connection_id": name, "topic": topic, **expires, **more}
            items_of_tables.put(tables.subscriptions, item)
    yield api
    api.got.clear()
    api.status.clear()
    api.paths.clear()


def test_every_listener_gets_the_alert_as_it_is(clients_of: Sockets, written: Written) -> None:
    small, large = alert(), alert(usd=1_000_000)
    assert push.handler(batch(small, large), context()) == DONE
    assert clients_of.got == {"one=": [small, large], "two=": [small, large], "rich=": [large]}
    assert clients_of.paths[0] == "/dev/@connections/one%3D", "the standard variable says which API and stage"
    assert written.metrics["AlertsPushed"] == 5


def test_nobody_listens(clients_of: Sockets) -> None:
    assert push.handler(batch(alert(topic="lido:slashing")), context()) == DONE
    assert clients_of.got == {}


def test_who_is_gone_is_forgotten_with_all_he_listened_to(
    clients_of: Sockets, tables: Tables, written: Written
) -> None:
    clients_of.status["one="] = 410
    assert push.handler(batch(alert()), context()) == DONE
    assert set(clients_of.got) == {"two="}
    assert {item["connection_id"] for item in cloud.items(tables.connections)} == {"two=", "rich="}
    assert {item["connection_id"] for item in cloud.items(tables.subscriptions)} == {"two=", "rich="}
    assert written.metrics["ConnectionsGone"] == 1
    assert "PushFailures" not in written.metrics


@pytest.mark.parametrize("status", [429, 403, 500])
def test_who_could_not_be_reached_is_tried_again_and_nobody_else(
    clients_of: Sockets, written: Written, status: int
) -> None:
    clients_of.status["one="] = status
    sent = batch(alert(), alert(topic="lido:slashing"))
    assert push.handler(sent, context()) == ids(sent, 0)
    assert set(clients_of.got) == {"two="}, "a client behind one that fails is reached"
    assert written.metrics["PushFailures"] == 1
    clients_of.status.clear()
    assert push.handler(sent, context()) == DONE
    assert {name: len(got) for name, got in clients_of.got.items()} == {"one=": 1, "two=": 1}


def test_the_same_alert_in_two_messages_is_pushed_once(clients_of: Sockets) -> None:
    same = alert()
    assert push.handler(batch(same, same), context()) == DONE
    assert push.handler(batch(same), context()) == DONE
    assert {name: len(got) for name, got in clients_of.got.items()} == {"one=": 1, "two=": 1}


def test_without_its_tables_it_pushes_to_nobody_and_says_so(clients_of: Sockets, written: Written) -> None:
    sent = batch(alert())
    for operation in ("Query", "PutItem"):
        with failing("dynamodb", operation):
            assert push.handler(sent, context()) == ids(sent, 0)
    assert clients_of.got == {}
    assert written.metrics["MessagesFailed"] == 2
    assert push.handler(sent, context()) == DONE


def test_a_bad_message_comes_again_and_its_neighbours_do_not(clients_of: Sockets) -> None:
    sent = batch("{", alert(alert_id="short"), alert())
    assert push.handler(sent, context()) == ids(sent, 0, 1)
    assert set(clients_of.got) == {"one=", "two="}
