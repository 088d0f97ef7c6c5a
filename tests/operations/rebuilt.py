"""The functions' code with one thing in it changed."""

from __future__ import annotations

import io
import zipfile

from infra.artefacts import packed


def changed(archive: bytes, file: str, old: str, new: str) -> bytes:
    """An archive in which one file says something else."""
    with zipfile.ZipFile(io.BytesIO(archive)) as read:
        files = {name: read.read(name) for name in read.namelist()}
    (name,) = [name for name in files if name.endswith(f"functions/{file}")]
    text = files[name].decode()
    assert text.count(old) == 1, f"{file}: {old}"
    return packed([*(files | {name: text.replace(old, new).encode()}).items()])
