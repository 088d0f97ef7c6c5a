"""What was done is on record, in the bucket of evidence, and an environment can be brought back to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_cloud.process import running
from fixtures.tiers.prepared import make_hosted_zone
from infra.artefacts import packed
from infra.environment import load_environment
from infra.errors import InputError
from infra.history import entry as entries
from infra.history.entry import Entry
from infra.history.history import History, find
from infra.history.objects import Objects
from infra.operations import options
from infra.stacks import load_templates
from infra.template import Template
from tests.infra.allowed import heard, refused
from tests.infra.test_deployer import Run, at
from tests.mock_cloud.account import Account

DEV = ("--env", "dev")
OLD_QUEUE, NEW_QUEUE = "ReceiveMessageWaitTimeSeconds: 20", "ReceiveMessageWaitTimeSeconds: 10"


@pytest.fixture(scope="module")
def account(_shared_mock_cloud: None) -> Iterator[Account]:
    environment = load_environment("dev")
    with running() as cloud:
        found = Account.enter(cloud.endpoint, environment.account)
        make_hosted_zone(environment, found.client("route53"))
        yield found


@pytest.fixture
def run(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Type a command; whatever it asks of AWS, the role that deploys may."""
    with heard(monkeypatch) as asked:
        yield at(account.endpoint, monkeypatch)
    assert refused(asked, "dev") == set()


