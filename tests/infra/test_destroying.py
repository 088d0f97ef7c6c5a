"""Destroying honours what protects and what is retained, and can take an environment away whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from fixtures.mock_cloud.process import running
from fixtures.tiers.prepared import prepare, stand_in
from infra import __main__ as command
from infra.deploy.connect import clients, connect
from infra.deploy.removal import GOES_WITH_ANOTHER, REMOVES
from infra.environment import environment_names, load_environment
from infra.operations import options
from infra.stacks import STACKS, resolve_platform


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A mock cloud of this test's own."""
    with running() as found:
        for name in environment_names():
            environment = load_environment(name)
            prepare(environment, clients(connect(environment, environment.role, found.endpoint), found.endpoint))
        yield found.endpoint


def typed(monkeypatch: pytest.MonkeyPatch, endpoint: str, *words: str) -> int:
    monkeypatch.setattr(options, "layer_archive", stand_in)
    monkeypatch.setattr(sys, "argv", ["infra", *words, "--endpoint", endpoint, "--yes"])
    return command.main()


def test_an_environment_can_be_taken_away_whole_and_made_again(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = load_environment("dev")
    client_of = clients(connect(environment, environment.deploy_role, endpoint), endpoint)
    assert typed(monkeypatch, endpoint, "deploy", "--env", "dev") == 0
    assert typed(monkeypatch, endpoint, "destroy", "--env", "dev", "--stack", "data") == 1  # it is protected
    capsys.readouterr()
    assert typed(monkeypatch, endpoint, "destroy", "--env", "dev", "--lift-protection", "--everything") == 0
    said = capsys.readouterr()
    assert "stays" not in said.out, said.out
    tables, queues, groups, keys = (
        client_of("dynamodb").list_tables()["TableNames"],
        client_of("sqs").list_queues().get("QueueUrls", []),
        client_of("logs").describe_log_groups()["logGroups"],
        client_of("kms").list_keys()["Keys"],
    )
    assert tables == queues == groups == []
    states = {client_of("kms").describe_key(KeyId=one["KeyId"])["KeyMetadata"]["KeyState"] for one in keys}
    assert states <= {"PendingDeletion"}
    assert typed(monkeypatch, endpoint, "deploy", "--env", "dev") == 0


def test_what_is_retained_is_named_where_it_stays(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stack in STACKS[: STACKS.index("security")]:
        assert typed(monkeypatch, endpoint, "deploy", "--env", "dev", "--stack", stack) == 0
    assert typed(monkeypatch, endpoint, "destroy", "--env", "dev", "--stack", "network") == 0
    said = capsys.readouterr().out
    assert "touchstone-dev-network: stays: FlowLogGroup (AWS::Logs::LogGroup) /touchstone/dev/vpc-flow" in said
    assert "touchstone-dev-network: stays: LogsKey (AWS::KMS::Key)" in said


@pytest.mark.parametrize("words", [("--lift-protection",), ("--everything",), ("--lift-protection", "--i-mean", "dev")])
def test_a_protected_environment_is_meant_by_name(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert typed(monkeypatch, endpoint, "destroy", "--env", "prod", *words) == 3
    assert "prod is protected: expected --i-mean prod" in capsys.readouterr().err


def test_whatever_a_template_retains_can_be_removed() -> None:
    kept = {
        resource.type
        for name in environment_names()
        for resource in resolve_platform(load_environment(name)).resources().values()
        if resource.deletion_policy.startswith("Retain")
    }
    assert kept == REMOVES.keys() | GOES_WITH_ANOTHER
