"""Calls the commands of ``python -m reports`` about a run, with the arguments that their parsers ask for."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from reports.__main__ import COMMANDS, main
from reports.formats import FORMATS
from reports.parsing import Parser
from tests.reports.tampering import tiny
from tests.reports.test_bundle import keys

CALLS: Final = (*COMMANDS, *(f"--format={name}" for name in FORMATS))
"""Each command that there is, and the one that writes reports in each format."""
_SECONDS: Final = 60


class _AskedError(Exception):
    def __init__(self, parser: Parser) -> None:
        self.parser = parser


def prepared(place: Path) -> Path:
    """Write a run, two keys and a bundle of the run into a place."""
    tiny(run_in(place))
    private, _ = keys(place, ed25519.Ed25519PrivateKey.generate())
    assert main(["bundle", str(run_in(place)), "--key", str(private), "--out", str(place / "run.zip")]) == 0
    return place


def run_in(place: Path) -> Path:
    """Return the run folder of a place."""
    return place / "out" / "2026-11-22T10-00-00Z"


@contextmanager
def patience() -> Iterator[None]:
    """Fail where a command waits for what never comes."""

    def stop(_number: int, _frame: object) -> None:
        raise TimeoutError("a command waits for what never comes")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def asked(call: str) -> list[argparse.Action]:
    """Return the arguments that a command asks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parser, "parse_args", _found)
        with pytest.raises(_AskedError) as caught:
            main([call])
    return [one for one in caught.value.parser._actions if one.required]  # argparse says it nowhere else


def _found(parser: Parser, _words: list[str]) -> None:
    raise _AskedError(parser)


def words(call: str, place: Path) -> list[str]:
    """Return how a command is called about the run in a place."""
    known = {"RUN_FOLDER": run_in(place), "FILE": place / "run.zip"}
    wanted = asked(call)
    reads = any(one.metavar == "FILE" for one in wanted)
    given = [call]
    for one in wanted:
        if one.option_strings:
            assert one.dest == "key", f"{call} {one.option_strings}: say here what it is given"
            given += ["--key", str(place / ("key.pub" if reads else "key.pem"))]
        else:
            given.append(str(known[str(one.metavar)]))
    return [*given, *([str(place / "out")] if call == "history" else [])]


def told(call: str, place: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """Return (exit code, output, errors) of a command; what it began to write it leaves nowhere."""
    begun = set(place.rglob("*.part"))
    capsys.readouterr()
    with patience():
        code = main([*words(call, place), *more])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert set(place.rglob("*.part")) <= begun
    return code, said.out, said.err