@pytest.fixture
def told(run: Run, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """What the history says."""

    def asked() -> list[dict[str, Any]]:
        capsys.readouterr()
        assert run("history", *DEV, "--json") == 0
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return found

    return asked


def state(account: Account) -> tuple[str, str, str]:
    """The code of the functions, a setting of a template, and a parameter of the environment, as they are now."""
    parameters = account.described("touchstone-dev-compute")["Parameters"]
    code = next(one["ParameterValue"] for one in parameters if one["ParameterKey"] == "FunctionsCodeKey")
    queue = account.outputs("touchstone-dev-messaging")["EventQueueUrl"]
    sizes = account.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ReceiveMessageWaitTimeSeconds"])
    level = next(one["ParameterValue"] for one in parameters if one["ParameterKey"] == "LogLevel")
    return code, sizes["Attributes"]["ReceiveMessageWaitTimeSeconds"], level


def test_an_environment_is_brought_back_to_what_it_was_made_of(
    run: Run, account: Account, told: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("history", *DEV) == 3
    with monkeypatch.context() as patched:
        assert run("deploy", *DEV, "--yes") == 0
        run("preflight", *DEV)  # its calls are among those that have to be allowed
        first = state(account)
        templates = load_templates()
        text = templates["messaging"].text
        assert OLD_QUEUE in text
        templates["messaging"] = Template.parse(text.replace(OLD_QUEUE, NEW_QUEUE), "messaging.yaml")
        patched.setattr(options, "load_templates", lambda: templates)
        patched.setattr("infra.deploy.artefacts.code_archive", lambda: packed([("a.py", b"")]))
        dev = load_environment("dev")
        louder = dev.model_copy(update={"parameters": dict(dev.parameters) | {"LogLevel": "WARNING"}})
        patched.setattr(options, "load_environment", lambda _: louder)
        assert run("deploy", *DEV, "--hold", "--yes") == 0
        second = state(account)
    assert all(before != after for before, after in zip(first, second, strict=True))

    assert run("rollback", *DEV, "--to", "previous", "--yes") == 0
    assert state(account) == first
    assert run("rollback", *DEV, "--to", told()[1]["id"], "--yes") == 0
    assert state(account) == second
    said = told()
    assert [(one["action"], one["done"], one["held"]) for one in said] == [
        ("deploy", True, False), ("deploy", True, True), ("rollback", True, False), ("rollback", True, False),
    ]  # fmt: skip
    assert [one["templates"] for one in said[:2]] == [one["templates"] for one in said[2:]]
    assert {one["by"] for one in said} == {"arn:aws:sts::111111111111:assumed-role/touchstone-deployer/touchstone"}


def test_what_is_not_there_to_go_back_to_is_one_line(
    run: Run, account: Account, told: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(account)
    assert run("rollback", *DEV, "--to", "yesterday", "--yes") == 3
    assert "--to yesterday: expected previous, or a deployment that reached its end: " in capsys.readouterr().err
    code = told()[0]["artefacts"]["FunctionsCodeKey"]
    bucket = account.outputs("touchstone-dev-account")["ArtefactBucketName"]
    account.client("s3").delete_object(Bucket=bucket, Key=code)
    assert run("rollback", *DEV, "--to", told()[0]["id"], "--yes") == 3
    assert f"s3://{bucket}/{code}: is not there any more" in capsys.readouterr().err
    assert state(account)[0] == before[0]
    last = told()[-1]
    assert (last["action"], last["done"]) == ("rollback", False)
    assert code in last["told"]


def test_a_deployment_on_record_names_the_plan_that_was_approved(
    run: Run, told: Callable[[], Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    assert run("plan", *DEV, "--save", str(plan)) == 0
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    assert f"(sha256 {digest})" in capsys.readouterr().out
    assert run("deploy", *DEV, "--approved", str(plan)) == 0
    assert (told()[-1]["plan"], told()[0]["plan"]) == (digest, None)
    assert run("history", *DEV) == 0
    assert digest[:12] in capsys.readouterr().out


def test_an_entry_of_another_environment_is_one_line(
    run: Run, account: Account, told: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    told()
    bucket, where = account.outputs("touchstone-dev-evidence")["EvidenceBucketName"], entries.key_of(made(1).id)
    foreign = made(1, environment="prod").model_dump_json().encode()
    account.client("s3").put_object(Bucket=bucket, Key=where, Body=foreign)
    assert run("history", *DEV) == 3
    assert capsys.readouterr().err == f"error: s3://{bucket}/{where}: environment: expected dev, found prod\n"


def made(number: int, **changed: Any) -> Entry:
    known = {
        "id": f"20260101T00000000000{number}Z-deploy", "at": "2026-01-01T00:00:00Z", "by": "arn", "environment": "dev",
        "action": "deploy", "done": True, "told": "", "commit": "", "templates": {"a": "0" * 64},
        "artefacts": {"Code": "a"}, "parameters": {"N": 1},
    }  # fmt: skip
    return Entry.model_validate(known | changed)


def test_the_previous_one_is_the_last_that_was_made_of_something_else() -> None:
    first, other = made(1), made(2, parameters={"N": 2})
    assert find([first, other], "previous") == first
    assert find([first, other, made(3, parameters={"N": 2})], "previous") == first
    assert find([first, other, made(3, parameters={"N": 3}, done=False)], "previous") == first
    assert find([first, other, made(3, action="shift", templates={}, artefacts={})], "previous") == first
    for nothing in ([], [first], [first, made(2)]):
        with pytest.raises(InputError, match="expected a deployment before the last one"):
            find(nothing, "previous")


class Kept:
    """A bucket with one object, whatever is asked for."""

    class exceptions:  # noqa: N801  boto3's name
        class NoSuchKey(Exception):  # noqa: N818
            pass

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get_object(self, **_: Any) -> Any:
        return {"Body": self}

    def read(self) -> bytes:
        return self.body


def test_a_template_that_was_changed_since_is_not_deployed() -> None:
    wanted = entries.digest("Resources: {}")
    assert History(Objects(Kept(b"Resources: {}"), "b"), "dev").template(wanted) == "Resources: {}"
    with pytest.raises(InputError, match=f"templates/{wanted}.yaml: expected a text with this digest"):
        History(Objects(Kept(b"Resources: {A: {}}"), "b"), "dev").template(wanted)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b'{"id": 1}', b'{"id": "20260101T000000000001Z-deploy"}'])
def test_an_entry_that_is_none_is_one_line(text: bytes) -> None:
    with pytest.raises(InputError, match=r"^s3://b/k: "):
        entries.read(text, "s3://b/k")
