"""What the commands share: their options, the environment that they act on, and how they ask a person."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from infra.artefacts import layer_archive
from infra.deploy.artefacts import Artefacts
from infra.deploy.connect import clients, connect, endpoint_in_use
from infra.deploy.deployer import Deployer
from infra.deploy.review import Review
from infra.deploy.show import show_event, show_review
from infra.environment import environment_names, load_environment
from infra.errors import InputError, TouchstoneError
from infra.outside import terminal
from infra.stacks import STACKS, chosen, load_templates, resolve_platform

console = Console(highlight=False, markup=False, emoji=False)

Env = Annotated[
    list[str],
    typer.Option(
        "--env", help="one of infra/environments, for example dev", autocompletion=lambda: [*environment_names()]
    ),
]
Stack = Annotated[
    list[str] | None,
    typer.Option("--stack", help="one stack instead of all, for example network", autocompletion=lambda: STACKS),
]
Endpoint = Annotated[
    list[str] | None, typer.Option("--endpoint", help="instead of AWS, for example the mock cloud's URL")
]
Json = Annotated[bool, typer.Option("--json", help="as data for machines")]
Hold = Annotated[bool, typer.Option("--hold", help="leave every alias at the version that it calls now")]
Keep = Annotated[bool, typer.Option("--record", help="add the result to the environment's history")]
Yes = Annotated[bool, typer.Option("--yes", help="execute every review without asking (for machines)")]


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: one environment, one stack of it or all, at one endpoint or AWS."""

    env: str
    stack: str | None
    endpoint: str | None

    @classmethod
    def read(cls, env: list[str], stack: list[str] | None, endpoint: list[str] | None) -> Target:
        """Read the options; raises InputError for one that is given twice, or names nothing that is there."""
        name = once("--env", env) or ""
        target = cls(name, once("--stack", stack), once("--endpoint", endpoint))
        load_environment(name)
        chosen(target.stack)
        endpoint_in_use(target.endpoint)
        return target


def once(option: str, given: list[str] | None) -> str | None:
    """Return the value of an option; without this the last of several would be taken in silence."""
    if given and len(given) > 1:
        raise InputError(f"{option}: expected once, got {' and '.join(map(repr, given))}")
    return given[0] if given else None


def deployer_of(target: Target, *, yes: bool) -> Deployer:
    """Return the deployer of a target, which shows what it does and asks before it does it."""
    environment = load_environment(target.env)
    templates = load_templates()
    resolve_platform(environment, templates)  # what cannot be resolved is refused before anything is asked of AWS
    session = connect(environment, environment.deploy_role, target.endpoint)
    return Deployer(
        environment=environment,
        templates=templates,
        client_of=clients(session, target.endpoint),
        artefacts=Artefacts.built(layer_archive),
        approve=(lambda _: True) if yes else _approve,
        on_event=lambda stack, event: show_event(console, stack, event),
        on_review=lambda review: show_review(console, review),
    )


def _approve(review: Review) -> bool:
    return asked(f"Execute this change set on {review.stack_name}?")


def asked(question: str) -> bool:
    """Ask a person; raises TouchstoneError where there is no terminal to ask on."""
    if not sys.stdin.isatty():
        raise TouchstoneError(f"{question} expected --yes, or a terminal to ask on")
    return typer.confirm(terminal(question))


def say(line: str) -> None:
    """Print a line that may hold text from outside."""
    console.print(terminal(line), soft_wrap=True)
