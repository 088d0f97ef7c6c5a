"""Runbooks read: every fenced block, what the line above it says of how it is run, and the commands in it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from infra.settings import ROOT

FOLDER: Final = ROOT / "docs" / "runbooks"
PROGRAMS: Final = (("python", "-m", "infra"), ("pytest",), ("tox", "-e"))
MOST_NOT_RUN: Final = 5
LASTING: Final = ("--bake", "--watch")
_RUN, _SHOWN = "console", ("text", "toml", "mermaid")
_FENCE: Final = re.compile(r"```([a-z]+)")
_SAYS: Final = re.compile(r"<!-- run: (.+) -->")
_NOT: Final = re.compile(r"not, because (\w.*)")
_SHELL: Final = re.compile(r"[;&|<>`\\(){}*?]|\$(?!ENV\b)")
_TYPED: Final = re.compile(r"\s*(\$ |python3? -m|pytest |tox |aws )")


class PageError(Exception):
    """What a page says cannot be run as it stands; the message begins with file:line."""


@dataclass(frozen=True, slots=True)
class How:
    """How a block is run: the exit code of each command, a shorter time to look, or why it is not run at all."""

    code: int = 0
    bake: str | None = None
    unrun: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A command as a page has it, and the lines that are shown below it."""

    place: str
    text: str
    how: How
    shown: tuple[str, ...] = ()

    def words(self, environment: str) -> list[str]:
        """The words as the shell gives them to the program."""
        found = shlex.split(self.text.replace("$ENV", environment), comments=True)
        if self.how.bake:
            for at, word in enumerate(found[:-1]):
                found[at + 1] = self.how.bake if word in LASTING else found[at + 1]
        return found


@dataclass
class _Block:
    place: str
    language: str
    how: How | None
    lines: list[tuple[int, str]] = field(default_factory=list)


def pages(folder: Path = FOLDER) -> list[Path]:
    """The pages, in the order of their names."""
    return sorted(folder.glob("*.md"))


def commands_of(name: str, text: str) -> list[Command]:
    """The commands of a page from top to bottom; ``name`` is what its places begin with.

    Raises:
        PageError: a block, a directive or a command that is not as it has to be.
    """
    return [command for block in _blocks(name, text) for command in _commands(name, block)]


def check_not_run(commands: Iterable[Command]) -> list[Command]:
    """The commands that are not run; raises PageError where they are too many."""
    found = [one for one in commands if one.how.unrun]
    if len(found) > MOST_NOT_RUN:
        raise PageError(
            f"{found[MOST_NOT_RUN].place}: expected at most {MOST_NOT_RUN} commands in all that are not run"
        )
    return found


def _blocks(name: str, text: str) -> Iterator[_Block]:
    block: _Block | None = None
    how: How | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        place = f"{name}:{number}"
        if block is not None:
            if line == "```":
                yield block
                block = None
            else:
                block.lines.append((number, line))
        elif line.lstrip().startswith(("```", "~~~")):
            block, how = _Block(place, _language(place, line), how), None
        elif how is not None:
            raise PageError(f"{place}: expected the block that is spoken of in the line above")
        elif "<!-- run" in line:
            how = _how(place, line)
        elif line.startswith("    ") and _TYPED.match(line):
            raise PageError(f"{place}: expected a command in a fenced block, found one that is indented")
    if block is not None or how is not None:
        raise PageError(f"{block.place if block else name}: expected a block that ends before the page does")


def _language(place: str, line: str) -> str:
    found = _FENCE.fullmatch(line)
    if not found or found[1] not in (_RUN, *_SHOWN):
        raise PageError(f"{place}: expected ``` and one of {', '.join((_RUN, *_SHOWN))}, found {line!r}")
    return found[1]


def _how(place: str, line: str) -> How:
    said = _SAYS.fullmatch(line)
    if not said:
        raise PageError(f"{place}: expected <!-- run: ... --> alone in its line, found {line!r}")
    if reason := _NOT.fullmatch(said[1]):
        return How(unrun=reason[1])
    how = How()
    for word in said[1].split():
        if found := re.fullmatch(r"exit=([0-3])", word):
            how = replace(how, code=int(found[1]))
        elif found := re.fullmatch(r"bake=([1-9]s)", word):
            how = replace(how, bake=found[1])
        else:
            raise PageError(f"{place}: expected exit=0 to exit=3, bake=1s to bake=9s or not, because ...: {word!r}")
    return how


def _commands(name: str, block: _Block) -> Iterator[Command]:
    if block.language != _RUN:
        for number, line in block.lines:
            if _TYPED.match(line):
                raise PageError(f"{name}:{number}: expected commands in a block of {_RUN} only, found {line!r}")
        if block.how:
            raise PageError(f"{block.place}: expected a block of {_RUN} below what says how it is run")
        return
    command: Command | None = None
    for number, line in block.lines:
        if line.startswith("$ "):
            if command:
                yield command
            command = Command(f"{name}:{number}", line[2:], block.how or How())
            _check(command)
        elif command is None:
            raise PageError(f"{name}:{number}: expected a command that begins with '$ ', found {line!r}")
        else:
            command = replace(command, shown=(*command.shown, line))
    if command is None:
        raise PageError(f"{block.place}: expected a command in the block")
    yield command


def _check(command: Command) -> None:
    if _SHELL.search(command.text.partition(" #")[0]):
        raise PageError(f"{command.place}: expected one program and no variable but $ENV, found {command.text!r}")
    words = command.words("dev")
    if not any(tuple(words[: len(program)]) == program for program in PROGRAMS):
        known = ", ".join(" ".join(program) for program in PROGRAMS)
        raise PageError(f"{command.place}: expected one of {known}, found {command.text!r}")
    lasts = any(word in LASTING for word in words)
    if command.how.unrun is None and lasts != bool(command.how.bake):
        wanted = "a bake that is short enough" if lasts else f"one of {', '.join(LASTING)}, which the bake is for"
        raise PageError(f"{command.place}: expected {wanted}: {command.text!r}")
