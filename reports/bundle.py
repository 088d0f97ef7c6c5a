"""A run in one file: its folder, a manifest of it, and a statement that names the manifest and is signed.

The statement is in-toto's (v1), in an envelope of DSSE (v1.0.2): what is signed is the envelope's pre-authentication
encoding, which lies beside it as it is, so that openssl alone can check the signature.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from reports.conclusion import conclude
from reports.disk import PLAN, VERDICTS, RecordError, part_of
from reports.reading import json_of
from reports.record import Record, load_record
from reports.sealing import INVENTORY, digest, inventories, opened, read

MANIFEST: Final = "manifest.json"
ENVELOPE: Final = "statement.dsse.json"
SIGNED: Final = "signed.bin"
SIGNATURE: Final = "signature.bin"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
PREDICATE_TYPE: Final = "https://touchstone.example/compliance-run/v1"
_STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
_OWN: Final = (MANIFEST, ENVELOPE, SIGNED, SIGNATURE)
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""What a file of a bundle is dated: the same run makes the same bytes."""
_LARGEST: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs bytes; ``key_id`` names the public key: the SHA-256 of its DER form."""

    key_id: str
    sign: Callable[[bytes], bytes]


def local_signer(path: Path) -> Signer:
    """Return the signer of an Ed25519 key in a PEM file without a password.

    Raises:
        RecordError: the file holds no such key.
    """
    try:
        key = serialization.load_pem_private_key(read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RecordError(f"{path}: expected a private Ed25519 key in PEM form, without a password") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise RecordError(f"{path}: expected an Ed25519 key, found {type(key).__name__}")
    return Signer(key_id(key.public_key()), key.sign)


def public_key(path: Path) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
    """Read the public key by which a bundle is checked: Ed25519, or of an elliptic curve as KMS has them.

    Raises:
        RecordError: the file holds no such key.
    """
    try:
        key = serialization.load_pem_public_key(read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RecordError(f"{path}: expected a public key in PEM form") from error
    if isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey):
        return key
    raise RecordError(f"{path}: expected an Ed25519 or an elliptic curve key, found {type(key).__name__}")


def key_id(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) -> str:
    """Return the name of a public key."""
    der = serialization.PublicFormat.SubjectPublicKeyInfo
    return digest(key.public_bytes(serialization.Encoding.DER, der))


def encoded(payload: bytes) -> bytes:
    """Return what is signed of a payload: DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def bundle(folder: Path, signer: Signer, path: Path) -> Path:
    """Write a run as one signed file.

    Raises:
        RecordError: the folder holds no whole record, or the place cannot be written to.
    """
    record = load_record(folder)
    if not record.reconciled.complete:
        wrong = record.reconciled.interrupted or record.reconciled.trouble[0]
        raise RecordError(f"{folder}: expected a whole record: {wrong}")
    files = {name: read(folder / name) for name in _names(folder)}
    manifest = _json({"files": {name: {"sha256": digest(files[name]), "bytes": len(files[name])} for name in files}})
    payload = _json(_statement(record, digest(manifest)))
    signed = encoded(payload)
    signature = signer.sign(signed)
    envelope = _envelope(payload, signature, signer.key_id)
    whole = {**files, MANIFEST: manifest, ENVELOPE: envelope, SIGNED: signed, SIGNATURE: signature}
    _write(path, whole)
    return path


def _names(folder: Path) -> Iterator[str]:
    """Yield the files of a run that are its record, and those that show it."""
    yield from (PLAN, VERDICTS)
    yield from (f"{INVENTORY}/{path.name}" for path in inventories(folder))
    yield from (path.name for path in sorted(folder.iterdir()) if path.is_file() and path.name not in (PLAN, VERDICTS))


def _statement(record: Record, manifest: str) -> dict[str, Any]:
    said = conclude(record)
    return {
        "_type": _STATEMENT_TYPE,
        "subject": [{"name": MANIFEST, "digest": {"sha256": manifest}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "run": record.run.id, "started": record.run.started.isoformat(), "commit": record.run.commit,
            "environments": [one.name for one in record.run.environments], "tiers": list(record.run.tiers),
            "endpoint": record.run.endpoint, "conclusion": said.state,
        },
    }  # fmt: skip


def _envelope(payload: bytes, signature: bytes, signer: str) -> bytes:
    signed, sig = (base64.b64encode(part).decode() for part in (payload, signature))
    said = {"payloadType": PAYLOAD_TYPE, "payload": signed, "signatures": [{"keyid": signer, "sig": sig}]}
    return _json(said)


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, indent=1, sort_keys=True).encode()


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    with part_of(path) as temporary, zipfile.ZipFile(temporary, "x", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)


