"""Builds the layer that the functions import: the wheels of its lock, for Lambda's machine and not for this one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from infra.artefacts import LOCK, layer_file, packed
from infra.errors import ArtefactError
from infra.settings import shown

# Lambda's Python 3.13 on arm64. Wheels for older systems and wheels of pure Python run there too.
PLATFORMS: Final = ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64")
PYTHON: Final = "3.13"
FOLDER: Final = "python"  # where Lambda looks for modules of a layer
LARGEST: Final = 250 * 1024 * 1024  # Lambda takes no more, unpacked
TIMEOUT_SECONDS: Final = 600
_CHANGED: Final = re.compile(r"DO NOT MATCH THE HASHES.*\n\s+(\S+)")
Say = Callable[[str], None]


def build_layer(say: Say) -> Path:
    """Fetch the wheels, pack them, and keep the archive; return where.

    Raises:
        ArtefactError: a wheel cannot be had, is not the one that the lock names, or is no wheel for a layer.
    """
    with tempfile.TemporaryDirectory(prefix="touchstone-layer-") as made:
        folder = Path(made)
        say(f"fetches the wheels of {shown(LOCK)} for {PLATFORMS[0]}, Python {PYTHON}")
        _fetch(folder)
        wheels = sorted(folder.glob("*.whl"))
        for wheel in wheels:
            say(f"has {wheel.name}, {wheel.stat().st_size / 1024:,.0f} KB")
        files = [found for wheel in wheels for found in _files(wheel)]
        _check(files)
        archive = packed(files)
    target = layer_file()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(f".{os.getpid()}")
    beside.write_bytes(archive)
    beside.replace(target)
    say(f"packed {len(files):,} files of {len(wheels)} wheels, {len(archive) / 1024 / 1024:.1f} MB")
    return target


def _fetch(folder: Path) -> None:
    """Download with pip, which checks every hash; nothing is built here."""
    words = ["download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes"]
    words += ["--only-binary", ":all:", "--python-version", PYTHON, "--implementation", "cp", "--dest", str(folder)]
    for platform in PLATFORMS:
        words += ["--platform", platform]
    command = [sys.executable, "-m", "pip", *words, "--requirement", str(LOCK)]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS)  # noqa: S603  pip, as it came with us
    except subprocess.TimeoutExpired:
        raise ArtefactError(f"the layer cannot be built: pip took longer than {TIMEOUT_SECONDS} s") from None
    if found.returncode != 0:
        raise ArtefactError(f"the layer cannot be built: {_reason(found.stderr)}")


def _reason(complaint: str) -> str:
    """Return the one line of pip's that says what is wrong; its last error is often only what follows from it."""
    changed = _CHANGED.search(complaint)
    if changed is not None:
        return f"{changed[1]}: what the index has is not what the lock names: the hash is another one"
    errors = [line.removeprefix("ERROR:").strip() for line in complaint.splitlines() if line.startswith("ERROR:")]
    lines = errors or complaint.strip().splitlines()[-1:] or ["pip said nothing"]
    return lines[0]


def _files(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what a wheel installs; scripts are for a shell, which a function has none of."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            place = _place(PurePosixPath(entry.filename))
            if place is not None and not entry.is_dir():
                yield f"{FOLDER}/{place}", archive.read(entry)


def _place(path: PurePosixPath) -> PurePosixPath | None:
    """Return where a member of a wheel belongs among the modules; None for what does not."""
    if path.is_absolute() or ".." in path.parts:
        raise ArtefactError(f"the layer cannot be built: a wheel has a member {path}")
    if not path.parts[0].endswith(".data"):
        return path
    return PurePosixPath(*path.parts[2:]) if path.parts[1] in {"purelib", "platlib"} else None


def _check(files: list[tuple[str, bytes]]) -> None:
    """Refuse what Lambda would not take, or what would depend on the order of things."""
    names = [name for name, _ in files]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ArtefactError(f"the layer cannot be built: two wheels have {twice[0]}")
    size = sum(len(content) for _, content in files)
    if not 0 < size <= LARGEST:
        raise ArtefactError(f"the layer cannot be built: expected up to {LARGEST:,} bytes, got {size:,}")
