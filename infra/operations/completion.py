"""``python -m infra completion``: what a shell needs to complete commands, options and names."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final

import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined]  # its place in all versions

NAME: Final = "touchstone"
VARIABLE: Final = f"_{NAME.upper()}_COMPLETE"
_COMMAND: Final = "python -m infra"
_ASKED = re.compile(rf"(\$1|{NAME})(?=\s*[)\"])")  # whom the script asks: a program, which a function is not


class Shell(StrEnum):
    """The shells that can complete."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(shell: Annotated[Shell, typer.Argument(help="whose language it is written in")]) -> None:
    """Print what a shell's start-up file evaluates: the function ``touchstone``, which completes what follows it."""
    words = '"$@"' if shell is not Shell.FISH else "$argv"
    body = f"command {_COMMAND} {words}"
    function = f"function {NAME}; {body}; end" if shell is Shell.FISH else f"{NAME}() {{ {body}; }}"
    typer.echo(function)
    script = get_completion_script(prog_name=NAME, complete_var=VARIABLE, shell=shell.value)
    typer.echo(_ASKED.sub(_COMMAND, script))
