"""An event becomes one alert if somebody listens, however often it comes; a bad message keeps nobody else waiting."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.functions import ingest
from infra.functions.shared import tables as items_of_tables
from infra.functions.shared.models import Alert, Event
from tests.functions.cloud import Topic, failing
from tests.functions.conftest import Tables, Written
from tests.functions.shapes import batch, context, event, ids

DONE: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    made = Topic()
    monkeypatch.setenv("ALERT_TOPIC_ARN", made.arn)
    return made


def listen(tables: Tables, topic: str = "aave:liquidation", connection: str = "socket-1", **more: Any) -> None:
    item = {"connection_id": connection, "topic": topic, "expires_at": int(time.time()) + 100}
    items_of_tables.put(tables.subscriptions, item | more)


def deliver(*bodies: Any) -> Any:
    return ingest.handler(batch(*bodies), context())


def test_an_event_that_somebody_listens_to_becomes_one_alert(tables: Tables, topic: Topic, written: Written) -> None:
    listen(tables)
    listen(tables, connection="socket-2")
    happened = event()
    assert deliver(happened) == DONE
    (alert,) = topic.messages()
    assert set(alert) == {"alert_id", "event_id", "topic", "raised_at", "usd", "payload"}
    assert alert["alert_id"] == Event.model_validate_json(json.dumps(happened)).alert_id
    assert {name: alert[name] for name in ("event_id", "topic", "usd", "payload")} == {
        name: happened[name] for name in ("event_id", "topic", "usd", "payload")
    }
    assert Alert.model_validate_json(json.dumps(alert)).usd == Decimal("250000.50")
    assert written.metrics["AlertsRaised"] == 1
    assert written.lines[-1]["correlation_id"] == alert["alert_id"]


def test_the_same_event_delivered_twice_gives_one_alert(tables: Tables, topic: Topic) -> None:
    listen(tables)
    happened = event()
    assert deliver(happened, happened) == DONE
    assert deliver(happened) == DONE
    assert len(topic.messages()) == 1
    assert topic.messages() == []


@pytest.mark.parametrize(
    ("subscription", "heard"),
    [
        ({}, True),
        ({"minimum_usd": Decimal("250000.50")}, True),
        ({"minimum_usd": Decimal("250000.51")}, False),
        ({"topic": "aave:borrow"}, False),
        ({"expires_at": 1}, False),
    ],
)
def test_only_what_somebody_wants_to_hear_is_raised(
    tables: Tables, topic: Topic, written: Written, subscription: dict[str, Any], *, heard: bool
) -> None:
    listen(tables, **subscription)
    assert deliver(event()) == DONE
    assert len(topic.messages()) == int(heard)
    assert written.metrics.get("EventsUnmatched", 0) == int(not heard)


def test_one_listener_behind_many_who_do_not_care_is_found(tables: Tables, topic: Topic) -> None:
    for number in range(40):
        listen(tables, connection=f"socket-{number:02}", minimum_usd=10**9, padding="x" * 40_000)
    listen(tables, connection="socket-99")
    assert deliver(event()) == DONE
    assert len(topic.messages()) == 1


def test_what_the_topic_did_not_take_comes_again(tables: Tables, topic: Topic, written: Written) -> None:
    listen(tables)
    sent = batch(event())
    with failing("sns", "Publish"):
        assert ingest.handler(sent, context()) == ids(sent, 0)
    assert written.metrics["MessagesFailed"] == 1
    assert ingest.handler(sent, context()) == DONE
    assert len(topic.messages()) == 1


BAD: dict[str, Any] = {
    "no JSON": "{",
    "nothing": "",
    "a list": [],
    "a notification of SNS around it": {"Type": "Notification", "Message": json.dumps(event())},
    "no id": {name: value for name, value in event().items() if name != "event_id"},
    "an empty id": event(event_id=""),
    "an id too long": event(event_id="x" * 129),
    "an id with a space": event(event_id="a b"),
    "a protocol that is a number": event(protocol=1),
    "a topic of no protocol": event(topic="liquidation"),
    "no instant": event(occurred_at="yesterday"),
    "an instant of no place": event(occurred_at="2026-11-28T10:00:00"),
    "an instant beyond the calendar": event(occurred_at="9999-12-31T23:59:59-23:59"),
    "less than nothing": event(usd=-0.01),
    "more than there is": event(usd=1e15),
    "no number": json.dumps(event()).replace("250000.5", "NaN"),
    "true": event(usd=True),
    "a payload that is text": event(payload="text"),
    "a payload too large": event(payload={"x": "y" * 16_400}),
    "a payload with infinity": json.dumps(event()).replace('"0xabc"', "Infinity"),
    "a payload with NUL": event(payload={"x": "\0"}),
    "a payload with half a character": json.dumps(event()).replace("0xabc", "\\ud800"),
    "a payload too deep": json.dumps(event()).replace('"0xabc"', "[" * 300 + "]" * 300),
    "more than is known": event(alert_id="0" * 32),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_message_comes_again_and_its_neighbours_do_not(
    case: str, tables: Tables, topic: Topic, written: Written
) -> None:
    listen(tables)
    sent = batch(event(), BAD[case], event())
    assert ingest.handler(sent, context()) == ids(sent, 1)
    assert len(topic.messages()) == 2
    assert written.metrics["MessagesRefused"] == 1
    assert written.metrics["EventsReceived"] == 2
    told = [line for line in written.lines if line["level"] == "ERROR"]
    assert [line["correlation_id"] for line in told] == [sent["Records"][1]["messageId"]]


@pytest.mark.usefixtures("tables", "topic")
def test_a_batch_of_nothing_but_poison_is_a_partial_answer_too() -> None:
    sent = batch("{", "{")
    assert ingest.handler(sent, context()) == ids(sent, 0, 1)


PAYLOADS = st.dictionaries(
    st.text(max_size=20),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=10,
    ),
    max_size=5,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(payload=PAYLOADS, usd=st.decimals(0, 10**13, places=2), noise=st.binary(max_size=20))
def test_an_alert_reads_back_as_it_was_written(payload: dict[str, Any], usd: Decimal, noise: bytes) -> None:
    text = json.dumps(event(payload=payload, usd=float(usd)))
    try:
        happened = Event.model_validate_json(text)
    except ValueError:
        assert "\\u0000" in text or "\\ud" in text
        return
    assert happened.usd == usd
    alert = Alert(
        alert_id=happened.alert_id,
        event_id=happened.event_id,
        topic=happened.topic,
        raised_at=happened.occurred_at,
        usd=happened.usd,
        payload=happened.payload,
    )
    assert Alert.model_validate_json(alert.model_dump_json()) == alert
    with pytest.raises(ValueError, match=r"JSON|json"):
        Event.model_validate_json(text[:-1].encode() + noise.replace(b"}", b"") + b"\x00")
