"""An event comes in at one end of the deployed platform, and at the other end a client hears an alert."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fixtures.mock_cloud.process import running
from tests.functions.shapes import event
from tests.mock_cloud.running import ask, log_of, total
from tests.mock_cloud.whole import DOMAIN, Platform, standing
from tests.patience import PATIENCE, eventually

pytestmark = pytest.mark.servers
SUBSCRIBE = json.dumps({"action": "subscribe", "topic": "aave:liquidation"})


@pytest.fixture(scope="module")
def platform(_shared_mock_cloud: None) -> Iterator[Platform]:
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder, running() as cloud:
        Path(folder).chmod(0o711)
        with standing(cloud, Path(folder)) as found:
            yield found


def said(answer: str | bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer)
    return found


def messages(platform: Platform, function: str) -> list[str]:
    """What a function has logged."""
    lines = log_of(platform.account, f"/aws/lambda/touchstone-dev-{function}")
    return [str(found.get("message")) for found in map(json.loads, lines) if "message" in found]


def counted(platform: Platform, metric: str, service: str) -> float | None:
    """The sum of a metric of ours."""
    return total(platform.account, "Touchstone", metric, service=service, environment="dev")


def errors(platform: Platform, function: str) -> float | None:
    """How often Lambda has counted an error."""
    return total(platform.account, "AWS/Lambda", "Errors", FunctionName=f"touchstone-dev-{function}")


def publish(platform: Platform, **changes: Any) -> dict[str, Any]:
    happened = event(**changes)
    platform.client("sns").publish(TopicArn=platform.outputs["EventTopicArn"], Message=json.dumps(happened))
    return happened


def test_an_alert_travels(platform: Platform) -> None:
    with platform.connected() as client:
        assert client.subprotocol == "touchstone"
        client.send(SUBSCRIBE)
        assert said(client.recv(timeout=PATIENCE)) == {"status": "subscribed", "topic": "aave:liquidation"}
        happened = publish(platform)
        alert = said(client.recv(timeout=PATIENCE))
        assert (alert["event_id"], alert["usd"]) == (happened["event_id"], happened["usd"])

        question = {"action": "query", "topic": "aave:liquidation", "limit": 5}
        in_store = "SELECT count(*) FROM alerts"
        eventually(lambda: platform.history(in_store) == "1")
        for _ in range(2):  # from PostgreSQL, then from Valkey
            client.send(json.dumps(question))
            found = said(client.recv(timeout=PATIENCE))
            assert [one["alert_id"] for one in found["alerts"]] == [alert["alert_id"]]
        (kept,) = platform.client("dynamodb").scan(TableName=platform.outputs["AlertsTableName"])["Items"]
        assert kept["alert_id"]["S"] == alert["alert_id"]
    assert (platform.database_door.refused, platform.cache_door.refused) == ([], [])
    assert (len(platform.database_door.tokens), len(platform.cache_door.tokens)) == (2, 1)
    sockets = platform.outputs["ConnectionsTableName"]
    eventually(lambda: not platform.client("dynamodb").scan(TableName=sockets)["Items"])


def test_a_bad_token_is_refused_and_says_so_in_two_logs(platform: Platform) -> None:
    with pytest.raises(InvalidStatus) as refused, platform.connected(platform.token(aud="somebody-else")):
        pass
    assert refused.value.response.status_code == 403
    assert "a connection was refused" in messages(platform, "authorizer")
    (line,) = [one for one in map(json.loads, log_of(platform.account, "/touchstone/dev/api-access"))
               if one["status"] == "403"]  # fmt: skip
    assert (line["routeKey"], line["eventType"], line["principal"]) == ("$connect", "CONNECT", "-")
    assert counted(platform, "ConnectionsRefused", "authorizer") == 1
    assert not errors(platform, "authorizer")  # whoever has no token wakes nobody


@pytest.mark.parametrize(("host", "status"), [(f"ws-origin.{DOMAIN}", 401), (f"ws.{DOMAIN}", 403), ("api", 403)])
def test_nobody_goes_round_the_edge(platform: Platform, host: str, status: int) -> None:
    asked = len(messages(platform, "authorizer"))
    own = f"{platform.outputs['WebSocketApiId']}.execute-api.us-east-1.amazonaws.com"
    there = own if host == "api" else host
    with pytest.raises(InvalidStatus) as refused, platform.opened(there, platform.direct, subprotocols=["touchstone"]):
        pass
    assert refused.value.response.status_code == status
    assert len(messages(platform, "authorizer")) == asked


def test_what_no_route_is_for_is_told_what_there_is(platform: Platform) -> None:
    with platform.connected() as client:
        for sent in ('{"action": "dance"}', "no JSON", "[]"):
            client.send(sent)
            answer = said(client.recv(timeout=PATIENCE))
            assert answer["error"].startswith("expected a JSON object whose action is one of")


def test_a_poisoned_message_ends_among_the_dead_letters(platform: Platform) -> None:
    sqs = platform.client("sqs")

    def refusals() -> int:
        return messages(platform, "ingest").count("the message is not what this queue carries")

    before = refusals()
    sqs.send_message(QueueUrl=platform.outputs["EventQueueUrl"], MessageBody='{"poison": 1}')
    for delivery in range(1, 6):
        eventually(lambda: refusals() - before == delivery)  # noqa: B023  it is called at once
        platform.tell(**{"pass": 181})
    letters = platform.outputs["EventDeadLetterQueueArn"].rpartition(":")[2]
    url = sqs.get_queue_url(QueueName=letters)["QueueUrl"]
    (letter,) = eventually(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0).get("Messages"))
    assert letter["Body"] == '{"poison": 1}'
    assert counted(platform, "MessagesRefused", "ingest") == 5


def test_a_function_that_throws_is_told_logged_and_counted(platform: Platform) -> None:
    found = ask(platform.account, "touchstone-dev-connection:live", {"requestContext": {}})
    assert (found.error, found.version) == ("Unhandled", "1")
    assert "the invocation failed" in messages(platform, "connection")
    assert counted(platform, "HandlerFailures", "connection") == errors(platform, "connection") == 1


def test_sockets_are_spoken_to_until_they_are_closed(platform: Platform) -> None:
    sockets = platform.client("apigatewaymanagementapi")
    table = platform.outputs["ConnectionsTableName"]
    with platform.connected() as client:
        (kept,) = platform.client("dynamodb").scan(TableName=table)["Items"]
        name = kept["connection_id"]["S"]
        sockets.post_to_connection(ConnectionId=name, Data=b"hello")
        assert client.recv(timeout=PATIENCE) == "hello"
        assert sockets.get_connection(ConnectionId=name)["Identity"]["SourceIp"] == "127.0.0.1"
        sockets.delete_connection(ConnectionId=name)
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=PATIENCE)
    eventually(lambda: not platform.client("dynamodb").scan(TableName=table)["Items"])
    for ask_for in (sockets.get_connection, sockets.delete_connection):
        with pytest.raises(sockets.exceptions.GoneException):
            ask_for(ConnectionId=name)
    with pytest.raises(sockets.exceptions.GoneException):
        sockets.post_to_connection(ConnectionId=name, Data=b"hello")


def test_a_function_that_api_gateway_may_not_invoke_is_not_invoked(platform: Platform) -> None:
    client, name = platform.client("lambda"), "touchstone-dev-subscription"
    policy = json.loads(client.get_policy(FunctionName=name, Qualifier="live")["Policy"])
    asked = len(messages(platform, "subscription"))
    (default,) = [one for one in policy["Statement"] if "$default" in json.dumps(one)]
    client.remove_permission(FunctionName=name, Qualifier="live", StatementId=default["Sid"])
    try:
        with platform.connected() as socket:
            socket.send("whatever")
            assert said(socket.recv(timeout=PATIENCE))["message"] == "Internal server error"
    finally:
        client.add_permission(
            FunctionName=name, Qualifier="live", StatementId=default["Sid"], Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com", SourceArn=default["Condition"]["ArnLike"]["AWS:SourceArn"],
            SourceAccount=platform.account.id,
        )  # fmt: skip
    assert len(messages(platform, "subscription")) == asked


def test_no_right_is_missing(platform: Platform) -> None:
    """The last one: it looks back at what all the others did, and prints which rights nobody used."""
    told = platform.tell()
    assert told["denied"] == []
    for role, statement, action, resource in told["unused"]:
        print(f"unused: {role.rpartition('/')[2]} {statement}: {action} on {resource}")
