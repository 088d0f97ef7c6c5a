"""People are told of a run when something changed, in text that acts nowhere, and the address is told to nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import product
from pathlib import Path
from threading import Thread

import pytest

from infra.outside import slack
from reports.__main__ import main
from reports.notices.before import run_before
from reports.notices.told import MARKER, comment, is_news, message
from reports.notices.webhook import VARIABLE
from reports.record import load_record
from tests.reports import hostile, sample
from tests.reports.hostile import HOSTILE, TOGETHER, hidden
from tests.reports.runs import FAIL, PASS, run

ACTING = (TOGETHER, *HOSTILE[::7])
SECRET = "T000/B000/not-to-be-told"


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, list[bytes]]]:
    """Receive messages on this machine."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{SECRET}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def notify(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], to: str | None
) -> tuple[int, str]:
    monkeypatch.delenv(VARIABLE, raising=False)
    if to is not None:
        monkeypatch.setenv(VARIABLE, to)
    capsys.readouterr()
    code = main(["notify", str(folder)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_only_a_change_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, (told, heard) in enumerate([(PASS, True), (PASS, False), (FAIL, True), (FAIL, False), (PASS, True)], 1):
        folder = run(tmp_path / str(number), told, day=number)
        with receiver() as (to, got):
            code, said = notify(folder, monkeypatch, capsys, to)
        assert code == 0
        assert bool(got) == heard, number
        assert said == ("Told 127.0.0.1.\n" if heard else "Nothing changed: nobody is told.\n")
        if got:
            assert set(json.loads(got[0])) == {"text"}


def test_what_is_told_is_what_changed_and_why(tmp_path: Path) -> None:
    before = load_record(run(tmp_path / "1", PASS, day=1))
    after = load_record(run(tmp_path / "2", FAIL, day=2))
    for said in (comment(after, before), message(after, before)):
        assert "1 new finding." in said
        assert "the world changed" in said
        assert "Database" in said
    assert comment(after, before).startswith(f"{MARKER}\n### Does not conform: 1 verdict fails.\n")
    assert "no run before it" in comment(after, None)
    assert "nothing changed" in comment(after, after)


def test_two_runs_of_the_same_are_no_news(tmp_path: Path) -> None:
    runs = {told: load_record(run(tmp_path / told, told)) for told in sample.OUTCOMES}
    for before, after in product(runs, runs):
        quiet = {before, after} <= {"pass", "not_applicable"}
        assert is_news(runs[after], runs[before]) == (before != after and not quiet)
    assert is_news(runs["pass"], None)


def test_a_run_is_compared_with_the_last_whole_one_that_judged_the_same(tmp_path: Path) -> None:
    run(tmp_path / "1", PASS, day=1)
    run(tmp_path / "2", FAIL, day=2)
    run(tmp_path / "3", PASS, day=3, closed=False)
    (run(tmp_path / "4", PASS, day=4) / "plan.json").write_text("{")
    sample.write(tmp_path / "5")  # judged other environments
    last = run(tmp_path / "6", PASS, day=6)
    run(tmp_path / "7", PASS, day=7)
    (tmp_path / "latest").symlink_to("7")
    found = run_before(last, load_record(last))
    assert found is not None
    assert found.run.id == "2"
    assert run_before(tmp_path / "1", load_record(tmp_path / "1")) is None


@pytest.mark.parametrize(
    "to", [None, "", "ftp://host/x", "http://example.com/x", "https://", "https://[", "https://h:x/"]
)
def test_an_address_that_is_none_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], to: str | None
) -> None:
    code, said = notify(run(tmp_path / "1", FAIL), monkeypatch, capsys, to)
    assert code == 3
    assert said.startswith(f"error: {VARIABLE}: expected ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_receiver_that_refuses_is_named_and_its_address_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    with receiver(status) as (to, got):
        code, said = notify(run(tmp_path / "1", FAIL), monkeypatch, capsys, to)
    assert (code, len(got)) == (3, 1)
    assert said == f"error: {VARIABLE}: 127.0.0.1 did not take the message: HTTP status {status}\n"
    code, said = notify(tmp_path / "1", monkeypatch, capsys, to)
    assert code == 3
    assert said.count("\n") == 1
    assert SECRET not in said


@pytest.mark.parametrize("text", ACTING, ids=map(str, range(len(ACTING))))
def test_nothing_hostile_acts_in_a_notice(tmp_path: Path, text: str) -> None:
    record = load_record(hostile.write(tmp_path / "hostile", text))
    plain = load_record(hostile.write(tmp_path / "plain", "plain"))
    for write in (comment, message):
        said = write(record, None)
        assert hidden(said.replace("\u2215", "/")) == []
        assert said.count("\n") == write(plain, None).count("\n")
        assert "://" not in said
    assert not re.search(r"[<>@`~]", message(record, None))
    assert "<" not in comment(record, None).replace(MARKER, "")


@pytest.mark.parametrize("text", ["<!here>", "<https://evil.example|x>", "*bold*", "_sloping_", "`code`", "@channel"])
def test_slack_marks_are_shown(text: str) -> None:
    assert not re.search(r"[<>*`@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", slack(text))
    assert slack("my_table_name stays") == "my_table_name stays"
