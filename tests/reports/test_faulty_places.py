"""A disk that is full, a place that takes nothing, a bundle that is cut off, a key that is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from fixtures.run.replaying import recorded
from infra.errors import InputError
from infra.settings import ROOT
from reports.__main__ import COMMANDS
from reports.bundle import public_key, touched
from reports.disk import RecordError
from reports.history.index import INDEX
from tests.reports.calling import CALLS, patience, prepared, told, words
from tests.reports.noticing import content
from tests.reports.test_faults import BAD, INCOMPLETE

# What writes nothing but to the terminal; each other command has to say that it cannot write.
SPEAKS: Final = ("verify", "diff", "sample", "comment", "notify")
_ROOM: Final = "96k"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, its keys, and a bundle of it."""
    return prepared(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def disk(sound: Path, tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own with the run on it."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("without mount there is no disk that is full")
    made = _tell("mount", "-t", "tmpfs", "-o", f"size={_ROOM}", "tmpfs", str(place))
    if made.returncode:
        pytest.skip(f"only who may mount has a disk that is full: {made.stderr.strip()}")
    try:
        shutil.copytree(sound, place, dirs_exist_ok=True)
        yield place
    finally:
        assert _tell("umount", str(place)).returncode == 0


def _tell(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [shutil.which(program) or program, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _fill(place: Path) -> None:
    """Leave no byte of room on a disk."""
    with (place / "filling").open("wb", buffering=0) as stream:
        for size in (4096, 1):
            try:
                while stream.write(b"x" * size):
                    pass
            except OSError:
                continue


def _cannot_write(call: str, disk: Path, capsys: pytest.CaptureFixture[str], sound: tuple[int, str, str]) -> None:
    """Hold a command to saying in one line that it cannot write, and to leaving all as it was."""
    before = content(disk)
    code, out, err = told(call, disk, capsys)
    if call in SPEAKS:
        assert (code, out, err) == sound
    else:
        assert (code, out, err.count("\n")) == (3, "", 1), (code, out, err)
        assert err.startswith(f"error: {disk}")
    after = content(disk)
    # SQLite makes its file before it finds out that there is no room for anything in it.
    assert {name: text for name, text in after.items() if Path(name).name != INDEX or text} == before


@pytest.mark.parametrize("call", CALLS)
def test_a_disk_that_is_full_is_one_line(disk: Path, capsys: pytest.CaptureFixture[str], call: str) -> None:
    sound = told(call, disk, capsys) if call in SPEAKS else (0, "", "")
    _fill(disk)
    _cannot_write(call, disk, capsys, sound)


@pytest.mark.parametrize("call", CALLS)
def test_a_place_that_takes_nothing_is_one_line(disk: Path, capsys: pytest.CaptureFixture[str], call: str) -> None:
    sound = told(call, disk, capsys) if call in SPEAKS else (0, "", "")
    assert _tell("mount", "-o", "remount,ro", str(disk)).returncode == 0
    _cannot_write(call, disk, capsys, sound)


@pytest.mark.parametrize("call", ["bundle", "verify"])
def test_a_key_that_is_not_there_is_one_line(sound: Path, capsys: pytest.CaptureFixture[str], call: str) -> None:
    code, out, err = told(call, sound, capsys, "--key", str(sound / "nothing.pem"))
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "nothing.pem: expected a file of a run: No such file or directory" in err


@pytest.mark.parametrize("end", [0, 1, 100, 2000, -400, -30, -1])
def test_a_bundle_that_is_cut_off_is_one_line(
    sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], end: int
) -> None:
    place = Path(shutil.copytree(sound, tmp_path / "place"))
    text = (place / "run.zip").read_bytes()
    (place / "run.zip").write_bytes(text[:end])
    code, out, err = told("verify", place, capsys)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "run.zip: expected a whole bundle" in err
    with pytest.raises(RecordError, match=r"run\.zip: expected a whole bundle"):
        recorded(place / "run.zip")


@pytest.mark.parametrize(
    "name", ["inventory/", "inventory/" + "x" * 300, "inventory/\x07", "../out", "inventory/../out"]
)
def test_a_bundle_with_a_name_that_is_odd_is_told_in_lines(sound: Path, tmp_path: Path, name: str) -> None:
    place = Path(shutil.copytree(sound, tmp_path / "place"))
    with zipfile.ZipFile(place / "run.zip", "a") as written:
        written.writestr(name, "")
    lines = list(touched(place / "run.zip", public_key(place / "key.pub"), tmp_path / "unpacked"))
    assert bool(lines) == (not name.endswith("/"))  # a folder holds nothing, and packers write one
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("call", [*COMMANDS, "--format=csv"])
def test_an_output_that_takes_no_more_is_one_line(sound: Path, tmp_path: Path, call: str) -> None:
    place = Path(shutil.copytree(sound, tmp_path / "place"))
    command = [sys.executable, "-m", "reports", *words(call, place)]
    with Path("/dev/full").open("w") as full:
        said = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    assert (said.returncode, said.stderr.count("\n")) == (3, 1), said.stderr
    assert call == "notify" or "standard output: expected a place that can be written: No space left" in said.stderr


def test_a_bundle_that_waits_is_one_line(sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = Path(shutil.copytree(sound, tmp_path / "place"))
    (place / "run.zip").unlink()
    os.mkfifo(place / "run.zip")
    code, _, err = told("verify", place, capsys)
    assert (code, err.count("\n")) == (3, 1)
    assert "run.zip: expected a file of a run" in err


@pytest.mark.parametrize("fault", [*BAD, *INCOMPLETE])
def test_what_is_judged_again_has_to_be_whole(sound: Path, tmp_path: Path, fault: str) -> None:
    """``--replay`` reads a record as the commands do, before anything else is done."""
    place = Path(shutil.copytree(sound / "out" / "2026-11-22T10-00-00Z", tmp_path / "run"))
    name, wrong = BAD[fault] if fault in BAD else (str(place), INCOMPLETE[fault])
    wrong(place)
    with patience(), pytest.raises((RecordError, InputError), match=name) as caught:
        recorded(place)
    assert len(str(caught.value).splitlines()) == 1
    assert RecordError.exit_code == InputError.exit_code == 3
