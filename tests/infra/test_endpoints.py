"""An endpoint is called or refused in one line, and never a password of it is repeated."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra import __main__ as command
from infra.deploy.connect import endpoint_in_use
from infra.deploy.endpoint import usable
from infra.errors import InputError

SECRET = "hunter2"
SCHEMES = ("http://", "https://", "ftp://", "file://", "HTTP:/", "http:", "//", "", "javascript:")
HOSTS = (
    "", "localhost", "[", "]", "[::1", "::1", "[::1]", "[::1%eth0]", "[nonsense]", "999.1.1.1", "127.1", "1", ".",
    "a..b",    "-a", "a_b", "a b", "ä.example", "a" * 300, "a%20b", "a\\b", "a\tb", "a\n", "\x00", "127.0.0.1",
)  # fmt: skip
TAILS = ("", ":", ":0", ":99999", ":-1", ":x", ":5000", ":5000:1", "/", "/path", "?x=1", "#f", "?", ":5000\n", ": 5000")
USERS = ("", "user@", f"user:{SECRET}@", f":{SECRET}@", f"a@b:{SECRET}@", "%40@")
ALL = ["".join(parts) for parts in itertools.product(SCHEMES, USERS, HOSTS, TAILS)]


def refused(text: str) -> str | None:
    """Return the line with which an endpoint is refused, or None where it is taken as it was written."""
    try:
        taken = usable(text, "--endpoint")
    except InputError as error:
        return str(error)
    return None if taken == text else f"{text!r} became {taken!r}"


def test_every_endpoint_is_one_that_boto3_calls_or_one_line() -> None:
    assert len(ALL) > 15_000
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    taken = []
    for text in ALL:
        complaint = refused(text)
        if complaint is None:
            taken.append(text)
            continue
        assert complaint.isprintable(), complaint
        assert complaint.startswith("--endpoint: expected a URL such as")
        assert SECRET not in complaint
    assert taken
    for text in taken:
        assert "@" not in text
        session.client("sts", endpoint_url=text)


@given(st.text(alphabet=st.characters(max_codepoint=0x2FFF), max_size=40))
@settings(max_examples=500)
def test_any_text_is_a_url_or_one_line(text: str) -> None:
    for endpoint in (text, f"http://{text}", f"http://localhost:{text}"):
        assert (refused(endpoint) or endpoint).isprintable()


@pytest.mark.parametrize("text", ["", " ", "localhost:5000", f"http://user:{SECRET}@h", "http://[", "http://h\n"])
@pytest.mark.parametrize("said_by", ["--endpoint", "AWS_ENDPOINT_URL"])
def test_a_person_who_writes_it_is_told_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, said_by: str
) -> None:
    words = ["infra", "plan", "--env", "dev"]
    if said_by == "AWS_ENDPOINT_URL":
        monkeypatch.setenv(said_by, text)
    else:
        words += [said_by, text]
    monkeypatch.setattr(sys, "argv", words)
    assert command.main() == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {said_by}: expected a URL such as")
    assert SECRET not in line


def test_nothing_said_is_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert endpoint_in_use(None) is None


@pytest.mark.parametrize("service", ["KMS", "STS", "CLOUDFORMATION"])
def test_one_service_is_not_sent_elsewhere(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    """The record names one endpoint; what a service of its own answered would be taken for that one's."""
    monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", "http://127.0.0.1:9")
    with pytest.raises(InputError, match=f"AWS_ENDPOINT_URL_{service}: expected one endpoint for all services"):
        endpoint_in_use(None)


ANSWERS = {
    "nothing": b"",
    "a page": b"<html><body>Hello</body></html>",
    "half a page": b"<html><bo",
    "JSON": b"{}",
    "bytes": b"\xff\xfe\x00",
    "another document": b"<?xml version='1.0'?><AssumeRoleResponse/>",
    "no keys": b"<AssumeRoleResponse><AssumeRoleResult><Credentials/></AssumeRoleResult></AssumeRoleResponse>",
}


@pytest.fixture(params=[(status, name) for status in (200, 302, 403, 500) for name in ANSWERS], ids=str)
def stranger(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that is not AWS."""
    status, name = request.param

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(ANSWERS[name])))
            self.end_headers()
            self.wfile.write(ANSWERS[name])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_whoever_answers_and_is_not_aws_is_one_line(
    stranger: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # botocore waits between its attempts
    monkeypatch.setattr(sys, "argv", ["infra", "plan", "--env", "dev", "--endpoint", stranger])
    assert command.main() == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "Traceback" not in line


@pytest.mark.parametrize("option", ["--env", "--stack", "--endpoint"])
@pytest.mark.parametrize("act", ["plan", "deploy", "destroy"])
def test_an_option_given_twice_is_refused(
    option: str, act: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {"--env": "dev", "--stack": "network", "--endpoint": "http://127.0.0.1:9"}
    words = [word for name, value in values.items() for word in (name, value)]
    monkeypatch.setattr(sys, "argv", ["infra", act, *words, option, values[option]])
    assert command.main() == 3
    assert f"{option}: expected once" in capsys.readouterr().err
