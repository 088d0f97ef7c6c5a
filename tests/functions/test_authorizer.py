"""Nobody opens a socket who does not come through the edge, from our page, with our token; and no log keeps either."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.functions import authorizer
from infra.functions.shared import secret_values
from tests.functions.cloud import failing, make_secret, renew
from tests.functions.conftest import Written
from tests.functions.shapes import API, EDGE, KEY, ORIGIN, authorize, browser, context, token

NEW = "n" * 64


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    made = {"JWT_SECRET_ARN": make_secret(KEY, algorithm="HS512"), "ORIGIN_SECRET_ARN": make_secret(EDGE)}
    for name, value in (made | {"ALLOWED_ORIGINS": f"https://other.example, {ORIGIN}"}).items():
        monkeypatch.setenv(name, value)
    return made


def ask(event: dict[str, Any]) -> Any:
    return authorizer.handler(event, context())


def refused(event: dict[str, Any]) -> None:
    answer = ask(event)
    statement = {"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": f"{API}/dev/*"}
    assert answer["policyDocument"]["Statement"] == [statement]
    assert (answer["principalId"], answer["context"]) == ("nobody", {"principal": "nobody"})


def test_a_browser_with_a_token_is_let_into_this_stage_alone(written: Written) -> None:
    answer = ask(browser(token(sub="client-7")))
    assert answer["principalId"] == "client-7"
    assert answer["context"] == {"principal": "client-7"}
    assert answer["policyDocument"]["Statement"] == [
        {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{API}/dev/*"}
    ]
    assert written.metrics["ConnectionsAuthorized"] == 1
    assert written.lines[-1]["correlation_id"] == "JKJaXfPLvHcCFSQ="


def test_a_program_without_origin_is_let_in() -> None:
    offers = {"x-ORIGIN-verify": EDGE, "sec-websocket-PROTOCOL": f"touchstone, {token()}"}
    assert ask(authorize(offers))["principalId"] == "client-1"


NO_EDGE = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"touchstone, {token()}"}
WRONG = {
    "no header of the edge": authorize(NO_EDGE),
    "another value of the edge": browser(token(), edge="f" * 64),
    "an empty value of the edge": browser(token(), edge=""),
    "half a character from the edge": browser(token(), edge="\ud800"),
    "another page": browser(token(), origin="https://evil.example"),
    "a page whose name ours begins with": browser(token(), origin=ORIGIN + ".evil.example"),
    "a page of no origin": browser(token(), origin="null"),
    "no token": authorize({"X-Origin-Verify": EDGE}),
    "an empty token": authorize({"X-Origin-Verify": EDGE, "Sec-WebSocket-Protocol": "touchstone, "}),
    "a token in the query string": authorize({"X-Origin-Verify": EDGE}, {"token": token()}),
    "a token in the query string, too": authorize(
        {"X-Origin-Verify": EDGE, "Sec-WebSocket-Protocol": f"touchstone, {token()}"}, {"token": token()}
    ),
    "the subprotocol alone": authorize({"X-Origin-Verify": EDGE, "Sec-WebSocket-Protocol": "touchstone"}),
    "another subprotocol": authorize({"X-Origin-Verify": EDGE, "Sec-WebSocket-Protocol": f"mqtt, {token()}"}),
    "two tokens": authorize({"X-Origin-Verify": EDGE, "Sec-WebSocket-Protocol": f"touchstone, {token()}, x"}),
    "expired": browser(token(exp=int(time.time()) - 1)),
    "not yet": browser(token(iat=int(time.time()) + 86_400)),
    "another audience": browser(token(aud="touchstone-prod")),
    "several audiences": browser(token(aud=["touchstone-dev", "touchstone-prod"])),
    "no audience": browser(token(aud=None)),
    "no subject": browser(token(sub=None)),
    "an empty subject": browser(token(sub="")),
    "a subject too long": browser(token(sub="s" * 129)),
    "no expiry": browser(token(exp=None)),
    "no issue": browser(token(iat=None)),
    "another key": browser(token(key="x" * 64)),
    "HS256": browser(token(algorithm="HS256")),
    "no algorithm": browser(token(key="", algorithm="none")),
    "too long a token": browser(token(more="x" * 5000)),
    "no token at all": browser("hello-this-is-no-token"),
}


@pytest.mark.parametrize("case", WRONG)
def test_whoever_is_wrong_is_refused_in_one_word(case: str, written: Written) -> None:
    refused(WRONG[case])
    assert written.metrics["ConnectionsRefused"] == 1
    assert "HandlerFailures" not in written.metrics


def test_a_header_that_is_sent_twice_is_no_header() -> None:
    for name, good, bad in (("X-Origin-Verify", EDGE, "wrong"), ("Origin", ORIGIN, "https://evil.example")):
        for values in ([good, bad], [bad, good]):
            event = browser(token())
            event["multiValueHeaders"][name] = values
            refused(event)


def test_nobody_signs_with_a_header_of_his_own_making() -> None:
    head, body, _ = token().split(".")
    for algorithm in ("none", "None", "HS256", "RS256", ""):
        forged = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
        refused(browser(f"{forged}.{body}."))
    refused(browser(f"{head}.{body}."))


@pytest.mark.parametrize("stages", [("AWSPENDING",), ("AWSCURRENT",)])
def test_while_the_edge_is_told_both_of_its_values_count(secrets: dict[str, str], stages: tuple[str, ...]) -> None:
    renew(secrets["ORIGIN_SECRET_ARN"], NEW, *stages)
    assert ask(browser(token(), edge=NEW))
    assert ask(browser(token(), edge=EDGE))


def test_a_token_of_the_key_before_counts_and_one_of_a_key_to_come_does_not(secrets: dict[str, str]) -> None:
    renew(secrets["JWT_SECRET_ARN"], NEW, "AWSPENDING")
    refused(browser(token(key=NEW)))
    renew(secrets["JWT_SECRET_ARN"], NEW)
    secret_values.secret.cache_clear()
    assert ask(browser(token(key=NEW)))
    assert ask(browser(token(key=KEY)))


def test_a_rotation_is_noticed_at_once_but_nobody_makes_us_look_without_end(
    secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(browser(token()))
    renew(secrets["JWT_SECRET_ARN"], NEW)
    assert ask(browser(token(key=NEW)))
    asked = list[secret_values.Secret]()
    monkeypatch.setattr(secret_values.Secret, "_read", asked.append)
    for _ in range(5):
        refused(browser(token(key="x" * 64)))
    assert asked == []


def test_what_is_kept_is_read_again_after_some_minutes(
    secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(browser(token()))
    renew(secrets["JWT_SECRET_ARN"], NEW)
    renew(secrets["JWT_SECRET_ARN"], "m" * 64)
    assert ask(browser(token(key=KEY))), "it is kept"
    now = time.monotonic()
    monkeypatch.setattr(secret_values, "monotonic", lambda: now + secret_values.KEEP_SECONDS + 1)
    refused(browser(token(key=KEY)))


def test_secrets_that_cannot_be_read_are_an_error_and_no_refusal(
    monkeypatch: pytest.MonkeyPatch, written: Written
) -> None:
    with failing("secretsmanager", "GetSecretValue", "denied"), pytest.raises(ClientError, match="AccessDenied"):
        ask(browser(token()))
    assert written.metrics["HandlerFailures"] == 1
    assert "ConnectionsRefused" not in written.metrics
    monkeypatch.setenv("JWT_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:111111111111:secret:nothing-there")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        ask(browser(token()))


def test_a_secret_of_another_shape_is_an_error_that_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, written: Written
) -> None:
    monkeypatch.setenv("JWT_SECRET_ARN", make_secret("tooshort-secret"))
    with pytest.raises(ValueError, match="at least 32"):
        ask(browser(token()))
    assert "tooshort-secret" not in written.text


def test_an_invocation_for_something_else_is_an_error() -> None:
    with pytest.raises(ValueError, match="methodArn"):
        ask(browser(token()) | {"methodArn": "arn:aws:execute-api:us-east-1:111111111111:*/*/*"})


ODD = st.text(st.characters(codec="utf-8"), min_size=8, max_size=200).filter(lambda text: text.strip() == text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    sent=ODD | st.sampled_from([token(), token(key="x" * 64), token(algorithm="HS256")]),
    edge=ODD,
    inquery=st.booleans(),
)
def test_no_line_shows_a_token_or_a_secret(sent: str, edge: str, *, inquery: bool, written: Written) -> None:
    written.stream.truncate(0)
    for value in (EDGE, edge):
        event = authorize({"X-Origin-Verify": value}, {"token": sent}) if inquery else browser(sent, edge=value)
        ask(event)
    for secret in (sent, EDGE, KEY):
        assert secret not in written.text
        assert json.dumps(secret)[1:-1] not in written.text
