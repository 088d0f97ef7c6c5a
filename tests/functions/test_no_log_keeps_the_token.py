"""A canary goes with each request that is let in, wherever it can carry a token; no log on its way keeps it.

What a log keeps is taken from the templates' settings: CloudFront's standard log has fixed fields, WAF logs the request
but for what is redacted, API Gateway writes the stage's format. The functions' own lines are the real ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.environment import load_environment
from infra.functions import authorizer
from infra.stacks import resolve_platform
from tests.functions.cloud import make_secret
from tests.functions.conftest import Written
from tests.functions.shapes import EDGE, KEY, ORIGIN, authorize, context, token

RESOURCES = resolve_platform(load_environment("prod")).resources()
CANARY = token()


def settings_of(kind: str) -> dict[str, Any]:
    """The properties of the one resource of a type."""
    (found,) = (one.properties for one in RESOURCES.values() if one.type == f"AWS::{kind}")
    return found


@dataclass(frozen=True)
class Sent:
    """What a client sends when it opens a socket."""

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    def event(self) -> dict[str, Any]:
        return authorize({"X-Origin-Verify": EDGE, "Origin": ORIGIN} | self.headers, self.query or None)


# Where a token can stand in a request that opens a socket.
PLACES = {
    "subprotocol": Sent(headers={"Sec-WebSocket-Protocol": f"touchstone, {CANARY}"}),
    "subprotocol alone": Sent(headers={"Sec-WebSocket-Protocol": CANARY}),
    "query": Sent(query={"token": CANARY}),
    "query behind our subprotocol": Sent(headers={"Sec-WebSocket-Protocol": "touchstone"}, query={"token": CANARY}),
    "query beside a subprotocol": Sent(
        headers={"Sec-WebSocket-Protocol": f"touchstone, {CANARY}"}, query={"access_token": CANARY, "token": CANARY}
    ),
    "authorization": Sent(headers={"Authorization": f"Bearer {CANARY}"}),
    "cookie": Sent(headers={"Cookie": f"token={CANARY}"}),
    "referer": Sent(headers={"Referer": f"https://app.example/?token={CANARY}"}),
    "user agent": Sent(headers={"User-Agent": CANARY}),
}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "JWT_SECRET_ARN": make_secret(KEY, algorithm="HS512"), "ORIGIN_SECRET_ARN": make_secret(EDGE),
        "ALLOWED_ORIGINS": ORIGIN,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


def is_let_in(sent: Sent) -> bool:
    (statement,) = authorizer.handler(sent.event(), context())["policyDocument"]["Statement"]
    return bool(statement["Effect"] == "Allow")


def edge_log(sent: Sent) -> str:
    """CloudFront's standard log. Source: CloudFront Developer Guide, standard logging (legacy), log file fields."""
    config = settings_of("CloudFront::Distribution")["DistributionConfig"]
    headers = {name.lower(): value for name, value in sent.headers.items()}
    kept = [headers.get("host"), headers.get("referer"), headers.get("user-agent"), headers.get("x-forwarded-for")]
    kept.append("&".join(f"{name}={value}" for name, value in sent.query.items()))
    kept.append(headers.get("cookie") if config["Logging"]["IncludeCookies"] else None)
    return "\t".join(value or "-" for value in kept)


def waf_log(sent: Sent) -> str:
    """The web ACL's log: headers and arguments as sent, but for what is redacted."""
    redacted = settings_of("WAFv2::LoggingConfiguration")["RedactedFields"]
    hidden = {one["SingleHeader"]["Name"].lower() for one in redacted if "SingleHeader" in one}
    args = "REDACTED" if {"QueryString": {}} in redacted else json.dumps(sent.query)
    headers = {name: "REDACTED" if name.lower() in hidden else value for name, value in sent.headers.items()}
    return json.dumps({"headers": headers, "args": args})


def access_log(sent: Sent) -> str:
    """The stage's log: of what a client sends no variable of its format tells anything."""
    written = settings_of("ApiGatewayV2::Stage")["AccessLogSettings"]["Format"]
    known = {"requestId", "connectionId", "eventType", "routeKey", "status", "requestTime", "integrationLatency"}
    known |= {"identity.sourceIp", "authorizer.principal", "error.message"}
    asked = set(re.findall(r"\$context\.([\w.]+)", written))
    assert asked <= known, f"may hold what a client sent: {sorted(asked - known)}"
    return str(re.sub(r"\$context\.[\w.]+", "-", written)) + str(sent.event()["requestContext"])


LOGS = {"CloudFront": edge_log, "WAF": waf_log, "API Gateway": access_log}


def keeping() -> Iterator[tuple[str, str]]:
    """Every place from which a token is taken, and each log that would keep it."""
    for place, sent in PLACES.items():
        if is_let_in(sent):
            yield from ((place, name) for name, log in LOGS.items() if CANARY in log(sent))


def test_a_token_is_taken_from_somewhere() -> None:
    assert [place for place, sent in PLACES.items() if is_let_in(sent)] == ["subprotocol"]


def test_no_log_keeps_a_token_that_lets_somebody_in(written: Written) -> None:
    assert list(keeping()) == []  # every place was tried
    assert CANARY not in written.text


@pytest.mark.parametrize("place", ["query", "referer", "user agent"])
def test_what_the_logs_would_keep_is_seen(place: str) -> None:
    """The canary is no blind one: were a token taken from there, CloudFront's log would have it."""
    assert CANARY in edge_log(PLACES[place])


def test_without_its_redaction_the_firewall_would_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CANARY not in waf_log(PLACES["subprotocol"])
    monkeypatch.setitem(settings_of("WAFv2::LoggingConfiguration"), "RedactedFields", [{"QueryString": {}}])
    assert CANARY in waf_log(PLACES["subprotocol"])
