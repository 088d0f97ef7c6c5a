"""An alert is recorded once in both places, over verified TLS and with a token that IAM would accept."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from fixtures.mock_cloud.databases.authority import Authority
from infra.functions import alert as function
from infra.functions.shared.clients import client, session
from infra.functions.shared.database import DatabaseError, DatabaseSettings, database
from tests.functions import cloud
from tests.functions.cloud import failing
from tests.functions.conftest import Tables, Written
from tests.functions.shapes import alert, batch, context, ids
from tests.functions.stores import Database

pytestmark = pytest.mark.servers
DONE: dict[str, Any] = {"batchItemFailures": []}


def record(*bodies: Any) -> Any:
    return function.handler(batch(*bodies), context())


def rows(stored: Database) -> list[dict[str, Any]]:
    """All that is in the history, oldest first."""
    text = stored.server.ask("SELECT coalesce(json_agg(a ORDER BY raised_at), '[]') FROM alerts a")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def test_an_alert_is_in_the_history_and_for_a_day_at_hand(stored: Database, tables: Tables, written: Written) -> None:
    said = alert(payload={"borrower": "0xabc", "quote": 'it\'s "ü" \\ 💧', "deep": [1, 2.5, None, {"x": True}]})
    began = int(time.time())
    assert record(said) == DONE
    ended = int(time.time())
    (row,) = rows(stored)
    assert {name: row[name] for name in ("alert_id", "event_id", "topic", "usd", "payload")} == {
        name: said[name] for name in ("alert_id", "event_id", "topic", "usd", "payload")
    }
    assert row["raised_at"].startswith("2026-11-28T10:00:01")
    (item,) = cloud.items(tables.alerts)
    assert item["raised_at"] == f"2026-11-28T10:00:01.000000Z~{said['alert_id']}"
    assert json.loads(item["payload"]) == said["payload"]
    assert began + 86_400 <= int(item["expires_at"]) <= ended + 86_400
    assert written.metrics["AlertsRecorded"] == 1
    assert written.lines[-1]["correlation_id"] == said["alert_id"]


def test_the_same_alert_twice_is_recorded_once(stored: Database, tables: Tables) -> None:
    same = alert()
    assert record(same, same) == DONE
    assert record(same) == DONE
    client("dynamodb").delete_item(
        TableName=tables.idempotency,
        Key={"id": client("dynamodb").scan(TableName=tables.idempotency)["Items"][0]["id"]},
    )
    assert record(same) == DONE, "also when nobody remembers"
    assert len(rows(stored)) == len(cloud.items(tables.alerts)) == 1


def test_two_alerts_of_one_instant_are_two(stored: Database, tables: Tables) -> None:
    assert record(alert(), alert()) == DONE
    assert len(rows(stored)) == len(cloud.items(tables.alerts)) == 2


def test_whoever_is_cut_off_between_the_places_begins_again(stored: Database, tables: Tables) -> None:
    sent = batch(alert())
    real = client("dynamodb").put_item
    with pytest.MonkeyPatch.context() as patch:

        def half(TableName: str, **more: Any) -> Any:  # noqa: N803
            if TableName == tables.alerts:
                raise ConnectionError
            return real(TableName=TableName, **more)

        patch.setattr(client("dynamodb"), "put_item", half)
        assert function.handler(sent, context()) == ids(sent, 0)
    assert (len(rows(stored)), len(cloud.items(tables.alerts))) == (1, 0)
    assert function.handler(sent, context()) == DONE
    assert (len(rows(stored)), len(cloud.items(tables.alerts))) == (1, 1)


def test_a_bad_message_comes_again_and_its_neighbours_do_not(stored: Database, tables: Tables) -> None:
    sent = batch(alert(), "{", alert(usd="a lot"), alert())
    assert function.handler(sent, context()) == ids(sent, 1, 2)
    assert len(rows(stored)) == len(cloud.items(tables.alerts)) == 2


def test_a_database_that_is_down_makes_it_come_again(stored: Database, tables: Tables, written: Written) -> None:
    sent = batch(alert())
    with stored.door.shut():
        assert function.handler(sent, context()) == ids(sent, 0)
    assert cloud.items(tables.alerts) == []
    assert written.metrics["DatabaseFailures"] == 1
    assert function.handler(sent, context()) == DONE
    assert len(rows(stored)) == 1


def test_without_its_memory_it_records_nothing(stored: Database, tables: Tables) -> None:
    sent = batch(alert())
    with failing("dynamodb", "PutItem"):
        assert function.handler(sent, context()) == ids(sent, 0)
    assert (rows(stored), cloud.items(tables.alerts)) == ([], [])


def test_a_connection_is_kept_and_one_that_died_is_made_anew(stored: Database, tables: Tables) -> None:
    assert record(alert()) == record(alert()) == DONE
    assert len(stored.door.tokens) == 1
    stored.door.drop()
    assert record(alert()) == DONE
    assert len(stored.door.tokens) == 2
    assert len(rows(stored)) == 3
    assert len(cloud.items(tables.alerts)) == 3
    assert not stored.door.refused


@pytest.mark.usefixtures("tables")
def test_the_password_is_a_signed_token_and_no_line_shows_it(stored: Database, written: Written) -> None:
    assert record(alert()) == DONE
    (token,) = stored.door.tokens
    assert token.startswith(
        f"localhost:{stored.door.port}/?Action=connect&DBUser=touchstone_functions&X-Amz-Algorithm="
    )
    with stored.door.shut():
        record(alert())
    for part in (token, token.rpartition("=")[2]):
        assert part not in written.text


def refused() -> str:
    """Say why a statement could not be run."""
    with pytest.raises(DatabaseError) as found:
        database(DatabaseSettings.read()).run("SELECT 1")
    return str(found.value)


def test_a_token_of_somebody_else_is_turned_away(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    client.cache_clear()
    session.cache_clear()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    assert refused() == "DatabaseError"
    assert stored.door.refused == ["the signature is another one"]
    monkeypatch.undo()
    client.cache_clear()
    session.cache_clear()


def test_a_server_that_another_authority_certified_is_not_spoken_to(
    stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = Authority.make(stored.authority.file.parent, "another")
    for file in (str(another.file), ""):
        monkeypatch.setenv("DATABASE_CA_FILE", file)
        assert refused() == "SSLCertVerificationError"
    monkeypatch.setenv("DATABASE_CA_FILE", "/nowhere/ca.pem")
    assert refused() == "FileNotFoundError"
    assert stored.door.tokens == []


def test_a_server_of_another_name_is_not_spoken_to(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_ENDPOINT", "127.0.0.1")
    assert refused() == "SSLCertVerificationError"
    assert stored.door.tokens == []


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM alerts", "UPDATE alerts SET usd = 0", "TRUNCATE alerts", "DROP TABLE alerts", "CREATE TABLE x ()"],
)
def test_nothing_that_is_recorded_can_be_changed_by_the_functions_user(
    stored: Database, written: Written, statement: str
) -> None:
    with pytest.raises(DatabaseError):
        database(DatabaseSettings.read()).run(statement)
    assert "permission denied" in written.text or "must be owner" in written.text
    assert not stored.door.refused


@pytest.mark.usefixtures("stored")
def test_every_statement_has_a_limit() -> None:
    assert database(DatabaseSettings.read()).run("SHOW statement_timeout") == [["5s"]]
