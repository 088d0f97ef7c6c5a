"""What is noticed of a run folder without any key, and what `verify` says of its files with one."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ed25519

from reports.bundle import Signer, bundle, key_id, touched
from reports.disk import RecordError
from reports.record import load_record

KEY: Final = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
Files = Mapping[str, bytes]
_ENDS: Final = (" is not what was signed", " is not there any more", " was not there when it was signed")


def trouble(folder: Path) -> tuple[str, ...]:
    """Return what is noticed of a record; one that cannot be read is noticed, too."""
    try:
        reconciled = load_record(folder).reconciled
    except RecordError as error:
        return (str(error),)
    return (*([reconciled.interrupted] if reconciled.interrupted else []), *reconciled.trouble)


def content(folder: Path) -> Files:
    """Return the files of a folder by their names in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def bundled(run: Path, into: Path) -> Files:
    """Sign a run, and return what is in the bundle of it."""
    with zipfile.ZipFile(bundle(run, Signer(key_id(KEY.public_key()), KEY.sign), into / "run.zip")) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def verified(files: Files, folder: Path) -> list[str]:
    """Return what `verify` says of a bundle of these files; what is none is noticed, too."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        with zipfile.ZipFile(place / "edited.zip", "w") as written:
            for one, text in files.items():
                written.writestr(one, text)
        try:
            return list(touched(place / "edited.zip", KEY.public_key(), place / "unpacked"))
        except RecordError as error:
            return [str(error)]


def named(lines: list[str]) -> set[str]:
    """Return the files of which `verify` says that they are not what was signed."""
    return {line.removesuffix(end) for line in lines for end in _ENDS if line.endswith(end)}
