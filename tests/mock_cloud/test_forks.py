"""A fork has all that stands in its parent, shares nothing with anybody, and goes when its owner goes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fixtures.mock_cloud.process import ROOT, MockCloud, running, shared, started
from infra.errors import EndpointError
from tests.mock_cloud.account import Account, queue, template
from tests.mock_cloud.test_process import is_alive, is_listening
from tests.patience import eventually

ID = "600000000000"
TEAPOT = "tests.mock_cloud.teapot:teapot"
OWNER = """
import sys
from fixtures.mock_cloud.process import MockCloud

with MockCloud(sys.argv[1], 0).fork() as fork, fork.fork() as second:
    print(fork.pid, second.pid, flush=True)
    input()
"""
FAMILY = """
from fixtures.mock_cloud.process import running

with running() as cloud, cloud.fork() as fork, fork.fork() as second:
    print(cloud.pid, fork.pid, second.pid, flush=True)
    input()
"""


@pytest.fixture(scope="module")
def parent(mock_cloud: MockCloud) -> Iterator[MockCloud]:
    """A mock cloud of this module's own, with one stack in it."""
    with mock_cloud.fork() as cloud:
        assert Account.enter(cloud.endpoint, ID).create(template({"Orders": queue()})) == "CREATE_COMPLETE"
        yield cloud


def queues(cloud: MockCloud) -> int:
    """How many queues stand there: asked of the service, not of CloudFormation."""
    return len(Account.enter(cloud.endpoint, ID).client("sqs").list_queues().get("QueueUrls", []))


def port_of(cloud: MockCloud) -> int:
    return urlsplit(cloud.endpoint).port or 0


def wait_for_the_end(*pids: int) -> None:
    eventually(lambda: not any(map(is_alive, pids)), f"of the processes {pids} some are still there")


def wait_until_taken_away(pids: list[int]) -> None:
    """Wait until none of them has ended without anybody taking it away; the kernel takes a moment to, if it is to."""

    def ended(pid: int) -> bool:
        with suppress(FileNotFoundError, ProcessLookupError):
            return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] == "Z"
        return False

    eventually(lambda: not any(map(ended, pids)), f"of the processes {pids} some have ended and are not taken away")


def test_a_fork_has_the_stacks_and_resources_of_its_parent(parent: MockCloud) -> None:
    with parent.fork() as fork:
        account = Account.enter(fork.endpoint, ID)
        assert account.status() == "CREATE_COMPLETE"
        assert account.update(template({"Orders": queue(), "Returns": queue()})) == "UPDATE_COMPLETE"
        assert queues(fork) == 2


def test_neither_sees_what_happens_in_the_other(parent: MockCloud) -> None:
    with parent.fork() as one, parent.fork() as other:
        Account.enter(one.endpoint, ID).update(template({"Orders": queue(), "Returns": queue()}))
        assert (queues(one), queues(other), queues(parent)) == (2, 1, 1)
        sqs = Account.enter(parent.endpoint, ID).client("sqs")
        url = sqs.create_queue(QueueName="of-the-parent")["QueueUrl"]
        try:
            assert (queues(one), queues(other), queues(parent)) == (2, 1, 2)
        finally:
            sqs.delete_queue(QueueUrl=url)


def test_a_fork_of_a_fork_has_what_stands_in_it(parent: MockCloud) -> None:
    with parent.fork() as fork:
        Account.enter(fork.endpoint, ID).client("sqs").create_queue(QueueName="by-hand")
        with fork.fork() as second:
            assert queues(second) == 2
    assert queues(parent) == 1


def test_a_fork_is_gone_with_its_block_and_its_port_is_free(parent: MockCloud) -> None:
    with parent.fork() as fork:
        assert is_listening(port_of(fork))
    assert not is_listening(port_of(fork))
    with parent.fork(port=port_of(fork)) as again:
        assert again.endpoint == fork.endpoint
        assert queues(again) == 1
    wait_for_the_end(fork.pid, again.pid)


