"""Commands run as a person runs them who stands before the mock cloud: what he has in his shell, and his yes."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from infra import __main__ as typed
from infra.settings import ROOT
from tests.patience import PATIENCE
from tests.runbooks.pages import Command

ENVIRONMENT: Final = "dev"
CRASHED: Final = -1
_BIN: Final = "{[touchstone]bin}/"
_POSARGS: Final = re.compile(r"\{posargs(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said, to standard output and standard error."""

    code: int
    said: str


@dataclass(frozen=True)
class Shell:
    """A shell in a folder; ``given`` are the options that a command gets where it has them and the page does not."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    around: Mapping[str, Callable[[], AbstractContextManager[None]]] = field(default_factory=dict)

    def wrong(self, command: Command) -> str | None:
        """Run a command and say what is not as its page has it, if anything."""
        ended = self.run(command.words(ENVIRONMENT))
        if ended.code != command.how.code:
            last = "\n  ".join(ended.said.strip().splitlines()[-12:])
            how = "a traceback" if ended.code == CRASHED else f"{ended.code}"
            return f"{command.place}: {command.text}\n  expected exit code {command.how.code}, found {how}:\n  {last}"
        lines = [" ".join(line.split()) for line in ended.said.splitlines()]
        for line in command.shown:
            wanted = re.compile(
                ".*".join(map(re.escape, " ".join(line.replace("$ENV", ENVIRONMENT).split()).split("...")))
            )
            found = next((at for at, said in enumerate(lines) if wanted.fullmatch(said)), None)
            if line != "..." and found is None:
                return f"{command.place}: {command.text}\n  expected the line {line!r}, found\n  " + "\n  ".join(lines)
            lines = lines if found is None or line == "..." else lines[found + 1 :]
        return None

    def run(self, words: Sequence[str]) -> Ended:
        """Run a command of one of the programs that runbooks have."""
        if words[:3] == ["python", "-m", "infra"]:
            return self._infra(words[3:])
        if words[0] == "pytest":
            return self._process([sys.executable, "-m", *words])
        return self._door(words[2], words[4:] if words[3:4] == ["--"] else words[3:])

    def _infra(self, words: Sequence[str]) -> Ended:
        """As ``python -m infra``, in this process: its imports are the greater part of what most commands cost."""
        name = words[0] if words else ""
        around = self.around.get(name, nullcontext)
        with (
            pytest.MonkeyPatch.context() as patched, tempfile.TemporaryFile("w+") as said,
            redirect_stdout(said), redirect_stderr(said), around(),
        ):  # fmt: skip
            for key in [key for key in os.environ if key.startswith("AWS_")]:
                patched.delenv(key)
            for key, value in {"COLUMNS": "200", **self.variables}.items():
                patched.setenv(key, value)
            patched.chdir(self.folder)
            patched.setattr(sys, "argv", ["infra", *words, *self._given(name, words)])
            try:
                code = typed.main()
            except Exception:  # noqa: BLE001  as an interpreter ends with it
                traceback.print_exc()
                code = CRASHED
            said.seek(0)
            return Ended(code, said.read())

    def _given(self, name: str, words: Sequence[str]) -> list[str]:
        known = typed.commands().commands.get(name)
        options = {option for parameter in known.params for option in parameter.opts} if known else set()
        wanted = {option: value for option, value in self.given.items() if option in options and option not in words}
        return [word for option, value in wanted.items() for word in (option, value) if word]

    def _process(self, words: Sequence[str]) -> Ended:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        found = subprocess.run(
            words, cwd=ROOT, text=True, check=False, timeout=PATIENCE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**kept, "COLUMNS": "200", **self.variables},
        )  # fmt: skip
        return Ended(found.returncode, found.stdout)

    def _door(self, name: str, given: Sequence[str]) -> Ended:
        """What a door of tox does, without making its environment: this one is made of the same lock."""
        doors = configparser.ConfigParser(interpolation=None)
        doors.read(ROOT / "tox.ini", encoding="utf-8")
        if f"testenv:{name}" not in doors:
            return Ended(CRASHED, f"tox.ini: expected testenv:{name}")
        said = []
        for line in doors[f"testenv:{name}"]["commands"].strip().splitlines():
            with_given = _POSARGS.sub(lambda found: shlex.join(given) if given else found[1] or "", line)
            words = shlex.split(with_given.replace(_BIN, ""))
            program = [sys.executable] if words[0] == "python" else [sys.executable, "-m", words[0]]
            ended = self.run(words) if words[:3] == ["python", "-m", "infra"] else self._process([*program, *words[1:]])
            said.append(ended.said)
            if ended.code:
                return Ended(ended.code, "".join(said))
        return Ended(0, "".join(said))


def all_wrong(shell: Shell, commands: Sequence[Command]) -> tuple[list[str], int]:
    """Run the commands of a page in order, but those that are not run; give what is wrong, and how many ran."""
    asked = [command for command in commands if command.how.unrun is None]
    found = [shell.wrong(command) for command in asked]
    return [one for one in found if one], len(asked)
