"""Only the plan that was reviewed is executed: not another, not on another stack, and not a part that it lacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_cloud.process import running
from fixtures.tiers.prepared import make_hosted_zone
from infra.environment import load_environment
from infra.operations import options
from infra.stacks import load_templates
from infra.template import Template
from tests.infra.test_deployer import Run, at
from tests.mock_cloud.account import Account

THIS = ("--env", "dev", "--stack", "account")
OLD, NEW = "PendingWindowInDays: 30", "PendingWindowInDays: 17"


@pytest.fixture(scope="module")
def account(_shared_mock_cloud: None) -> Iterator[Account]:
    with running() as cloud:
        found = Account.enter(cloud.endpoint, load_environment("dev").account)
        make_hosted_zone(load_environment("dev"), found.client("route53"))
        yield found


@pytest.fixture
def run(account: Account, monkeypatch: pytest.MonkeyPatch) -> Run:
    found = at(account.endpoint, monkeypatch)
    assert found("deploy", *THIS, "--yes") == 0
    return found


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the deployer find the template of the account changed."""

    def change(days: str) -> None:
        templates = load_templates()
        text = templates["account"].text
        assert OLD in text
        templates["account"] = Template.parse(text.replace(OLD, NEW.replace("17", days), 1), "account.yaml")
        monkeypatch.setattr(options, "load_templates", lambda: templates)

    return change


def test_what_was_reviewed_is_executed_once(
    run: Run, changed: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, old = tmp_path / "plan.json", tmp_path / "old.json"
    changed("17")
    assert run("plan", *THIS, "--save", str(plan)) == 0
    written: dict[str, Any] = json.loads(plan.read_text())
    assert [one["logical_id"] for one in written["stacks"]["account"]["changes"]] == ["AccountKey"]
    old.write_text(plan.read_text())

    capsys.readouterr()
    changed("18")
    assert run("deploy", *THIS, "--approved", str(plan)) == 3
    assert "--approved: not made of the same templates as the plan of " in capsys.readouterr().err
    changed("17")
    assert run("deploy", *THIS, "--hold", "--approved", str(plan)) == 3
    assert "--approved: not made of the same held as" in capsys.readouterr().err
    assert run("deploy", "--env", "staging", "--stack", "account", "--approved", str(plan)) == 3

    written["stacks"]["account"]["changes"] = []
    plan.write_text(json.dumps(written))
    capsys.readouterr()
    assert run("deploy", *THIS, "--approved", str(plan)) == 1
    assert "touchstone-dev-account: not what was approved: AccountKey; not executed" in capsys.readouterr().err
    written["stacks"] = {}
    plan.write_text(json.dumps(written))
    assert run("deploy", *THIS, "--approved", str(plan)) == 1

    assert run("deploy", *THIS, "--approved", str(old)) == 0
    capsys.readouterr()
    assert run("deploy", *THIS, "--approved", str(old)) == 3
    assert "--approved: stack account was changed after the plan of " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"environment": "dev"}', '{"surplus": 1}'])
def test_what_is_no_plan_is_one_line(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(text)
    capsys.readouterr()
    assert run("deploy", *THIS, "--approved", str(plan)) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: --approved {plan}: ")
    assert run("deploy", *THIS, "--approved", str(tmp_path / "none.json")) == 3
    assert run("plan", *THIS, "--save", str(tmp_path / "no folder" / "plan.json")) == 3


def test_nobody_says_yes_to_all_of_prod_at_aws(
    monkeypatch: pytest.MonkeyPatch, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    del run
    monkeypatch.setattr("infra.operations.options.connect", lambda *_: None)
    monkeypatch.setattr("infra.operations.options.clients", lambda *_: lambda _: None)
    typed = at("http://203.0.113.1:1", monkeypatch)
    capsys.readouterr()
    assert typed("deploy", "--env", "prod", "--yes") == 3
    assert "--yes: prod is protected: expected --approved with a plan that was reviewed" in capsys.readouterr().err