def test_a_client_that_is_kept_reaches_the_next_fork_at_its_address(parent: MockCloud) -> None:
    account = Account.enter(parent.endpoint, ID)
    with parent.fork() as fork:
        sqs = replace(account, endpoint=fork.endpoint).client("sqs")
        sqs.create_queue(QueueName="first")
        assert len(sqs.list_queues()["QueueUrls"]) == 2
    with parent.fork(port=port_of(fork)):
        assert len(sqs.list_queues()["QueueUrls"]) == 1


def test_many_forks_leave_neither_processes_nor_descriptors(parent: MockCloud) -> None:
    held = Path(f"/proc/{parent.pid}/fd")
    pids, before = [], len(list(held.iterdir()))
    for _ in range(30):
        with parent.fork() as fork:
            pids.append(fork.pid)
    wait_for_the_end(*pids)
    wait_until_taken_away(pids)
    assert len(list(held.iterdir())) <= before + 1


def links_of(pid: int) -> list[str]:
    """What a process has open; a descriptor may be closed between the list and its link."""
    links = []
    for number in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(number.readlink()))
    return links


def test_a_fork_holds_none_of_its_parents_connections(parent: MockCloud) -> None:
    queues(parent)
    with parent.fork() as first, first.fork() as fork:
        queues(fork)  # by now it is wholly itself
        sockets = [link for link in links_of(fork.pid) if link.startswith("socket:")]
        # its listener, werkzeug's copy of it, the lease, and at most the connections of what was just asked
        assert len(sockets) <= 5, sockets


def test_a_fork_does_not_outlive_an_owner_that_is_killed(parent: MockCloud) -> None:
    """The owner of the fork is another process than the owner of its parent."""
    command = [sys.executable, "-c", OWNER, parent.endpoint]
    owner = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    assert len(pids) == 2
    assert all(map(is_alive, pids))
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    wait_for_the_end(*pids)
    assert queues(parent) == 1


def test_a_whole_family_does_not_outlive_an_owner_that_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHSTONE_MOCK_CLOUD", raising=False)
    owner = subprocess.Popen(
        [sys.executable, "-c", FAMILY], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    assert len(pids) == 3
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    wait_for_the_end(*pids)


def test_forks_go_with_the_mock_cloud_that_they_came_from() -> None:
    """Their leases are still open: the end of its standard input reaches everybody who has it."""
    with started() as cloud:
        owner = subprocess.Popen(
            [sys.executable, "-c", OWNER, cloud.endpoint], cwd=ROOT, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert owner.stdout is not None
        forks = [int(one) for one in owner.stdout.readline().split()]
    try:
        wait_for_the_end(*forks)
    finally:
        owner.kill()
        owner.communicate()


def test_a_middleware_can_stand_in_front_of_a_fork_alone(parent: MockCloud) -> None:
    with parent.fork(middleware=[TEAPOT]) as fork:
        with pytest.raises(Exception, match="418"):
            queues(fork)
        assert queues(parent) == 1


def test_a_port_in_use_or_a_wrong_middleware_is_one_line(parent: MockCloud) -> None:
    with pytest.raises(EndpointError, match="cannot listen"), parent.fork(port=port_of(parent)):
        pass
    with pytest.raises(EndpointError, match="expected module:callable"), parent.fork(middleware=["nothing:here"]):
        pass
    with pytest.raises(EndpointError, match="no mock cloud to fork"), MockCloud("http://127.0.0.1:9", 0).fork():
        pass


def test_what_is_shared_is_started_once_and_is_empty_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHSTONE_MOCK_CLOUD", raising=False)
    with shared():
        with running() as one, running() as other:
            Account.enter(one.endpoint, ID).client("sqs").create_queue(QueueName="by-hand")
            assert (queues(one), queues(other)) == (1, 0)
            with shared(), running() as third:
                assert queues(third) == 0
        wait_for_the_end(one.pid, other.pid, third.pid)
