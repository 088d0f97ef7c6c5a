"""History is given newest first, page by page, each alert once; the cache only makes it quicker."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fixtures.mock_cloud.databases.authority import Authority
from infra.functions import alert as recording
from infra.functions import query
from infra.functions.shared.cache import Cache as Client
from infra.functions.shared.cache import CacheSettings, VerifiedConnection
from tests.functions.conftest import Written
from tests.functions.shapes import alert, batch, context, message
from tests.functions.stores import Cache, Database

pytestmark = pytest.mark.servers
TOPIC = "aave:liquidation"


def send(body: Any) -> dict[str, Any]:
    answer = query.handler(message("query", "socket-1", body), context())
    assert answer["statusCode"] == 200
    assert len(answer["body"]) < 128 * 1024
    said: dict[str, Any] = json.loads(answer["body"])
    return said


def ask(**more: Any) -> dict[str, Any]:
    return send({"action": "query", "topic": TOPIC, **more})


def record(*alerts: dict[str, Any]) -> None:
    assert recording.handler(batch(*alerts), context()) == {"batchItemFailures": []}


@pytest.fixture
def history(request: pytest.FixtureRequest, cached: Cache) -> list[dict[str, Any]]:
    """Alerts, newest first; several are of one instant."""
    for store in ("stored", "tables"):
        request.getfixturevalue(store)
    seconds = [0, 1, 1, 1, 2, 3, 3]
    made = [alert(raised_at=f"2026-11-28T10:00:0{second}.000000Z", usd=second + 0.25) for second in seconds]
    record(*made, alert(topic="aave:borrow"))
    assert cached.server.keys() == []
    return sorted(made, key=lambda one: (one["raised_at"], one["alert_id"]), reverse=True)


def test_the_newest_come_first_as_they_were_told(history: list[dict[str, Any]], written: Written) -> None:
    assert ask() == {"status": "ok", "topic": TOPIC, "alerts": history, "before": None}
    assert written.metrics["QueriesAnswered"] == 1
    assert written.lines[-1]["correlation_id"] == "socket-1"


def test_pages_give_each_alert_once(history: list[dict[str, Any]]) -> None:
    for limit in (1, 2, 3, 5, 7, 100):
        assert walked(limit) == history


def walked(limit: int) -> list[dict[str, Any]]:
    """All alerts of a topic, page by page."""
    found, before = list[dict[str, Any]](), None
    for _ in range(20):
        page = ask(limit=limit, **({} if before is None else {"before": before}))
        assert len(page["alerts"]) <= limit
        found += page["alerts"]
        before = page["before"]
        if before is None:
            return found
    raise AssertionError("the pages have no end")


def test_an_instant_says_where_a_page_begins(history: list[dict[str, Any]]) -> None:
    page = ask(before="2026-11-28T11:00:01+01:00")
    assert page["alerts"] == [one for one in history if one["raised_at"] < "2026-11-28T10:00:01"]
    assert ask(before="1999-01-01T00:00:00Z")["alerts"] == []


@pytest.mark.usefixtures("stored", "cached", "tables")
def test_a_page_is_never_larger_than_an_answer_can_be() -> None:
    made = [alert(payload={"x": "y" * 16_000}, raised_at=f"2026-11-28T10:00:{n:02}.000000Z") for n in range(10)]
    record(*made)
    first = ask(limit=100)
    assert 0 < len(first["alerts"]) < 10
    second = ask(limit=100, before=first["before"])
    assert first["alerts"] + second["alerts"] == made[::-1]


def test_a_second_look_comes_from_the_cache_under_our_prefix(
    history: list[dict[str, Any]], stored: Database, cached: Cache, written: Written
) -> None:
    first = ask(limit=3)
    stored.server.ask("TRUNCATE alerts")
    assert ask(limit=3) == first
    assert first["alerts"] == history[:3]
    assert (written.metrics["CacheHits"], written.metrics["CacheMisses"]) == (1, 1)
    assert ask(limit=2)["alerts"] == [], "another question"
    keys = cached.server.keys()
    assert {key.split(":")[0] for key in keys} == {"touchstone"}
    assert all(0 < cached.server.ttl(key) <= 60 for key in keys)


def test_a_cache_that_is_down_is_done_without(
    history: list[dict[str, Any]], cached: Cache, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    knocks = list[object]()
    connected: Any = VerifiedConnection._connect

    def connect(self: VerifiedConnection) -> Any:
        knocks.append(self)
        return connected(self)

    monkeypatch.setattr(VerifiedConnection, "_connect", connect)
    with cached.door.shut():
        assert ask()["alerts"] == history
    assert len(knocks) == 2, "it is knocked at once for each, and not again and again"
    assert written.metrics["CacheFailures"] == 2, "when it was asked, and when it was told"
    assert ask()["alerts"] == history
    assert written.metrics["CacheFailures"] == 2
    assert "HandlerFailures" not in written.metrics


def test_a_connection_to_the_cache_that_died_is_made_anew(
    history: list[dict[str, Any]], cached: Cache, written: Written
) -> None:
    assert ask()["alerts"] == history
    cached.door.drop()
    assert ask()["alerts"] == history
    assert written.metrics["CacheHits"] == 1
    assert "CacheFailures" not in written.metrics
    assert len(cached.door.tokens) == 2


@pytest.mark.parametrize(
    "rubbish", ["", "{", "[]", '{"alerts": [{}], "before": null}', '{"alerts": [], "before": null, "x": 1}']
)
def test_what_the_cache_should_not_hold_is_not_believed(
    history: list[dict[str, Any]], cached: Cache, written: Written, rubbish: str
) -> None:
    ask()
    (key,) = cached.server.keys()
    cached.server.set(key, rubbish)
    assert ask()["alerts"] == history
    assert written.metrics["CacheFailures"] == 1
    assert json.loads(cached.server.get(key))["alerts"] == history, "it is put right"


def test_a_database_that_is_down_is_told_without_details(
    history: list[dict[str, Any]], stored: Database, written: Written
) -> None:
    assert ask(limit=2)["alerts"] == history[:2]
    with stored.door.shut():
        assert ask(limit=2)["alerts"] == history[:2], "the cache still knows"
        assert ask() == {"status": "error", "error": "the history cannot be had at the moment: try again later"}
    assert written.metrics["DatabaseFailures"] == 1
    assert "HandlerFailures" not in written.metrics
    assert ask()["alerts"] == history


BAD: dict[str, Any] = {
    "nothing": None,
    "no JSON": "history please",
    "no topic": {"action": "query"},
    "a topic with a quote": {"action": "query", "topic": "aave:x' OR '1'='1"},
    "too many": {"action": "query", "topic": TOPIC, "limit": 101},
    "none": {"action": "query", "topic": TOPIC, "limit": 0},
    "some": {"action": "query", "topic": TOPIC, "limit": "10"},
    "half of one": {"action": "query", "topic": TOPIC, "limit": 1.5},
    "before no instant": {"action": "query", "topic": TOPIC, "before": "yesterday"},
    "before an instant of no place": {"action": "query", "topic": TOPIC, "before": "2026-11-28T10:00:00"},
    "before no alert": {"action": "query", "topic": TOPIC, "before": "2026-11-28T10:00:00Z~1' OR '1'='1"},
    "before a number": {"action": "query", "topic": TOPIC, "before": {"x": 1}},
    "more than is known": {"action": "query", "topic": TOPIC, "table": "pg_user"},
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_reaches_neither_store(case: str, stored: Database, cached: Cache, written: Written) -> None:
    said = send(BAD[case])
    assert said["status"] == "error"
    assert "OR" not in said["error"]
    assert written.metrics["RequestsRefused"] == 1
    assert stored.door.tokens == cached.door.tokens == []


def failure(written: Written) -> str:
    (line,) = [line for line in written.lines if line["level"] == "WARNING"]
    return f"{line['error']}: {line['said']}"


def test_the_password_of_the_cache_is_a_signed_token_and_no_line_shows_it(cached: Cache, written: Written) -> None:
    kept = Client(CacheSettings.read())
    kept.put("x", "y")
    assert kept.get("x") == b"y"
    (token,) = cached.door.tokens
    assert token.startswith(
        "touchstone-dev-valkey/?Action=connect&User=touchstone-dev-valkey-functions&X-Amz-Algorithm"
    )
    assert "http" not in token
    with cached.door.shut():
        kept.get("x")
    for part in (token, token.rpartition("=")[2]):
        assert part not in written.text
    kept.close()


def test_the_user_of_the_cache_may_touch_no_other_keys(
    cached: Cache, monkeypatch: pytest.MonkeyPatch, written: Written
) -> None:
    monkeypatch.setattr("infra.functions.shared.cache.PREFIX", "other:")
    assert Client(CacheSettings.read()).get("x") is None
    assert failure(written).startswith("NoPermissionError")
    assert not cached.door.refused


def test_a_token_for_another_cache_or_of_somebody_else_is_turned_away(
    cached: Cache, monkeypatch: pytest.MonkeyPatch, written: Written
) -> None:
    monkeypatch.setenv("CACHE_NAME", "touchstone-prod-valkey")
    assert Client(CacheSettings.read()).get("x") is None
    assert failure(written).startswith("AuthenticationError")
    assert set(cached.door.refused) == {"for touchstone-prod-valkey/, and not for touchstone-dev-valkey/"}
    monkeypatch.undo()


def test_a_cache_that_another_authority_certified_is_not_spoken_to(
    cached: Cache, monkeypatch: pytest.MonkeyPatch, written: Written
) -> None:
    another = Authority.make(cached.authority.file.parent, "other")
    for file in (str(another.file), ""):
        monkeypatch.setenv("CACHE_CA_FILE", file)
        assert Client(CacheSettings.read()).get("x") is None
    monkeypatch.setenv("CACHE_CA_FILE", str(cached.authority.file))
    monkeypatch.setenv("CACHE_ENDPOINT", "127.0.0.1")
    assert Client(CacheSettings.read()).get("x") is None
    told = [line for line in written.lines if line["level"] == "WARNING"]
    assert len(told) == 3
    assert all("certificate verify failed" in line["said"] for line in told)
    assert cached.door.tokens == []
