"""What completes commands in a shell: a real bash is asked, as a person asks it with the tabulator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.__main__ import COMMANDS, GROUPS
from infra.environment import environment_names
from infra.settings import ROOT
from infra.stacks import STACKS
from tests.operations.typed import infra

NAMES = (*(command.__name__.replace("_", "-") for command in COMMANDS), *GROUPS)
ASKED = """
source /dev/stdin
COMP_WORDS=({words}); COMP_CWORD={at}
_touchstone_completion touchstone
echo "${{COMPREPLY[*]}}"
"""


def completed(*words: str) -> list[str]:
    """What bash offers for the last word."""
    script = infra("completion", "bash").out
    typed = " ".join(f"'{word}'" for word in ("touchstone", *words))
    found = subprocess.run(
        ["/bin/bash", "-c", ASKED.format(words=typed, at=len(words))],
        cwd=ROOT,
        input=script,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )
    assert not found.stderr
    return found.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("",), sorted(NAMES)),
        (("deploy", "--env", ""), list(environment_names())),
        (("plan", "--env", "dev", "--stack", "m"), [stack for stack in STACKS if stack.startswith("m")]),
        (("destroy", "--ev"), ["--everything"]),
        (("look", ""), [str(command.name) for command in GROUPS["look"].registered_commands]),
        (("look", "events", "m"), [stack for stack in STACKS if stack.startswith("m")]),
    ],
)
def test_bash_completes(words: tuple[str, ...], offered: list[str]) -> None:
    assert sorted(completed(*words)) == sorted(offered)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_ask_the_same_program(shell: str) -> None:
    text = infra("completion", shell).out
    assert f"_TOUCHSTONE_COMPLETE=complete_{shell}" in text
    assert text.count("python -m infra") == {"zsh": 2, "fish": 3}[shell]


def test_a_shell_that_nobody_knows_is_refused() -> None:
    found = infra("completion", "tcsh")
    assert (found.code, found.err.count("\n")) == (3, 1)
    assert "'bash', 'zsh', 'fish'" in found.err
