"""The smoke tests pass over a platform that works, and what is broken is found by the row that is about it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_cloud.process import running
from infra.artefacts import code_archive
from tests.mock_cloud.whole import Platform, standing
from tests.operations.rebuilt import changed
from tests.operations.typed import infra

pytestmark = pytest.mark.servers

CONNECTS, BAD_TOKEN, SUBSCRIBES = "a client connects", "a bad token is refused", "a client subscribes"
ALERT, QUERY = "an event becomes an alert that is pushed", "a query is answered"
LETTERS, CACHE = "no dead letters wait", "the cache gives what it was given"
DATABASE, METRICS = "the database keeps what it was given", "metrics arrive"
LOG = "a log line is json with a correlation id"
ALL = (CONNECTS, BAD_TOKEN, SUBSCRIBES, ALERT, QUERY, LETTERS, CACHE, DATABASE, METRICS, LOG)


@pytest.fixture(scope="module")
def platform(_shared_mock_cloud: None) -> Iterator[Platform]:
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder, running() as cloud:
        Path(folder).chmod(0o711)
        with standing(cloud, Path(folder)) as found:
            yield found


def smoke(
    platform: Platform, *options: str, edge: str | None = None, patience: str = "20s"
) -> tuple[int, dict[str, Any], str]:
    """Exit code, rows by name, and what else was said."""
    where = ("--endpoint", platform.account.endpoint, "--websocket", edge or platform.edge)
    ended = infra("smoke", "--env", "dev", *where, "--patience", patience, "--json", *options)
    assert ended.out, ended.err
    told = json.loads(ended.out)
    assert told["exit_code"] == ended.code
    rows = {row["name"]: row for row in told["tests"]}
    assert tuple(rows) == ALL
    assert all(row["found"] and row["found"].isprintable() for row in rows.values()), rows
    return ended.code, rows, ended.err


def odd(rows: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The rows that do not pass, and how."""
    return {name: row["verdict"] for name, row in rows.items() if row["verdict"] != "pass"}


@contextmanager
def broken(platform: Platform, function: str, file: str, old: str, new: str) -> Iterator[None]:
    """One function of other code behind its alias, while the block runs."""
    client, name = platform.client("lambda"), f"touchstone-dev-{function}"
    before = client.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    client.update_function_code(FunctionName=name, ZipFile=changed(code_archive(), file, old, new))
    version = client.publish_version(FunctionName=name, Description=f"{old} -> {new}"[:200])["Version"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    try:
        yield
    finally:
        client.update_alias(FunctionName=name, Name="live", FunctionVersion=before)


def test_a_platform_that_works_passes_all_ten(platform: Platform) -> None:
    code, rows, said = smoke(platform, "--record", patience="60s")
    assert (code, odd(rows)) == (0, {}), said
    assert rows[LETTERS]["found"] == "3 dead-letter queues are empty"
    assert (platform.database_door.refused, platform.cache_door.refused) == ([], [])
    assert platform.tell()["denied"] == []
    (kept,) = json.loads(infra("history", "--env", "dev", "--endpoint", platform.account.endpoint, "--json").out)
    assert (kept["action"], kept["done"], kept["told"]) == ("smoke", True, "10 pass")


def test_whoever_is_let_in_without_a_token_is_found_and_so_are_a_letter_and_a_function_that_throws(
    platform: Platform,
) -> None:
    letters = platform.outputs["AlertDeadLetterQueueArn"].rpartition(":")[2]
    url = platform.client("sqs").get_queue_url(QueueName=letters)["QueueUrl"]
    platform.client("sqs").send_message(QueueUrl=url, MessageBody='{"poison": 1}')
    with ExitStack() as stack:
        known = "_claims(_token(request), settings).sub"
        anybody = 'jwt.decode(_token(request), options={"verify_signature": False})["sub"]'
        stack.enter_context(broken(platform, "authorizer", "authorizer.py", known, anybody))
        reads = "settings, request = Settings.read()"
        stack.enter_context(broken(platform, "subscription", "subscription.py", reads, f"raise OSError\n    {reads}"))
        code, rows, said = smoke(platform)
    platform.client("sqs").purge_queue(QueueUrl=url)
    assert code == 1, said
    assert {name for name, verdict in odd(rows).items() if verdict == "fail"} == {BAD_TOKEN, LETTERS, SUBSCRIBES}
    assert (
        rows[BAD_TOKEN]["found"]
        == "expected HTTP 401 or 403 for a token that somebody else signed; found an open socket"
    )
    assert rows[LETTERS]["found"].endswith("found {'AlertDeadLetterQueueArn': 1}")
    assert "Internal server error" in rows[SUBSCRIBES]["found"]
    needs = {name: rows[name]["found"] for name, verdict in odd(rows).items() if verdict == "cannot tell"}
    assert set(needs) == {ALERT, CACHE, DATABASE}, said
    assert all("needs a subscription: expected the answer" in found for found in needs.values())


def test_a_cache_that_is_down_is_found_by_its_row_alone(platform: Platform) -> None:
    with platform.cache_door.shut():
        code, rows, said = smoke(platform)
    assert (code, odd(rows)) == (1, {CACHE: "fail"}), said
    assert "expected the page that was given" in rows[CACHE]["found"]


def test_a_database_that_is_down_is_found(platform: Platform) -> None:
    with platform.database_door.shut():
        code, rows, said = smoke(platform)
    assert (code, odd(rows)) == (1, {QUERY: "fail", CACHE: "cannot tell", DATABASE: "fail"}), said
    for name in (QUERY, DATABASE, CACHE):
        assert "the history cannot be had at the moment" in rows[name]["found"]


def test_alerts_that_are_not_pushed_and_logs_that_are_no_json_are_found(platform: Platform) -> None:
    written = 'return json.dumps(_shown(log), separators=(",", ":"))'
    with (
        broken(platform, "push", "push.py", "settings = Settings.read()", "raise OSError"),
        broken(platform, "connection", "shared/logger.py", written, "return str(_shown(log))"),
    ):
        code, rows, said = smoke(platform)
    assert (code, odd(rows)) == (1, {ALERT: "fail", LOG: "fail"}), said
    assert rows[ALERT]["found"].endswith("found none: waited 20 s for it")
    assert rows[LOG]["found"].startswith("expected a line that is a JSON object; found {'")


def test_what_cannot_be_reached_is_no_pass_and_no_failure(platform: Platform) -> None:
    code, rows, said = smoke(platform, edge="ws://127.0.0.1:9")
    assert code == 2, said
    assert {rows[name]["verdict"] for name in ALL if name != LETTERS} == {"cannot tell"}
    assert "127.0.0.1:9 cannot be reached: " in rows[CONNECTS]["found"]


def test_an_account_where_nothing_stands_cannot_be_told(platform: Platform) -> None:
    where = ("--endpoint", platform.account.endpoint, "--websocket", platform.edge)
    ended = infra("smoke", "--env", "staging", *where)
    assert ended.code == 2, ended.err
    assert ended.out.count("│ cannot tell │") == 10, ended.out
