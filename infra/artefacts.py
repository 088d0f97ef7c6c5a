"""What the functions are made of, as archives named after what they hold: the same source gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from infra.errors import ArtefactError
from infra.settings import ROOT, shown

FUNCTIONS: Final = ROOT / "infra" / "functions"
LOCK: Final = FUNCTIONS / "layer.lock"
KEPT: Final = ROOT / ".cache" / "artefacts"
_CODE: Final = (".py", ".pem", ".sql")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # no archive can hold an earlier day
_FILE: Final = 0o100644
_UNIX: Final = 3


def code_archive() -> bytes:
    """Return our own code as the functions run it: by the repository's paths, so handlers are infra.functions.…"""
    paths = sorted(path for path in FUNCTIONS.rglob("*") if path.suffix in _CODE and path.is_file())
    names = [ROOT / "infra" / "__init__.py", *paths]
    return packed((path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in names)


def code_key(archive: bytes) -> str:
    """Return under which name an archive of our code is stored."""
    return f"functions/{hashlib.sha256(archive).hexdigest()}.zip"


def layer_key() -> str:
    """Return under which name the layer is stored: its lock decides what is in it."""
    return f"layers/{_lock_digest()}.zip"


def archive_parameters(code: bytes) -> dict[str, str]:
    """Return the parameters of templates that name an archive of our code and the layer."""
    return {"FunctionsCodeKey": code_key(code), "LayerKey": layer_key()}


@cache
def source_parameters() -> dict[str, str]:
    """Return the parameters that name what the source holds: packed once, however often the platform is resolved."""
    return archive_parameters(code_archive())


def layer_file() -> Path:
    """Return where the layer is kept once it is built."""
    return KEPT / f"{_lock_digest()}.zip"


def layer_archive() -> bytes:
    """Return the layer; raises ArtefactError when it is not built yet."""
    try:
        return layer_file().read_bytes()
    except FileNotFoundError:
        raise ArtefactError(f"{shown(layer_file())}: expected the layer: build it with python -m infra layer") from None


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack files in the order of their names, without times or owners.

    They are stored as they are: what a compressor makes of them differs between its versions.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = _FILE << 16
            archive.writestr(entry, content)
    return target.getvalue()


def _lock_digest() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()
