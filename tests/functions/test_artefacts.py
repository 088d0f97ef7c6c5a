"""The archives hold what they should and nothing else, to the byte; the layer has the versions that were tried."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra import __main__ as command
from infra import artefacts, layer
from infra.artefacts import FUNCTIONS, LOCK, code_archive, code_key, layer_archive, layer_key, packed
from infra.errors import ArtefactError
from infra.settings import ROOT

OF_THE_RUNTIME = {"boto3", "botocore"}
NAMES = {"jwt": "pyjwt", "aws_lambda_powertools": "aws-lambda-powertools"}


def pins(file: Path) -> dict[str, str]:
    """The versions of a file of requirements."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s\\]+)", file.read_text(encoding="utf-8"), re.MULTILINE))


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def test_the_code_is_ours_by_the_repositorys_paths() -> None:
    found = members(code_archive())
    assert {"infra/__init__.py", "infra/functions/authorizer.py", "infra/functions/shared/logger.py"} <= set(found)
    assert all(name == "infra/__init__.py" or name.startswith("infra/functions/") for name in found)
    assert not [name for name in found if name.endswith((".pyc", ".txt", ".lock")) or "__pycache__" in name]
    assert all(content == (ROOT / name).read_bytes() for name, content in found.items())
    assert "import" not in found["infra/__init__.py"].decode()


def test_the_same_source_gives_the_same_bytes_whenever_and_by_whomever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = code_archive()
    shutil.copytree(FUNCTIONS, tmp_path / "infra" / "functions")
    shutil.copy(ROOT / "infra" / "__init__.py", tmp_path / "infra")
    for path in tmp_path.rglob("*.py"):
        os.utime(path, (1, 1_000_000_000))
        path.chmod(0o700)
    (tmp_path / "infra" / "functions" / "push.pyc").write_bytes(b"left over")
    monkeypatch.setattr(artefacts, "ROOT", tmp_path)
    monkeypatch.setattr(artefacts, "FUNCTIONS", tmp_path / "infra" / "functions")
    assert code_archive() == first
    assert code_key(first) == f"functions/{hashlib.sha256(first).hexdigest()}.zip"


def test_an_archive_says_nothing_of_the_machine_that_made_it() -> None:
    made = packed([("b", b"2"), ("a", b"1")])
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        for entry in found.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.external_attr >> 16, entry.create_system) == (0o100644, 3)
            assert entry.compress_type == zipfile.ZIP_STORED
        assert found.namelist() == ["a", "b"]


def test_every_version_of_the_layer_is_the_one_that_was_tried() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    tried = {package["name"]: package["version"] for package in locked}
    found = pins(LOCK)
    direct = pins(FUNCTIONS / "requirements.txt")
    assert len(direct) == 5
    assert direct.items() <= found.items() <= tried.items()


def test_every_package_of_the_layer_has_its_hashes_and_none_is_missing() -> None:
    """What a package of the layer needs, on Lambda's Python, is in the layer."""
    for entry in re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip()):
        assert re.fullmatch(r"[a-z0-9-]+==[^\s\\]+( \\\n    --hash=sha256:[0-9a-f]{64})+", entry)
    for name in pins(LOCK):
        for need in importlib.metadata.requires(name) or ():
            if "extra ==" not in need and "python_full_version" not in need and "python_version" not in need:
                needed = re.match(r"[A-Za-z0-9._-]+", need)
                assert needed is not None
                assert needed[0].lower().replace("_", "-") in pins(LOCK), f"{name} needs {need}"


def test_no_licence_of_the_layer_asks_for_more_than_to_be_named() -> None:
    for name in pins(LOCK):
        said = importlib.metadata.metadata(name)
        words = [word for field in ("License-Expression", "License", "Classifier") for word in said.get_all(field, [])]
        assert not [word for word in words if re.search(r"\b[AL]?GPL|General Public|\bMPL|Mozilla", word)], name
        assert any(re.search(r"\b(MIT|BSD|Apache|PSF)\b", word) for word in words), name


