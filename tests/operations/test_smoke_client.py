"""What a platform may do to a client that it should not: each is said in one line, and none is taken for an answer."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from websockets.sync.server import ServerConnection, serve

from infra.environment import load_environment
from infra.errors import EndpointError
from suites.smoke.client import Client
from suites.smoke.platform import Platform
from suites.smoke.saying import CannotTellError, MissedError

Behave = Callable[[ServerConnection, dict[str, Any]], None]


class Clients:
    """Answers to AWS's operations by name; an exception is raised."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def __call__(self, _service: str) -> Clients:
        return self

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**_asked: Any) -> Any:
            answer = self.answers[operation]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def platform(way: str | None = None, wait: float = 2, **answers: Any) -> Platform:
    outputs = {
        "JwtSecretArn": "arn:aws:secretsmanager:us-east-1:1:secret:jwt",
        "EventDeadLetterQueueArn": "a:b:c:d:1:q",
    }
    described = {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}]}
    defaults = {
        "describe_stacks": described,
        "get_secret_value": {"SecretString": json.dumps({"value": "k" * 64})},
        "get_queue_url": {"QueueUrl": "http://q"},
    }
    return Platform(load_environment("dev"), Clients(**(defaults | answers)), way, wait)


@contextmanager
def edge(behave: Behave, status: int | None = None) -> Iterator[str]:
    """A WebSocket server that does something with each message."""

    def handle(there: ServerConnection) -> None:
        for text in there:
            behave(there, json.loads(text))

    def refuse(there: ServerConnection, _request: Any) -> Any:
        return None if status is None else there.respond(status, "no")

    def choose(_there: ServerConnection, offered: Any) -> Any:
        return offered[0]

    with serve(handle, "127.0.0.1", 0, process_request=refuse, select_subprotocol=choose) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def client(behave: Behave) -> Iterator[Client]:
    with edge(behave) as way, platform(way).connected() as found:
        yield found


def says(*answers: Any) -> Behave:
    def behave(there: ServerConnection, _asked: dict[str, Any]) -> None:
        for answer in answers:
            there.send(answer if isinstance(answer, str) else json.dumps(answer))

    return behave


def test_an_alert_between_a_question_and_its_answer_is_kept() -> None:
    alert = {"alert_id": "a", "event_id": "e"}
    with client(says(alert, {"alert_id": "b", "event_id": "f"}, {"status": "subscribed", "topic": "t:t"})) as found:
        found.subscribe("t:t")
        assert found.alert("e") == alert


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((), "found none: waited 2 s for it"),
        (("no JSON",), "expected an answer to subscribe, a JSON object; found no JSON"),
        (("[]",), "expected an answer to subscribe, a JSON object; found []"),
        (({"status": "error", "error": "no"},), "found {'status': 'error', 'error': 'no'}"),
        (({"status": "subscribed", "topic": "other"},), "found {'status': 'subscribed', 'topic': 'other'}"),
        (({"message": "Internal server error"},), "found {'message': 'Internal server error'}"),
    ],
)
def test_what_is_no_answer_is_none(answers: tuple[Any, ...], expected: str) -> None:
    with client(says(*answers)) as found, pytest.raises(MissedError) as missed:
        found.subscribe("t:t")
    assert expected in str(missed.value)


def test_a_socket_that_is_closed_is_said_to_be() -> None:
    with client(lambda there, _asked: there.close()) as found:
        with pytest.raises(MissedError, match="expected an answer to query; found the socket closed"):
            found.history("t:t", 1)
        with pytest.raises(MissedError, match="expected an open socket; found it closed"):
            found.history("t:t", 1)


@pytest.mark.parametrize(
    "page",
    [
        {"status": "ok", "topic": "t:t", "alerts": []},
        {"status": "ok", "topic": "t:t", "alerts": {}, "before": None},
        {"status": "ok", "topic": "other", "alerts": [], "before": None},
        {"status": "error", "topic": "t:t", "alerts": [], "before": None},
    ],
)
def test_a_page_that_is_not_whole_is_none(page: dict[str, Any]) -> None:
    with client(says(page)) as found, pytest.raises(MissedError, match="expected a page of the history of t:t"):
        found.history("t:t", 1)


def test_a_refusal_is_its_status_and_no_socket_for_who_needs_one() -> None:
    with edge(says(), status=503) as way:
        with platform(way).opened("token") as found:
            assert found == "HTTP 503"
        with pytest.raises(CannotTellError, match=r"needs an open socket at ws.dev.touchstone.example: HTTP 503"):
            platform(way).connected().__enter__()


def test_a_door_that_opens_and_says_nothing_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for scheme, said in (("ws", "no answer: waited 2 s for the handshake"), ("wss", "no ")):
            with platform(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}").opened(None) as found:
                assert str(found).startswith(said)


def test_nobody_at_the_door_cannot_be_told() -> None:
    with pytest.raises(CannotTellError, match=r"127.0.0.1:9 cannot be reached"):
        platform("ws://127.0.0.1:9").opened(None).__enter__()


REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "X")


def test_what_aws_refuses_or_leaves_out_cannot_be_told() -> None:
    with pytest.raises(EndpointError, match=r"secretsmanager:GetSecretValue: .*AccessDenied"):
        platform(get_secret_value=REFUSED).token()
    with pytest.raises(EndpointError, match=r"cloudformation:DescribeStacks touchstone-dev-security: .*AccessDenied"):
        platform(describe_stacks=REFUSED).token()
    with pytest.raises(CannotTellError, match="expected the output EventTopicArn of security or messaging"):
        platform().publish("t:t")
    with pytest.raises(CannotTellError, match="q does not say how many messages it has"):
        platform(get_queue_attributes={"Attributes": {"ApproximateNumberOfMessages": "0"}}).letters(
            "EventDeadLetterQueueArn"
        )


def test_letters_that_somebody_is_reading_count() -> None:
    told = {"ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "2"}
    assert platform(get_queue_attributes={"Attributes": told}).letters("EventDeadLetterQueueArn") == 3
