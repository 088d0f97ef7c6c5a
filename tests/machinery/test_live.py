"""The live tier, tried against the mock cloud over HTTP: same judge, same facts, another door. It is not AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers.live import credentials
from fixtures.tiers.mocked import deploy
from infra.deploy.connect import connect, is_loopback
from infra.environment import load_environment
from infra.errors import EndpointError
from infra.settings import ROOT
from infra.stacks import load_templates
from tests.machinery.test_runs import record, run

LIVE = ("suites/controls", "--tier", "live", "--env", "dev")


@pytest.fixture(scope="module")
def cloud() -> Iterator[MockCloud]:
    """A mock cloud with dev in it."""
    with running() as found:
        deploy(load_environment("dev"), load_templates(), found.endpoint, lambda _: None, on_record=True)
        yield found


@pytest.fixture
def variables(cloud: MockCloud, monkeypatch: pytest.MonkeyPatch) -> MockCloud:
    """The surroundings that point boto3 at the mock cloud."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    return cloud


def test_a_sound_account_conforms(variables: MockCloud, tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, *LIVE)
    verdicts, summary = record(tmp_path)
    assert code == 0, said
    assert summary["complete"]
    assert {verdict["tier"] for verdict in verdicts} == {"live"}
    assert variables.endpoint in said
    (plan,) = tmp_path.glob("2*/plan.json")
    (note,) = json.loads(plan.read_text())["run"]["deployments"]
    (entry,) = note["entries"]
    assert (note["unread"], note["bad"], entry["action"], entry["done"]) == (None, [], "deploy", True)
    assert len(entry["templates"]) == len(entry["code"]) == 64
    (calls,) = tmp_path.glob("2*/inventory/dev-live.json")
    assert [call["operation"] for call in json.loads(calls.read_text())["ledger"]][-2:] == [
        "ListObjectsV2",
        "GetObject",
    ]


def test_an_account_without_the_stacks_cannot_conclude(variables: MockCloud, tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, "suites/controls", "--tier", "live", "--env", "staging", "-k", "BAK-01")
    assert code == 2, f"{variables.endpoint}: {said}"
    assert {verdict["verdict"] for verdict in record(tmp_path)[0]} == {"error"}


def test_another_account_is_refused(cloud: MockCloud) -> None:
    stranger = load_environment("dev").model_copy(update={"account": "999999999999"})
    with pytest.raises(EndpointError, match="the caller's account is 111111111111") as caught:
        credentials(stranger, cloud.endpoint)
    assert caught.value.exit_code == 3


def test_an_endpoint_that_refuses_ends_the_run_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    code, said = run(ROOT, tmp_path, *LIVE)
    assert code == 3
    assert "http://127.0.0.1:9 does not let us act as" in said
    assert "Traceback" not in said


def test_no_credentials_are_invented_for_anything_but_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    environment = load_environment("dev")
    with pytest.raises(EndpointError, match="Unable to locate credentials"):
        connect(environment, environment.role)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://127.0.0.1:5000", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("https://sts.amazonaws.com", False),
        ("http://10.0.0.1", False),
        (None, False),
    ],
)
def test_only_this_machine_is_this_machine(endpoint: str | None, *, expected: bool) -> None:
    assert is_loopback(endpoint) is expected
