"""A run in one signed file: whatever is changed in it is named, and openssl alone can check the signature."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from reports.__main__ import main
from reports.bundle import ENVELOPE, MANIFEST, SIGNATURE, SIGNED, Signer, bundle, key_id
from tests.reports import sample

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
Files = dict[str, bytes]


def keys(folder: Path, key: Key, name: str = "key") -> tuple[Path, Path]:
    """Write a pair of keys; return the files of the private and of the public one."""
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    public.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder, its keys, and the bundle of it."""
    folder = tmp_path_factory.mktemp("bundle")
    run = folder / "run"
    sample.facts(run)
    plan, lines = sample.few()
    sample.write(run, lines, plan_is=plan)
    (run / "index.html").write_text("<p>the page</p>")
    private, _ = keys(folder, ed25519.Ed25519PrivateKey.generate())
    keys(folder, ed25519.Ed25519PrivateKey.generate(), "other")
    assert main(["bundle", str(run), "--key", str(private), "--out", str(folder / "run.zip")]) == 0
    return folder


def verify(folder: Path, file: Path, capsys: pytest.CaptureFixture[str], key: str = "key") -> tuple[int, str]:
    capsys.readouterr()
    code = main(["verify", str(file), "--key", str(folder / f"{key}.pub")])
    said = capsys.readouterr()
    return code, said.out + said.err


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    return path


def test_what_was_signed_is_found_whole_and_is_the_same_each_time(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(folder, folder / "run.zip", capsys) == (0, "It is what was signed, whole and unchanged.\n")
    again = tmp_path / "again.zip"
    assert main(["bundle", str(folder / "run"), "--key", str(folder / "key.pem"), "--out", str(again)]) == 0
    assert again.read_bytes() == (folder / "run.zip").read_bytes()


def test_another_key_is_another_signer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(folder, folder / "run.zip", capsys, "other")
    assert code == 1
    assert "it is signed by key" in said
    assert "the signature is not of this statement by this key" in said


def test_every_byte_of_every_file_counts(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = random.Random(7)  # noqa: S311  the same ones in each run
    whole = files_of(folder / "run.zip")
    for number, name in enumerate(sorted(whole) * 5):
        content = whole[name]
        place = draw.randrange(len(content))
        other = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        code, said = verify(folder, packed(tmp_path / f"{number}.zip", whole | {name: other}), capsys)
        assert code in (1, 3), name
        assert name in said or name == ENVELOPE, (name, said)
        assert "Traceback" not in said


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {one: content for one, content in files.items() if one != name}


@pytest.mark.parametrize(("edit", "code", "says"), [
    (without("index.html"), 1, "index.html is not there any more"),
    (without("inventory/prod-static.json"), 1, "inventory/prod-static.json is not there any more"),
    (without("plan.json"), 3, "expected a bundle, plan.json is not in it"),
    (without(MANIFEST), 3, f"expected a bundle, {MANIFEST} is not in it"),
    (lambda files: files | {"more.html": b"x"}, 1, "more.html was not there when it was signed"),
    (lambda files: files | {MANIFEST: b"[]"}, 1, f"{MANIFEST} is not the one that was signed"),
    (lambda files: files | {ENVELOPE: b"{}"}, 3, "expected an envelope of DSSE with one signature"),
    (lambda files: files | {"../out": b"x"}, 1, "../out was not there when it was signed"),
])  # fmt: skip
def test_what_is_taken_away_or_added_is_named(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    edit: Callable[[Files], Files],
    code: int,
    says: str,
) -> None:
    found = verify(folder, packed(tmp_path / "edited.zip", edit(files_of(folder / "run.zip"))), capsys)
    assert found[0] == code
    assert says in found[1]
    assert not (tmp_path / "out").exists()


def test_a_manifest_that_fits_what_was_changed_does_not_help(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_of(folder / "run.zip") | {"index.html": b"<p>Conforms</p>"}
    listed = json.loads(files[MANIFEST])
    listed["files"]["index.html"]["sha256"] = hashes_of(files["index.html"])
    found = verify(folder, packed(tmp_path / "edited.zip", files | {MANIFEST: json.dumps(listed).encode()}), capsys)
    assert found == (1, f"{MANIFEST} is not the one that was signed\nIt is not what was signed.\n")


def hashes_of(content: bytes) -> str:
    made = hashes.Hash(hashes.SHA256())
    made.update(content)
    return made.finalize().hex()


def test_openssl_alone_checks_the_signature(folder: Path, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "docs/architecture.md says how openssl checks a bundle: it has to be here"
    files = files_of(folder / "run.zip")
    for name in (SIGNED, SIGNATURE):
        (tmp_path / name).write_bytes(files[name])
    words = (
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        str(folder / "key.pub"),
        "-rawin",
        "-in",
        SIGNED,
        "-sigfile",
        SIGNATURE,
    )
    assert subprocess.run([openssl, *words], cwd=tmp_path, check=False).returncode == 0
    (tmp_path / SIGNED).write_bytes(files[SIGNED] + b" ")
    assert subprocess.run([openssl, *words], cwd=tmp_path, check=False).returncode != 0


def test_a_signer_of_another_kind_signs_as_well(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """KMS signs by an elliptic curve, and gives no private key away."""
    key = ec.generate_private_key(ec.SECP256R1())
    keys(tmp_path, key)
    signer = Signer(key_id(key.public_key()), lambda content: key.sign(content, ec.ECDSA(hashes.SHA256())))
    path = bundle(folder / "run", signer, tmp_path / "run.zip")
    assert verify(tmp_path, path, capsys)[0] == 0


@pytest.mark.parametrize(("words", "says"), [
    (("bundle", "{run}", "--key", "{run}/plan.json"), "expected a private Ed25519 key in PEM form"),
    (("bundle", "{run}", "--key", "{run}/nothing"), "expected a file of a run"),
    (("bundle", "{folder}", "--key", "{folder}/key.pem"), "plan.json: expected a file of a run"),
    (("verify", "{run}/index.html", "--key", "{folder}/key.pub"), "expected a whole bundle"),
    (("verify", "{folder}/run.zip", "--key", "{folder}/key.pem"), "expected a public key in PEM form"),
    (("verify", "{folder}/run.zip"), "required: --key"),
])  # fmt: skip
def test_what_cannot_be_read_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    given = [word.format(folder=folder, run=folder / "run") for word in words]
    try:
        code = main(given)
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code == 3
    assert says in capsys.readouterr().err


def test_what_breaks_off_is_no_bundle(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = (folder / "run.zip").read_bytes()
    for share in (0.1, 0.5, 0.99):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(content[: int(len(content) * share)])
        assert verify(folder, cut, capsys)[0] == 3


def test_a_run_that_broke_off_is_not_signed(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = sample.write(tmp_path / "run", closed=False)
    assert main(["bundle", str(run), "--key", str(folder / "key.pem")]) == 3
    assert "expected a whole record: the record has no summary line" in capsys.readouterr().err
