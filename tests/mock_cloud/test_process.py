"""The mock cloud starts, says how to reach it, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from fixtures.mock_cloud.process import ROOT, SHARED, running
from infra.errors import EndpointError
from tests.patience import PATIENCE, eventually


@pytest.fixture(autouse=True)
def _not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a process of its own is started, also where the session has one to fork."""
    monkeypatch.delenv(SHARED, raising=False)


PARENT = """
from fixtures.mock_cloud.process import running

with running() as cloud:
    print(cloud.pid, flush=True)
    input()
"""
COMMAND = [sys.executable, "-m", "fixtures.mock_cloud"]


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_prints_shell_exports_and_ends_well_on_a_signal() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(4)]
        assert lines[0].startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:")
        assert lines[1:] == [
            "export AWS_ACCESS_KEY_ID=testing",
            "export AWS_SECRET_ACCESS_KEY=testing",
            "export AWS_DEFAULT_REGION=us-east-1",
        ]
        process.send_signal(number)
        rest, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, rest, complaints) == (0, "", "")


def test_a_port_in_use_is_one_clear_line_and_exit_code_3() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run([*COMMAND, "--port", str(port)], cwd=ROOT, capture_output=True, text=True, check=False)
        assert ended.returncode == 3
        assert ended.stderr == (
            f"--port {port}: cannot listen on 127.0.0.1:{port} (Address already in use); use --port 0 for a free one\n"
        )
        with pytest.raises(EndpointError, match=f"cannot listen on 127.0.0.1:{port}"), running(port=port):
            pass


def test_a_middleware_that_is_not_there_is_one_clear_line() -> None:
    with (
        pytest.raises(EndpointError, match="--middleware nothing:here: expected module:callable"),
        running(middleware=["nothing:here"]),
    ):
        pass


def test_a_middleware_stands_in_front_of_every_request() -> None:
    with running(middleware=["tests.mock_cloud.teapot:teapot"]) as cloud:
        client = boto3.client("sqs", endpoint_url=cloud.endpoint, region_name="us-east-1",
                              aws_access_key_id="testing", aws_secret_access_key="testing")  # fmt: skip
        with pytest.raises(client.exceptions.ClientError, match="418"):
            client.list_queues()


def test_it_stops_with_the_block(tmp_path: Path) -> None:
    with running() as cloud:
        port = int(cloud.endpoint.rsplit(":", 1)[1])
        assert is_listening(port)
    assert not is_listening(port)
    assert not list(tmp_path.iterdir())


def test_it_does_not_outlive_a_parent_that_is_killed() -> None:
    command = [sys.executable, "-c", PARENT]
    parent = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    eventually(lambda: not is_alive(child), f"process {child} is still there")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (ProcessLookupError, FileNotFoundError):  # it may end between the two looks
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def test_the_surroundings_of_the_caller_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with running() as cloud:
        assert cloud.environment["AWS_ENDPOINT_URL"] == cloud.endpoint
        monkeypatch.delenv("AWS_PROFILE")
        client = boto3.client("cloudformation", endpoint_url=cloud.endpoint, region_name="us-east-1",
                              aws_access_key_id="testing", aws_secret_access_key="testing")  # fmt: skip
        assert client.describe_stacks()["Stacks"] == []
