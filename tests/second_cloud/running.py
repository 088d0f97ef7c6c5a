"""The second mock cloud as a child process: on 127.0.0.1 alone, without anybody's keys, gone with its owner."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE, eventually

HOST = "127.0.0.1"
LAUNCHER = Path(__file__).with_name("launcher.py")
READY = "/_ministack/ready"
STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class SecondCloud:
    """Where it listens, and which process it is."""

    endpoint: str
    pid: int


def surroundings(folder: Path, port: int) -> dict[str, str]:
    """Give all that the process sees: no key, no profile, no Docker, and no other door than the one it is given."""
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "DOCKER_HOST": f"unix://{folder}/no-docker",
        # both would listen on every address
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


@contextmanager
def running(python: Path, folder: Path) -> Iterator[SecondCloud]:
    """Start it, wait until it answers, stop it at the end.

    Raises:
        RuntimeError: it does not answer; with its own words.
    """
    log = folder / "log"
    with socket.socket() as bound, log.open("wb") as written:
        bound.bind((HOST, 0))
        port = bound.getsockname()[1]
        child = subprocess.Popen(
            [str(python), str(LAUNCHER), str(bound.fileno())],
            cwd=folder,
            env=surroundings(folder, port),
            pass_fds=(bound.fileno(),),
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    try:
        _wait(child, port, log)
        yield SecondCloud(f"http://{HOST}:{port}", child.pid)
    finally:
        _stop(child)


def _wait(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    def started() -> bool:
        if child.poll() is not None:
            raise RuntimeError(f"the second mock cloud did not start: {log.read_text(errors='replace')[-2000:]}")
        return _answers(port)

    eventually(started, f"the second mock cloud does not answer: {log}")


def _answers(port: int) -> bool:
    asked = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        asked.request("GET", READY)
        return asked.getresponse().status == http.HTTPStatus.OK
    except OSError:  # it does not listen yet
        return False
    finally:
        asked.close()


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End it and whatever it started: all of them are of one session."""
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(STOP_SECONDS)
    finally:
        if child.poll() is None or _has_children(child.pid):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _has_children(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
