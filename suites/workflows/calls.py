"""What workflows call is there: each door of tox, each of the platform's commands with its options."""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from infra.environment import environment_names
from infra.settings import ROOT
from suites.workflows.claims import Swap, claim
from suites.workflows.reading import Workflow
from suites.workflows.shape import NIGHTLY, PRODUCTION, SCAN, STAGING, TEST

_KEEP: Final = ("aws", "s3", "cp", "--recursive", "--no-follow-symlinks", "--no-progress")


@cache
def doors() -> frozenset[str]:
    """Return the names of tox's environments."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini", encoding="utf-8")
    return frozenset(name.removeprefix("testenv:") for name in parser.sections() if name.startswith("testenv:"))


@cache
def commands() -> dict[str, Any]:
    """Return the commands of ``python -m infra`` by name."""
    import typer  # noqa: PLC0415  with the commands 0.9 s, which a run that judges nothing here does not pay

    from infra.__main__ import app  # noqa: PLC0415

    group: Any = typer.main.get_command(app)
    return dict(group.commands)


def platform_words(command: str) -> list[str]:
    """Return the words that a command hands to ``python -m infra``, or none."""
    words = shlex.split(command)
    return words[4:] if words[:4] == ["tox", "-qe", "infra", "--"] else []


@claim(
    Swap(TEST, "tox -e gate", "tox -e gates"),
    Swap(SCAN, "tox -e security", "pip-audit"),
    Swap(NIGHTLY, "matrix:\n        environment: [dev,", "matrix:\n        environment: [devel,"),
    Swap(NIGHTLY, 'latest --env "$ENVIRONMENT"', "latest --env all"),
    Swap(STAGING, "deploy --env staging --yes", "deploy --env staging --force"),
    Swap(STAGING, "preflight --env staging", "preflight --env stage"),
    Swap(PRODUCTION, "-- cost --env prod", "-- price --env prod"),
    Swap(PRODUCTION, "-- cost --env prod", "-- cost"),
    Swap(PRODUCTION, "-- cost --env prod", "-- cost --env prod && curl x"),
)
def every_command_that_is_called_exists(workflow: Workflow) -> Iterator[str]:
    """Each is one door of tox with what it takes; nothing is run, but every option is read as the command reads it."""
    for step in workflow.steps:
        for command in workflow.commands(step) if step.run else ():
            yield from (f"{command}: {wrong}" for wrong in _wrong(command))


def _wrong(command: str) -> Iterator[str]:
    if len(command.splitlines()) > 1 or set(command) & set("|&;`"):
        yield "expected one command"
        return
    words = shlex.split(command.partition(" > ")[0])
    if words[:2] not in (["tox", "-e"], ["tox", "-qe"]) or len(words) == 2:
        if tuple(words[:-2]) != _KEEP:
            yield "expected a door of tox"
        return
    if words[2] not in doors():
        yield f"there is no door {words[2]}"
    given = words[4:]
    if words[2] == "infra":
        yield from _refused(given)
    elif words[2] == "sign":
        yield from _unsigned(given)
    elif given and (given[0] != "--env" or given[1:] not in [[name] for name in environment_names()]):
        yield "expected --env and one of the environments"


def _unsigned(words: list[str]) -> Iterator[str]:
    folder, *rest = words or [""]
    if folder != "reports/out/latest" or rest not in [["--env", name] for name in environment_names()]:
        yield "expected the run of this job, --env and one of the environments"


def _refused(words: list[str]) -> Iterator[str]:
    import typer  # noqa: PLC0415

    name, *options = words or [""]
    if name not in commands():
        yield f"there is no command {name}"
        return
    try:
        read = commands()[name].make_context(name, options)
    except (typer.TyperException, typer.Exit) as error:
        yield str(error)
        return
    yield from (
        f"there is no environment {one}" for one in read.params.get("env", ()) if one not in environment_names()
    )
