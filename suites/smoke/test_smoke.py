"""Ten things that the platform does; each says in one line what was expected and what was found."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from suites.smoke.saying import CannotTellError, MissedError, expect, needed

if TYPE_CHECKING:
    from suites.smoke.client import Client
    from suites.smoke.platform import Platform

Say = Callable[[str], None]
DEAD_LETTERS: Final = ("EventDeadLetterQueueArn", "AlertDeadLetterQueueArn", "PushDeadLetterQueueArn")
LARGEST_PAGE: Final = 100
ATTEMPTS: Final = 3


def test_a_client_connects(platform: Platform, say: Say) -> None:
    """Who shows a token of ours gets a socket."""
    with platform.opened(platform.token()) as found:
        if isinstance(found, str):
            raise MissedError(f"expected an open socket at {platform.host}; found {found}")
        expect(found.subprotocol == "touchstone", "the subprotocol touchstone", found.subprotocol)
    say(f"{platform.host} opens a socket and speaks touchstone")


def test_a_bad_token_is_refused(platform: Platform, say: Say) -> None:
    """Who shows none, or one that somebody else signed, does not; it means something where a good one is let in."""
    with platform.connected():
        pass
    for what, token in (("a token that somebody else signed", platform.token("k" * 64)), ("no token", None)):
        with platform.opened(token) as found:
            refused = found in ("HTTP 401", "HTTP 403")  # by API Gateway itself, or by the authorizer's policy
            expect(refused, f"HTTP 401 or 403 for {what}", found if isinstance(found, str) else "an open socket")
    say("a token that somebody else signed, and none, are each refused")


def test_a_client_subscribes(platform: Platform, say: Say) -> None:
    """A client may listen to a topic."""
    topic = platform.topic()
    with platform.connected() as client:
        client.subscribe(topic)
    say(f"subscribed to {topic}")


def test_an_event_becomes_an_alert_that_is_pushed(platform: Platform, say: Say) -> None:
    """What a publisher tells comes to the client who listens, as it was told."""
    topic, begun = platform.topic(), time.monotonic()
    with platform.connected() as client:
        with needed("a subscription"):
            client.subscribe(topic)
        event = platform.publish(topic)
        alert = client.alert(event["event_id"])
    for name in ("topic", "usd", "payload"):
        expect(alert.get(name) == event[name], f"{name} of the alert as published: {event[name]}", alert.get(name))
    say(f"pushed {time.monotonic() - begun:.1f} s after the socket was asked for")


def test_a_query_is_answered(platform: Platform, say: Say) -> None:
    """The history of a topic can be asked for, and that of a new one is empty."""
    with platform.connected() as client:
        page = client.history(platform.topic(), 1)
    expect(page["alerts"] == [], "an empty page of a topic that is new", page["alerts"])
    say("a page of history was given")


def test_no_dead_letters_wait(platform: Platform, say: Say) -> None:
    """Nothing was set aside that nobody has looked at."""
    found = {output: platform.letters(output) for output in DEAD_LETTERS}
    waiting = {output: number for output, number in found.items() if number}
    expect(not waiting, "no message in any dead-letter queue", waiting)
    say(f"{len(found)} dead-letter queues are empty")


def test_the_cache_gives_what_it_was_given(platform: Platform, say: Say) -> None:
    """A page that is kept does not know yet what the database knows already."""
    seconds = int(platform.environment.parameters["CacheSeconds"])
    for _ in range(ATTEMPTS):
        topic, begun = platform.topic(), time.monotonic()
        with platform.connected() as client:
            with needed("a history that grows"):
                before = client.history(topic, LARGEST_PAGE)
                _recorded(platform, client, topic)
            again = client.history(topic, LARGEST_PAGE)
        took = time.monotonic() - begun
        if took < seconds:
            expect(again == before, f"the page that was given {took:.1f} s ago, as the cache keeps it", again)
            say(f"the page of {took:.1f} s ago came again; the cache keeps it {seconds} s")
            return
    raise CannotTellError(f"the cache keeps a page {seconds} s, and it took {took:.1f} s to ask again")


def test_the_database_keeps_what_it_was_given(platform: Platform, say: Say) -> None:
    """An alert is in the history, on a page that no cache can have."""
    begun = time.monotonic()
    with platform.connected() as client:
        alert = _recorded(platform, client, platform.topic())
    say(f"alert {alert['alert_id']} is in the history {time.monotonic() - begun:.1f} s after the socket was asked for")


def test_metrics_arrive(platform: Platform, say: Say) -> None:
    """What is counted comes to CloudWatch."""
    with platform.connected():
        pass
    for metric, service in (("ConnectionsAuthorized", "authorizer"), ("ConnectionsOpened", "connection")):
        found = platform.eventually(lambda: platform.counted(metric, service))  # noqa: B023  it is called at once
        expect(found, f"{metric} of {service} to be counted", f"none: waited {platform.wait:g} s for it")
    say("ConnectionsAuthorized and ConnectionsOpened are counted")


def test_a_log_line_is_json_with_a_correlation_id(platform: Platform, say: Say) -> None:
    """What is logged about a client can be found and followed."""
    with platform.connected():
        pass
    found = platform.eventually(lambda: platform.log_lines("connection", platform.principal))
    expect(found, f"a line of connection about {platform.principal}", f"none: waited {platform.wait:g} s for it")
    for line in found:
        read = _object(line)
        expect(read, "a line that is a JSON object", line[:100])
        for key in ("correlation_id", "level", "message", "service", "timestamp"):
            expect(read.get(key), f"a line with {key}", f"{sorted(read)}")
    say(f"{len(found)} lines about this run are JSON and have a correlation id")


def _recorded(platform: Platform, client: Client, topic: str) -> dict[str, Any]:
    """Subscribe, publish, and return the alert as the history has it; no page is asked for twice, so none is kept."""
    with needed("a subscription"):
        client.subscribe(topic)
    event, limits = platform.publish(topic), count(1)

    def look() -> Any:
        page = client.history(topic, next(limits) % (LARGEST_PAGE - 1) + 1)
        return [alert for alert in page["alerts"] if alert.get("event_id") == event["event_id"]]

    found = platform.eventually(look)
    expect(found, f"the alert of event {event['event_id']} in the history", f"none: waited {platform.wait:g} s for it")
    (alert,) = found
    expect(alert.get("payload") == event["payload"], f"its payload {event['payload']}", alert.get("payload"))
    return dict(alert)


def _object(line: str) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
