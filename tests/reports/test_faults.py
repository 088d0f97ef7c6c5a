"""Every command of ``python -m reports`` over every fault: a line that names the file, the exit code, no remains.

The commands are those that there are, with the arguments that their parsers ask for: a new one is tried as well.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.reports.calling import CALLS, prepared, run_in, told
from tests.reports.noticing import content


def _fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE stamps (stamp TEXT)")


def _replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def fault(run: Path) -> None:
        text = (run / name).read_text()
        assert old in text
        (run / name).write_text(text.replace(old, new, 1))

    return fault


# What is wrong in a run folder, and the file that has to be named.
BAD: Final[Mapping[str, tuple[str, Callable[[Path], object]]]] = {
    "no plan": ("plan.json", lambda run: (run / "plan.json").unlink()),
    "no verdicts": ("verdicts.jsonl", lambda run: (run / "verdicts.jsonl").unlink()),
    "an empty plan": ("plan.json", lambda run: (run / "plan.json").write_text("")),
    "a plan cut off": ("plan.json", lambda run: os.truncate(run / "plan.json", 700)),
    "a plan of a huge number": ("plan.json", _replaced("plan.json", '"waivers": 1', f'"waivers": {"7" * 5000}')),
    "a plan of a large number": ("plan.json", _replaced("plan.json", '"waivers": 1', '"waivers": 1e999')),
    "a line of a huge number": (
        "verdicts.jsonl", _replaced("verdicts.jsonl", '"value": 7', f'"value": {"7" * 5000}')
    ),
    "bytes that are no text": ("verdicts.jsonl", lambda run: (run / "verdicts.jsonl").write_bytes(b"\xff\n")),
    "a plan that waits": ("plan.json", lambda run: _fifo(run / "plan.json")),
    "verdicts that wait": ("verdicts.jsonl", lambda run: _fifo(run / "verdicts.jsonl")),
    "an inventory that waits": ("dev-static.json", lambda run: _fifo(run / "inventory" / "dev-static.json")),
    "a plan that is a folder": ("plan.json", lambda run: _folder(run / "plan.json")),
    "verdicts that are a folder": ("verdicts.jsonl", lambda run: _folder(run / "verdicts.jsonl")),
    "a folder among the inventories": ("more", lambda run: (run / "inventory" / "more").mkdir()),
    "a plan that leads nowhere": ("plan.json", lambda run: _nowhere(run / "plan.json")),
}  # fmt: skip
HARMLESS: Final[Mapping[str, Callable[[Path], object]]] = {
    "somebody's notes": lambda run: (run / "notes.txt").write_text("mine"),
    "somebody's folder": lambda run: (run / "notes").mkdir(),
    "somebody's pipe": lambda run: os.mkfifo(run / "pipe"),
    "a link that leads nowhere": lambda run: (run / "link").symlink_to("nowhere"),
    "a file that was begun": lambda run: (run / "index.html.part").write_text("<p>"),
    "a pipe in its place": lambda run: os.mkfifo(run / "index.html.part"),
    "a pipe where the database is": lambda run: os.mkfifo(run / "verdicts.sqlite"),
    "a database that is none": lambda run: (run / "verdicts.sqlite").write_text("none"),
    "a database of another version": lambda run: _database(run / "verdicts.sqlite"),
    "an index of another version": lambda run: _database(run.parent / "history.sqlite"),
    "a pipe where the index is": lambda run: os.mkfifo(run.parent / "history.sqlite"),
    "latest is a folder": lambda run: (run.parent / "latest").mkdir(),
    "a file among the runs": lambda run: (run.parent / "0000").write_text(""),
    "an index that is none": lambda run: (run.parent / "history.sqlite").write_text("none"),
}
INCOMPLETE: Final[Mapping[str, Callable[[Path], object]]] = {
    "a run that was killed": lambda run: os.truncate(run / "verdicts.jsonl", 700),
    "a run without a verdict": lambda run: os.truncate(run / "verdicts.jsonl", 0),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, its keys, and a bundle of it."""
    return prepared(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def place(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "place"))


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("call", CALLS)
def test_what_cannot_be_read_is_one_line(
    place: Path, capsys: pytest.CaptureFixture[str], call: str, fault: str
) -> None:
    name, wrong = BAD[fault]
    wrong(run_in(place))
    before = content(place)
    code, out, err = told(call, place, capsys)
    if call == "verify":  # it reads no folder
        assert (code, err) == (0, "")
    elif call == "history":  # it tells of every run, also of one that cannot be read
        assert code == 0
        wanted = () if fault in ("no plan", "a plan that leads nowhere") else ("cannot be read", name)
        assert all(word in out for word in wanted), out
    else:
        assert (code, out, err.count("\n")) == (3, "", 1)
        assert err.startswith("error: ")
        assert name in err
        assert content(place) == before


@pytest.mark.parametrize("fault", HARMLESS)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_somebody_elses_is_left_alone(
    sound: Path, place: Path, capsys: pytest.CaptureFixture[str], call: str, fault: str
) -> None:
    code, out, err = told(call, place, capsys)
    shutil.rmtree(place)
    shutil.copytree(sound, place)
    HARMLESS[fault](run_in(place))
    assert told(call, place, capsys) == (code, out, err)


@pytest.mark.parametrize("fault", INCOMPLETE)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_incomplete_is_told_as_that(
    place: Path, capsys: pytest.CaptureFixture[str], call: str, fault: str
) -> None:
    INCOMPLETE[fault](run_in(place))
    code, out, err = told(call, place, capsys)
    if call == "verify":
        assert code == 0
    elif call == "bundle":
        assert (code, err.count("\n")) == (3, 1)
        assert "expected a whole record: the record has no summary line" in err
    else:
        assert code == (3 if call == "notify" else 0)  # which has no address to send to
        assert call == "notify" or "incomplete" in (out + err).lower(), out
