"""``python -m infra <command> --env dev ...``: hands over to ``infra/operations``, where each command has its file."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import typer
import typer.main
from rich.console import Console
from typer.completion import completion_init  # type: ignore[attr-defined]  # its place in all versions

from infra.errors import EndpointError, TouchstoneError
from infra.operations.alarms import alarms
from infra.operations.backup import backup
from infra.operations.completion import VARIABLE, completion
from infra.operations.cost import cost
from infra.operations.cost_report import cost_report
from infra.operations.deploy import deploy
from infra.operations.destroy import destroy
from infra.operations.drift import drift
from infra.operations.history import history
from infra.operations.layer import layer
from infra.operations.look import look
from infra.operations.plan import plan
from infra.operations.preflight import preflight
from infra.operations.redrive import redrive
from infra.operations.restore import restore
from infra.operations.rollback import rollback
from infra.operations.shift import shift
from infra.operations.smoke import smoke
from infra.operations.stamp import stamp
from infra.operations.validate import validate

COMMANDS = (
    plan, deploy, preflight, drift, validate, smoke, alarms,
    shift, rollback, history, backup, restore, redrive, destroy, cost, cost_report, stamp, layer, completion,
)  # fmt: skip
GROUPS = {"look": look}

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Deploy and operate the platform's stacks.")
for command in COMMANDS:
    app.command()(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


@cache
def commands() -> Any:
    """Give the commands by name, each with its options; made of the functions once, however many lines are run."""
    return typer.main.get_command(app)


def main() -> int:
    """Run the command line; an error of ours is one line and its exit code."""
    completion_init()
    try:
        code = commands()(standalone_mode=False, complete_var=VARIABLE)
    except TouchstoneError as error:
        return _refused(error)
    except typer.Abort:
        return 1
    except typer.TyperException as error:
        return _refused(TouchstoneError(str(error)))
    except Exception as error:
        if not type(error).__module__.startswith("botocore."):
            raise
        return _refused(EndpointError(f"{type(error).__name__}: {error}"))
    return code if isinstance(code, int) else 0


def _refused(error: TouchstoneError) -> int:
    Console(stderr=True, highlight=False, markup=False, emoji=False).print(
        f"error: {error}", style="red", soft_wrap=True
    )
    return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
