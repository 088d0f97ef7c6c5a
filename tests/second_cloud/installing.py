"""The second mock cloud's own virtual environment: made once from a lock with digests, kept until the lock changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.settings import ROOT

LOCK = Path(__file__).with_name("requirements.txt")
KEPT = ROOT / ".cache" / "second_cloud"
INSTALL_SECONDS = 300
_PYTHON = Path("bin") / "python"
_UNSOUND = ("do not match the hashes", "hash mismatch", "require-hashes")
"""How pip and uv say that what was fetched is not what the lock names, or that it does not name all of it."""


class CannotInstallError(Exception):
    """The environment cannot be had here: no network, no index, no room. One line says why."""


class UnsoundLockError(Exception):
    """What was fetched is not what the lock names, or is not named in it; one line says which."""


def interpreter(lock: Path = LOCK, kept: Path = KEPT) -> Path:
    """Return the interpreter of the environment that a lock describes; 95 MB, made in some 15 s when it is not there.

    Raises:
        CannotInstallError: it is not there and cannot be made.
        UnsoundLockError: what was fetched has another digest than the lock says, or is not in it.
    """
    words = f"{sys.version} {sys.base_prefix} {os.uname().machine}".encode()
    home = kept / hashlib.sha256(words + lock.read_bytes()).hexdigest()[:16]
    with _turn(kept):
        if not home.exists():
            unfinished = home.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            _make(unfinished, lock)
            unfinished.rename(home)
    return home / _PYTHON


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Let one process at a time install; the lock ends with its process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _make(home: Path, lock: Path) -> None:
    """Make the environment with uv where there is one, as the doors have, and with what Python brings elsewhere."""
    uv, python = shutil.which("uv"), str(home / _PYTHON)
    if uv:
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(home)])
        _run([uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", str(lock)])
    else:
        _run([sys.executable, "-m", "venv", "--without-pip", str(home)])
        _run(
            [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--require-hashes", "-r", str(lock)]
        )


def _run(command: list[str]) -> None:
    try:
        subprocess.run(
            command, env=_surroundings(os.environ), check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = [line.strip() for line in (error.stderr or error.stdout).splitlines() if line.strip()]
        why = next((line for line in said if line.lower().startswith("error")), said[-1] if said else "it said nothing")
        if any(word in error.stderr.lower() for word in _UNSOUND):
            raise UnsoundLockError(f"{' '.join(command[:3])}: {' '.join(said)}") from error
        raise CannotInstallError(f"{' '.join(command[:3])} (exit code {error.returncode}): {why}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstallError(f"{' '.join(command[:3])}: {error}") from error


def _surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """Give what an installer may see: the index and the proxy of this machine, and no key to an account."""
    foreign = ("AWS_", "PYTHON", "UV_PROJECT", "VIRTUAL_ENV")
    return {name: value for name, value in variables.items() if not name.startswith(foreign)}
