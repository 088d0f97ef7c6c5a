"""Whatever a name or a message is, it is read and never obeyed: in every place of a record, in every medium."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.outside import lines, markdown, terminal, visible
from reports.formats.junit import junit
from reports.html import render
from reports.models import Plan, Summary, Verdict
from reports.record import Record, load_record
from reports.storable import storable
from reports.summary import markdown as summary_markdown
from reports.terminal import finding_lines, summary
from tests.patience import PATIENCE
from tests.reports import hostile
from tests.reports.hostile import FORGED, HOSTILE, TOGETHER, acts_in_a_log, hidden
from tests.reports.test_browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["chromium"]

ROOT = Path(__file__).resolve().parents[2]
SGR = re.compile(r"\x1b\[[\d;]*m")
PLAIN = "plain"
# What a pytest run quotes: a failure, a skip, a subtest, output, an error, a warning. Its text is in the environment.
QUOTES = """
import json, os, sys, warnings
import pytest
TEXT = json.loads(os.environ["HOSTILE"])
pytestmark = pytest.mark.verdict

def test_that_fails():
    pytest.fail(TEXT, pytrace=False)

def test_that_crashes():
    print(TEXT)
    print(TEXT, file=sys.stderr)
    raise ValueError(TEXT)

def test_that_compares():
    assert TEXT == "other"

def test_that_is_skipped():
    pytest.skip(TEXT)

def test_of_many(subtests):
    with subtests.test(TEXT):
        pytest.fail(TEXT, pytrace=False)
    with subtests.test(TEXT):
        pytest.skip(TEXT)

def test_that_warns_and_passes():
    print(TEXT)
    warnings.warn(TEXT)