def test_the_functions_import_what_is_in_the_layer_or_in_the_runtime() -> None:
    imported = set()
    for path in FUNCTIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.partition(".")[0] for name in names}
    foreign = {NAMES.get(name, name) for name in imported - set(sys.stdlib_module_names) - {"infra"}}
    assert foreign == set(pins(FUNCTIONS / "requirements.txt")) | OF_THE_RUNTIME


Wheels = dict[str, dict[str, str]]
GOOD: Wheels = {
    "one-1.0-py3-none-any.whl": {
        "one/__init__.py": "x = 1",
        "one-1.0.dist-info/METADATA": "Name: one",
        "one-1.0.data/scripts/one": "#!/bin/sh",
        "one-1.0.data/purelib/more.py": "x = 2",
    },
    "two-2.0-cp313-cp313-manylinux2014_aarch64.whl": {"two/two.so": "ELF"},
}


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Wheels], None]:
    """Let pip find these wheels."""

    def use(wheels: Wheels) -> None:
        def fetch(folder: Path) -> None:
            for name, files in wheels.items():
                with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
                    for member, content in files.items():
                        archive.writestr(member, content)

        monkeypatch.setattr(layer, "_fetch", fetch)

    monkeypatch.setattr(artefacts, "KEPT", tmp_path / "artefacts")
    use(GOOD)
    return use


def run(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["infra", "layer"])
    return command.main()


@pytest.mark.usefixtures("fetched")
def test_the_layer_is_built_kept_and_the_same_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(ArtefactError, match="python -m infra layer"):
        layer_archive()
    assert run(monkeypatch) == 0
    first = layer_archive()
    assert members(first) == {
        "python/more.py": b"x = 2",
        "python/one-1.0.dist-info/METADATA": b"Name: one",
        "python/one/__init__.py": b"x = 1",
        "python/two/two.so": b"ELF",
    }
    assert run(monkeypatch) == 0
    assert layer_archive() == first
    assert [path.name for path in (tmp_path / "artefacts").iterdir()] == [layer_key().removeprefix("layers/")]
    said = capsys.readouterr().out
    assert "layer: has two-2.0-cp313-cp313-manylinux2014_aarch64.whl" in said
    assert "packed 4 files of 2 wheels" in said


@pytest.mark.parametrize(
    ("wheels", "why"),
    [
        ({}, "got 0"),
        ({"a.whl": {"../../evil.py": "x"}}, r"a member \.\./"),
        ({"a.whl": {"/evil.py": "x"}}, "a member /"),
        ({"a.whl": {"x.py": "1"}, "b.whl": {"x.py": "2"}}, "two wheels have python/x.py"),
    ],
)
def test_what_is_no_layer_is_refused(fetched: Callable[[Wheels], None], wheels: Wheels, why: str) -> None:
    fetched(wheels)
    with pytest.raises(ArtefactError, match=why):
        layer.build_layer(lambda _: None)
    with pytest.raises(ArtefactError, match="expected the layer"):
        layer_archive()


COMPLAINTS = {
    "ERROR: Could not find a version that satisfies x==9 (from versions: 1)\nERROR: No matching distribution for x": (
        "Could not find a version that satisfies x==9 (from versions: 1)"
    ),
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE. If you\n    six==1.17 from https://i/six:\n": (
        "six==1.17: what the index has is not what the lock names: the hash is another one"
    ),
    "No module named pip": "No module named pip",
    "": "pip said nothing",
}


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_what_pip_complains_of_is_one_line_and_the_exit_code_of_bad_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], complaint: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(artefacts, "KEPT", tmp_path)

    def pip(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert {"--require-hashes", "--only-binary", "manylinux2014_aarch64", "3.13"} <= set(words)
        return subprocess.CompletedProcess(words, 1, "", complaint)

    monkeypatch.setattr("infra.layer.subprocess.run", pip)
    assert run(monkeypatch) == 3
    assert capsys.readouterr().err == f"error: the layer cannot be built: {COMPLAINTS[complaint]}\n"
    assert list(tmp_path.iterdir()) == []
