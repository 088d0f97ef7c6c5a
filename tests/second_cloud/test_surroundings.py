"""The second mock cloud is installed as its lock says or not at all, and listens to nobody but the tests."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interrupted import listening_to_ctrl_c
from tests.patience import eventually
from tests.second_cloud.installing import LOCK, CannotInstallError, UnsoundLockError, interpreter
from tests.second_cloud.running import SecondCloud, surroundings

NOBODY = "http://127.0.0.1:9"
WHEEL = "six==1.17.0 --hash=sha256:"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Point both installers at an index where nobody listens, and let neither look into its cache."""
    for name, value in {
        "UV_DEFAULT_INDEX": NOBODY, "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0", "PIP_INDEX_URL": NOBODY,
        "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("uv", dict.fromkeys((shutil.which("uv"), None)), ids=lambda uv: "uv" if uv else "pip")
def test_what_cannot_be_fetched_is_said_and_leaves_nothing_that_looks_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uv: str | None
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: uv)
    with pytest.raises(CannotInstallError, match="six"):
        interpreter(lock_of(tmp_path, WHEEL + "0" * 64), tmp_path / "kept")
    assert [found.suffix for found in (tmp_path / "kept").iterdir() if found.is_dir()] == [".unfinished"]


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        "error: Failed to download `six==1.17.0`\n  cause: Hash mismatch for `six==1.17.0`",
        "ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==.",
    ],
)
def test_a_digest_that_differs_or_lacks_is_no_reason_to_skip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    def refuse(command: list[str], **_: object) -> None:
        raise subprocess.CalledProcessError(1, command, output="", stderr=said)

    monkeypatch.setattr(subprocess, "run", refuse)
    with pytest.raises(UnsoundLockError, match=re.compile("hash", re.IGNORECASE)):
        interpreter(lock_of(tmp_path, WHEEL), tmp_path / "kept")


def lock_of(folder: Path, text: str) -> Path:
    lock = folder / "requirements.txt"
    lock.write_text(text, encoding="utf-8")
    return lock


def test_every_requirement_has_its_version_and_its_digests() -> None:
    lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    entries = re.split(r"\n(?=\S)", "\n".join(lines))
    assert len(entries) > 10
    assert [
        entry for entry in entries if not re.match(r"[\w-]+==[\w.]+ .*\\\n +--hash=sha256:[0-9a-f]{64}", entry)
    ] == []


def test_it_is_given_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "real")
    assert not [name for name in surroundings(tmp_path, 1) if name.startswith("AWS_")]


@pytest.mark.skipif(sys.platform != "linux", reason="which process listens is read from /proc")
def test_it_listens_on_this_machine_alone(second_cloud: SecondCloud) -> None:
    port = int(second_cloud.endpoint.rpartition(":")[2])
    assert set(_listening(second_cloud.pid)) == {("127.0.0.1", port)}


def _listening(pid: int) -> Iterator[tuple[str, int]]:
    """Give the addresses and ports on which a process takes connections."""
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and words[9] in inodes:
            address, port = words[1].split(":")
            yield socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)


OWNER = """
import pathlib, sys, time
from tests.second_cloud.installing import interpreter
from tests.second_cloud.running import running
with running(interpreter(), pathlib.Path(sys.argv[1])) as cloud:
    print(cloud.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.usefixtures("second_cloud")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_it_is_gone_with_its_owner_however_that_ends(tmp_path: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with listening_to_ctrl_c():
        begun = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with begun as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(how)

    def is_there() -> bool:
        return Path(f"/proc/{pid}").exists() if sys.platform == "linux" else _answers_signals(pid)

    eventually(lambda: not is_there(), f"process {pid} is still there")


def _answers_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
