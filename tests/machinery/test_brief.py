"""Every line of the brief has an answer in docs/brief.md, and every answer is there; what is open is said to be."""

from __future__ import annotations

import configparser
import hashlib
import re
from typing import Final

import pytest
import typer.main

from infra.__main__ import app
from infra.settings import ROOT

PAGE: Final = ROOT / "docs" / "brief.md"
# The brief's own lines, in their order, each by the beginning of its SHA-256: the brief is kept elsewhere.
LINES: Final = (ROOT / "tests" / "machinery" / "brief.digests").read_text(encoding="utf-8").split()
ROW: Final = re.compile(r"^\| (.+?) \| (.+) \|$", re.MULTILINE)
COMMAND: Final = re.compile(r"`python -m infra ([a-z-]+)((?: --[a-z-]+(?: [a-z]+)?)*)`")
DOOR: Final = re.compile(r"`tox -e ([a-z]+)")
ROWS: Final = [row for row in ROW.findall(PAGE.read_text(encoding="utf-8")) if row[0] not in ("the brief", "---")]
OPEN: Final = 0


def test_no_line_of_the_brief_is_left_out() -> None:
    assert [hashlib.sha256(said.encode()).hexdigest()[:12] for said, _ in ROWS] == LINES


@pytest.mark.parametrize("answer", sorted({answer for _, answer in ROWS}))
def test_an_answer_is_there(answer: str) -> None:
    """Links are followed with those of all pages, in test_docs.py."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group, by what it is made of
    doors = configparser.ConfigParser(interpolation=None)
    doors.read(ROOT / "tox.ini", encoding="utf-8")
    found = COMMAND.findall(answer)
    for name, options in found:
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", options)) <= known, answer
    called = DOOR.findall(answer)
    assert {f"testenv:{door}" for door in called} <= set(doors.sections()), answer
    assert found or called or "](" in answer or answer.startswith("open"), answer


def test_what_is_open_is_counted() -> None:
    """So that an answer that is found, or one that is lost, is noticed here."""
    assert sum("open" in re.split(r"\W", answer) for _, answer in ROWS) == OPEN