def unpacked(path: Path) -> dict[str, bytes]:
    """Return what is in a bundle, by name.

    Raises:
        RecordError: it is no bundle, or is cut off.
    """
    try:
        with opened(path) as stream, zipfile.ZipFile(stream) as packed:
            infos = [one for one in packed.infolist() if not one.is_dir()]
            if len({one.filename for one in infos}) < len(infos):
                raise RecordError(f"{path}: expected every file once")
            if sum(one.file_size for one in infos) > _LARGEST:
                raise RecordError(f"{path}: expected {_LARGEST} bytes at most")
            return {one.filename: packed.read(one) for one in infos}
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise RecordError(f"{path}: expected a whole bundle: {error}") from error


def touched(path: Path, key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey, into: Path) -> Iterator[str]:
    """Yield a line for everything about a bundle that is not what was signed; ``into``: an empty folder to unpack in.

    Raises:
        RecordError: it is no bundle.
    """
    files = unpacked(path)
    missing = [name for name in (*_OWN, PLAN, VERDICTS) if name not in files]
    if missing:
        raise RecordError(f"{path}: expected a bundle, {missing[0]} is not in it")
    payload, signature, signer = _opened(path, files[ENVELOPE])
    if signer != key_id(key):
        yield f"it is signed by key {signer[:16]}, not by {key_id(key)[:16]}"
    if not _is_signed(key, signature, encoded(payload)):
        yield f"{ENVELOPE}: the signature is not of this statement by this key"
    if files[ENVELOPE] != _envelope(payload, signature, signer):
        yield f"{ENVELOPE} says more than what was signed, or says it otherwise"
    if files[SIGNED] != encoded(payload) or files[SIGNATURE] != signature:
        yield f"{SIGNED} and {SIGNATURE} are not those of {ENVELOPE}"
    if _subject(payload) != digest(files[MANIFEST]):
        yield f"{MANIFEST} is not the one that was signed"
    listed = _listed(files[MANIFEST])
    for name in sorted(files.keys() - set(_OWN) | listed.keys()):
        if name not in files or name not in listed:
            yield f"{name} {'is not there any more' if name in listed else 'was not there when it was signed'}"
        elif digest(files[name]) != listed[name]:
            yield f"{name} is not what was signed"
    yield from _of_the_record(files, into)


def _subject(payload: bytes) -> str | None:
    """Return the digest of the manifest that a statement names; of what is none, nothing."""
    try:
        (subject,) = json_of(payload, ENVELOPE)["subject"]
        return str(subject["digest"]["sha256"])
    except (RecordError, ValueError, KeyError, TypeError):
        return None


def _listed(manifest: bytes) -> dict[str, str]:
    """Return the digest of each file that a manifest names; of what is none, nothing."""
    try:
        return {str(name): str(said["sha256"]) for name, said in json_of(manifest, MANIFEST)["files"].items()}
    except (RecordError, KeyError, TypeError, AttributeError):
        return {}


def _opened(path: Path, text: bytes) -> tuple[bytes, bytes, str]:
    try:
        said = json_of(text, ENVELOPE)
        (signed,) = said["signatures"]
        parts = (said["payload"], signed["sig"])
        payload, signature = (base64.b64decode(part, validate=True) for part in parts)
        return payload, signature, str(signed["keyid"])
    except (RecordError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: {ENVELOPE}: expected an envelope of DSSE with one signature") from error


def _is_signed(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey, signature: bytes, content: bytes) -> bool:
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
        else:
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _of_the_record(files: Mapping[str, bytes], into: Path) -> Iterator[str]:
    """Yield what the record says of itself that cannot be."""
    try:
        lay_out(files, into)
        yield from load_record(into).reconciled.trouble
    except RecordError as error:
        yield str(error).replace(f"{into}/", "")


def lay_out(files: Mapping[str, bytes], into: Path) -> None:
    """Write the record that a bundle holds as the run folder that it was, and nothing else of it.

    Raises:
        RecordError: it cannot be written, or a file of it is called what no file can be called.
    """
    kept = {
        name: content for name, content in files.items()
        if name in (PLAN, VERDICTS) or (name.startswith(f"{INVENTORY}/") and name.count("/") == 1 and ".." not in name)
    }  # fmt: skip
    try:
        (into / INVENTORY).mkdir(parents=True)
        for name, content in kept.items():
            (into / name).write_bytes(content)
    except (OSError, ValueError) as error:
        raise RecordError(f"{into}: expected a place for the files of a bundle: {error}") from error
