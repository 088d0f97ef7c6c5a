"""The whole platform, typed: new code is deployed and held back, gets its calls by steps, and loses them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.mock_cloud.process import running
from fixtures.tiers.prepared import make_hosted_zone
from infra.artefacts import packed
from infra.environment import load_environment
from infra.operations import shift
from infra.shifting.shift import Clock
from tests.infra.allowed import heard, refused
from tests.infra.test_deployer import Run, at
from tests.mock_cloud.account import Account
from tests.mock_cloud.running import ask, tell

NAME = "touchstone-prod-query"
HANDLERS = ("authorizer", "connection", "subscription", "query", "ingest", "alert", "push", "rotation")
SOUND = "def handler(event, context): return {'statusCode': 200}\n"
THROWS = "def handler(event, context): raise ValueError('of the new code')\n"


@pytest.fixture(scope="module")
def prod(_shared_mock_cloud: None) -> Iterator[Account]:
    """An account like prod's, where nothing is deployed yet."""
    environment = load_environment("prod")
    with running() as cloud:
        account = Account.enter(cloud.endpoint, environment.account)
        make_hosted_zone(environment, account.client("route53"))
        yield account


@pytest.fixture
def run(prod: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Type a command; while a shift is looked at, clients call the function and the mock cloud's time passes.

    Whatever a command asks of AWS, the role that deploys may.
    """

    def sleep(seconds: float) -> None:
        for _ in range(12):
            ask(prod, f"{NAME}:live")
        tell(prod.endpoint, **{"pass": seconds})
        tell(prod.endpoint, tick=True)

    now = lambda: datetime.fromtimestamp(tell(prod.endpoint)["now"], UTC)  # noqa: E731
    monkeypatch.setattr(shift, "CLOCK", Clock(now, sleep))
    with heard(monkeypatch) as asked:
        yield at(prod.endpoint, monkeypatch)
    assert refused(asked, "prod") == set()


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the functions be made of other code."""

    def written(query: str, mark: str = "") -> None:
        sources = {name: query if name == "query" else SOUND for name in HANDLERS}
        files = [("infra/__init__.py", b""), ("infra/functions/__init__.py", b"")]
        files += [(f"infra/functions/{name}.py", f"{text}# {mark}\n".encode()) for name, text in sources.items()]
        monkeypatch.setattr("infra.deploy.artefacts.code_archive", lambda: packed(files))

    return written


def live(account: Account) -> tuple[str, Any, dict[str, int]]:
    """Whom the alias calls, with which weights, and what is kept ready."""
    functions = account.client("lambda")
    alias = functions.get_alias(FunctionName=NAME, Name="live")
    kept = functions.list_provisioned_concurrency_configs(FunctionName=NAME)["ProvisionedConcurrencyConfigs"]
    ready = {one["FunctionArn"].rpartition(":")[2]: one["RequestedProvisionedConcurrentExecutions"] for one in kept}
    return alias["FunctionVersion"], (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}, ready


def test_new_code_is_held_shifted_and_taken_back_when_it_throws(
    run: Run, prod: Account, write: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    everywhere = ("--env", "prod")
    this = (*everywhere, "--function", "query", "--yes")
    write(SOUND)
    assert run("deploy", *everywhere, "--yes") == 0
    tell(prod.endpoint, tick=True)
    assert live(prod) == ("1", {}, {"live": 1})

    write(SOUND, mark="the second")
    assert run("deploy", *everywhere, "--hold", "--yes") == 0
    assert live(prod) == ("1", {}, {"live": 1})
    assert run("plan", *everywhere, "--hold") == 0
    capsys.readouterr()
    assert run("shift", *this, "--to", "newest", "--bake", "2m") == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert all(f"{share} of the calls to version 2" in said for share in ("10%", "50%", "100%"))
    assert live(prod) == ("2", {}, {"live": 1})
    assert run("drift", *everywhere) == 0, capsys.readouterr().out
    parameters = prod.described("touchstone-prod-compute")["Parameters"]
    assert {"ParameterKey": "LiveVersions", "ParameterValue": "1,1,1,newest,1,1,1,newest"} in parameters

    write(THROWS)
    assert run("deploy", *everywhere, "--hold", "--yes") == 0
    capsys.readouterr()
    assert run("shift", *this, "--to", "3", "--steps", "50,100", "--bake", "2m") == 1
    assert "taken back to version 2 at 50%" in capsys.readouterr().err
    assert live(prod) == ("2", {}, {"live": 1})
    assert run("drift", *everywhere) == 0, capsys.readouterr().out

    prod.client("lambda").delete_provisioned_concurrency_config(FunctionName=NAME, Qualifier="live")
    prod.client("lambda").update_alias(
        FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}}
    )
    assert run("deploy", *everywhere, "--yes") == 1
    assert f"{NAME}: a shift is under way, 10% to version 1, the rest to version 2" in capsys.readouterr().err
    assert run("shift", *this, "--abort") == 0
    assert live(prod) == ("2", {}, {"live": 1})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--function", "query"), "expected one of --to, --resume and --abort"),
        (("--function", "query", "--to", "2", "--abort"), "expected one of --to, --resume and --abort"),
        (("--function", "nobody", "--to", "2"), "--function nobody: expected one of authorizer, connection"),
        (("--function", "query", "--to", "2", "--to", "3"), "--to: expected once"),
        (("--function", "query", "--to", "2", "--steps", "10"), "--steps 10: expected rising percents"),
        (("--function", "query", "--to", "2", "--bake", "5"), "--bake '5': expected a length of time"),
        (("--function", "query", "--to", "77"), "expected --yes, or a terminal to ask on"),
    ],
)
def test_what_cannot_be_meant_is_one_line(
    run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert run("shift", "--env", "prod", *words) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
