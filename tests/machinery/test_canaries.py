"""A user and a password in an endpoint's address are in nothing that a run writes or says, however they are written."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers.mocked import deploy
from infra.deploy.connect import connect
from infra.deploy.events import Event
from infra.deploy.review import ResourceChange, Review
from infra.deploy.show import show_event, show_review
from infra.environment import load_environment
from infra.errors import TouchstoneError
from infra.redaction import redacted_text
from infra.settings import ROOT
from infra.stacks import load_templates
from tests.machinery.test_runs import run
from tests.patience import PATIENCE
from tests.reports.hostile import HOSTILE, acts_in_a_log, hidden

USER, PASSWORD = "canaryuser", "canarypw"
# How a user and a password can stand in an address; none of it may be seen, wherever the address is quoted.
USERINFO = [
    f"{USER}:{PASSWORD}@", f"{USER}@", f":{PASSWORD}@", f"{USER}:@", f"{USER}:{PASSWORD}@{PASSWORD}@",
    f"{USER}:{PASSWORD}/{PASSWORD}@", f"{USER}:{PASSWORD}?x#y@", f"{USER}:{PASSWORD}:{PASSWORD}@",
    f"{USER}:1{PASSWORD}@",
    f"{USER}:%40{PASSWORD}@", f"{USER}:[{PASSWORD}]@", f"{USER};{PASSWORD}@", f"{USER}:{PASSWORD}\u202e\n@",
]  # fmt: skip
SCHEMES = ["http://", "https://", "ftp://", "HTTP://", ""]
QUOTES = [
    "{}",
    "could not connect to {}",
    'Could not connect to the endpoint URL: "{}"',
    "('{}', 1)",
    "<{}>",
    "x={}, y",
]


@pytest.fixture(scope="module")
def cloud() -> Iterator[MockCloud]:
    with running() as found:
        deploy(load_environment("dev"), load_templates(), found.endpoint, lambda _: None)
        yield found


def secret_in(text: str) -> bool:
    return USER in text or PASSWORD in text


def address(cloud: MockCloud) -> str:
    return f"http://{USER}:{PASSWORD}@{urlsplit(cloud.endpoint).netloc}"


@pytest.mark.parametrize("userinfo", USERINFO, ids=ascii)
def test_an_address_is_quoted_without_its_user_and_password(userinfo: str) -> None:
    for scheme in SCHEMES:
        for rest in ("127.0.0.1:9", "127.0.0.1:9/path?a=b", "[::1]:9", "db.example/x"):
            where = f"{scheme}{userinfo}{rest}"
            if scheme and "\n" not in where:
                for quote in QUOTES:
                    said = redacted_text(quote.format(where))
                    assert not secret_in(said)
                    assert rest in said
                    assert redacted_text(said) == said
            with pytest.raises(TouchstoneError) as caught:
                connect(load_environment("dev"), "role", where if rest.startswith("127") else f"{where} ")
            assert not secret_in(str(caught.value)), where


@pytest.mark.parametrize("workers", ["0", "2"])
def test_no_artefact_of_a_run_has_the_password(
    cloud: MockCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workers: str
) -> None:
    """An endpoint with a user in it is refused, and what refuses it repeats nothing."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", address(cloud))
    words = ("suites/controls", "--tier", "live", "--env", "dev,staging", "-rA", "-vv", "-n", workers)
    code, said = run(ROOT, tmp_path, *words, "--junitxml", str(tmp_path / "pytest.xml"))
    assert code == 3, said
    assert "without a user or a password in it" in said
    assert not secret_in(said)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and secret_in(path.read_text())] == []


def infra(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "infra", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    return done.returncode, done.stdout + done.stderr


def test_no_line_of_the_deployer_has_the_password(cloud: MockCloud, tmp_path: Path) -> None:
    for where in (address(cloud), f"http://{USER}:{PASSWORD}@127.0.0.1:9", f"{USER}:{PASSWORD}@127.0.0.1:9"):
        code, said = infra("plan", "--env", "dev", "--endpoint", where)
        assert code == 3, said
        assert not secret_in(said)
        assert "Traceback" not in said
    code, said = run(ROOT, tmp_path, "suites/controls", "--tier", "live", "--env", "dev", "-k", "BAK")
    assert not secret_in(said)


@pytest.mark.parametrize("text", HOSTILE, ids=map(str, range(len(HOSTILE))))
def test_what_a_stack_says_of_itself_cannot_act(text: str) -> None:
    """Stack names, resources, types, properties and reasons: AWS tells them, and a template names them."""
    stream = io.StringIO()
    console = Console(file=stream, width=500, highlight=False, markup=False, emoji=False)
    change = ResourceChange(text, text, text, text, (text, text))
    show_review(console, Review("network", text, creates=True, change_set=text, changes=(change,)))
    show_review(console, Review("network", text, creates=True, change_set=text, changes=()))
    show_event(console, text, Event(text, text, f"{text}_FAILED", text))
    said = stream.getvalue()
    assert hidden(said) == acts_in_a_log(said) == []
    assert str(TouchstoneError(text)).count("\n") == 0
    assert hidden(str(TouchstoneError(text))) == []