"""


def record(folder: Path, text: str) -> Record:
    return load_record(hostile.write(folder, text))


@pytest.fixture(scope="module")
def benign(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """The same record with a text that can do nothing."""
    return Media.of(record(tmp_path_factory.mktemp("plain"), PLAIN))


@dataclass(frozen=True, slots=True)
class Media:
    """A record as each medium shows it; ``terminal`` is the summary without colour that no terminal shows."""

    shape: _Shape
    terminal: str
    findings: list[str]
    markdown: str
    xml: str

    @classmethod
    def of(cls, found: Record) -> Media:
        shown = summary(found, terminal=False, colour=False, width=100)
        return cls(_Shape(render(found)), shown, finding_lines(found), summary_markdown(found), "".join(junit(found)))


class _Shape(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_text_is_in_every_place_of_a_record_that_takes_any(tmp_path: Path) -> None:
    """Of a field that is added tomorrow too: the places are read off the models."""
    found = [place for kind in (Plan, Verdict, Summary) for place in hostile.places(kind)]
    assert len(found) > 35
    hostile.write(tmp_path, "HERE")
    said = "".join((tmp_path / name).read_text() for name in ("plan.json", "verdicts.jsonl"))
    assert said.count("HERE") >= len(found)
    assert len(HOSTILE) > 150


@pytest.mark.parametrize("text", HOSTILE, ids=map(str, range(len(HOSTILE))))
def test_nothing_hostile_acts_in_any_medium(tmp_path: Path, benign: Media, text: str) -> None:
    found, text = record(tmp_path, text), storable(text)
    assert found.reconciled.trouble == ()
    _page(render(found), benign.shape, text)
    for terminal_is, colour in ((False, False), (True, False), (True, True)):
        shown = summary(found, terminal=terminal_is, colour=colour, width=100)
        said = SGR.sub("", shown) if colour else shown
        assert hidden(said) == acts_in_a_log(said) == []
        if not terminal_is:
            assert len(said.split("\n")) == len(benign.terminal.split("\n"))
    lines = finding_lines(found)
    assert len(lines) == len(benign.findings)
    assert [line for line in lines if hidden(line) or acts_in_a_log(line)] == []
    _markdown(summary_markdown(found), benign.markdown)
    _xml("".join(junit(found)), benign.xml, text)


def _page(page: str, expected: _Shape, text: str) -> None:
    shape = _Shape(page)
    assert shape.tags == expected.tags
    assert hidden(page) == []
    assert visible(text) in shape.text
    markers = set(re.findall(r"«\w+»", expected.text)) - {"«value»", "«callers»"}  # data, shown as code
    assert len(markers) > 15
    assert [marker for marker in markers if f"{visible(text)}{marker}" not in shape.text] == []


def _markdown(said: str, plain: str) -> None:
    assert hidden(said) == acts_in_a_log(said) == []
    assert len(said.split("\n")) == len(plain.split("\n"))
    bare = re.compile(r"(?<![\\&])[`*_\[\]|~#@$<>]")
    assert bare.findall(said) == bare.findall(plain)
    assert "://" not in said


def _xml(said: str, plain: str, text: str) -> None:
    found, expected = ET.fromstring(said), ET.fromstring(plain)  # noqa: S314  what we have just written
    assert [item.tag for item in found.iter()] == [item.tag for item in expected.iter()]
    assert hidden(said) == acts_in_a_log(said) == []
    (case,) = found.iter("testcase")
    assert case.get("name") == terminal(text)


@given(st.text(st.characters(), max_size=30))
def test_any_text_is_one_line_that_nothing_hides_in(text: str) -> None:
    for said in (terminal(text), markdown(text)):
        assert hidden(said) == acts_in_a_log(said) == []
        assert "\n" not in said
    assert lines(terminal(text)) == terminal(text), "what is harmless is left as it is"
    assert hidden(lines(text)) == []


def test_nothing_hostile_acts_in_a_browser(chromium: Browser, tmp_path: Path) -> None:
    opened = chromium.new_page()
    acted: list[str] = []
    opened.on("dialog", lambda dialog: acted.append(dialog.message))
    opened.on("console", lambda message: acted.append(message.text))
    opened.on("pageerror", lambda error: acted.append(str(error)))
    opened.on("request", lambda request: acted.append(request.url) if not request.url.endswith("/page.html") else None)
    counts = set()
    for number, text in enumerate((PLAIN, TOGETHER, *HOSTILE)):
        page = tmp_path / str(number) / "page.html"
        found = record(page.parent, text)
        page.write_text(render(found), encoding="utf-8")
        opened.goto(page.as_uri())
        opened.wait_for_function(
            "() => document.querySelectorAll('noscript').length === 0"
        )  # what is laid out later, too
        assert acted == [], text
        counts.add(opened.evaluate("document.querySelectorAll('*').length"))
        assert visible(found.verdicts[0].resource) in opened.evaluate("document.querySelector('.res').textContent")
        assert FORGED in opened.title() or text == PLAIN
    opened.close()
    assert len(counts) == 1


def in_terminal(command: list[str], cwd: Path, **variables: str) -> str:
    """Run a command at a terminal and return everything that it wrote there."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "160", "PYTHONPATH": str(ROOT), **variables}
    process = subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65_536):
            written += piece
    except OSError:  # Linux says so when the other end is closed
        process.wait(PATIENCE)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_nothing_hostile_acts_on_a_terminal_that_reads_a_record(tmp_path: Path) -> None:
    for number, text in enumerate((TOGETHER, *HOSTILE[::40])):
        folder = hostile.write(tmp_path / str(number), text)
        said = in_terminal([sys.executable, "-m", "reports", str(folder)], ROOT)
        assert "index.html" in said
        plain = SGR.sub("", said)
        assert hidden(plain) == acts_in_a_log(plain) == []


def test_an_error_that_quotes_a_hostile_text_is_one_line(tmp_path: Path) -> None:
    folder = hostile.write(tmp_path / f"run {TOGETHER[:40]!a}\x1b[2J\n::error::x", "x")
    (folder / "verdicts.jsonl").write_text('{"verdict": "\\u001b[2J\\n::error::x\\u202e"}\n')
    said = SGR.sub("", in_terminal([sys.executable, "-m", "reports", str(folder)], ROOT))
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert hidden(said) == acts_in_a_log(said) == []


@pytest.mark.parametrize("at_terminal", [True, False])
@pytest.mark.parametrize("style", ["auto", "native", "line"])
def test_nothing_that_pytest_quotes_acts(tmp_path: Path, style: str, *, at_terminal: bool) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ("reports.plugin",)\n')
    (tmp_path / "test_quotes.py").write_text(QUOTES)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rA",
        "-vv",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        ".",
        f"--tb={style}",
    ]
    text = json.dumps(TOGETHER.encode(errors="replace").decode())
    if at_terminal:
        said = SGR.sub("", in_terminal(command, tmp_path, HOSTILE=text))
    else:
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "HOSTILE": text}
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
    assert "1 passed" in said
    assert FORGED in said
    assert hidden(said.replace("\rcollect", "collect")) == []
    assert acts_in_a_log(said) == []
