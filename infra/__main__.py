"""``python -m infra plan|deploy|destroy --env dev [--stack network] [--endpoint URL]``, and ``layer``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from infra.deploy.connect import client, connect, endpoint_in_use
from infra.deploy.deployer import Deployer, chosen
from infra.deploy.review import Review
from infra.deploy.show import show_event, show_review
from infra.environment import load_environment
from infra.errors import DeployError, EndpointError, InputError, TouchstoneError
from infra.layer import build_layer
from infra.outside import terminal
from infra.settings import shown
from infra.stacks import load_templates, resolve_platform

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Deploy the platform's stacks.")
console = Console(highlight=False, markup=False, emoji=False)

Env = Annotated[list[str], typer.Option("--env", help="one of infra/environments, for example dev")]
Stack = Annotated[list[str] | None, typer.Option("--stack", help="one stack instead of all, for example network")]
Endpoint = Annotated[
    list[str] | None, typer.Option("--endpoint", help="instead of AWS, for example the mock cloud's URL")
]
Yes = Annotated[bool, typer.Option("--yes", help="execute every review without asking (for machines)")]


@app.command()
def plan(env: Env, stack: Stack = None, endpoint: Endpoint = None) -> None:
    """Show what a deployment would change, and change nothing."""
    target = Target.read(env, stack, endpoint)
    reviews = _deployer(target, yes=False).plan(target.stack)
    if not reviews or (target.stack is None and reviews[-1].stack != "backup"):
        console.print(
            "later stacks need outputs of stacks that are not deployed yet: they cannot be reviewed before",
            soft_wrap=True,
        )


@app.command()
def deploy(env: Env, stack: Stack = None, endpoint: Endpoint = None, yes: Yes = False) -> None:  # noqa: FBT002  typer
    """Deploy the stacks in order: change set, review, execute, wait."""
    target = Target.read(env, stack, endpoint)
    done = _deployer(target, yes=yes).deploy(target.stack)
    changed = [review.stack for review in done if review.changes]
    said = f"{', '.join(changed)} deployed" if changed else "no changes"
    console.print(terminal(f"{target.env}: {said}"))


@app.command()
def destroy(env: Env, stack: Stack = None, endpoint: Endpoint = None, yes: Yes = False) -> None:  # noqa: FBT002  typer
    """Delete the stacks in reverse order; what is to be retained stays."""
    target = Target.read(env, stack, endpoint)
    what = "all stacks" if target.stack is None else f"stack {target.stack}"
    if not yes and not _asked(f"Delete {what} of {target.env}?"):
        raise DeployError(f"{target.env}: not approved; nothing was deleted")
    deleted = _deployer(target, yes=yes).destroy(target.stack)
    said = f"deleted {', '.join(deleted)}" if deleted else "there was nothing to delete"
    console.print(terminal(f"{target.env}: {said}"), soft_wrap=True)


@app.command()
def layer() -> None:
    """Build the layer of the functions from its lock, and keep it under .cache/artefacts."""
    made = build_layer(lambda line: console.print(terminal(f"layer: {line}"), soft_wrap=True))
    console.print(terminal(f"layer: {shown(made)}"), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: one environment, one stack of it or all, at one endpoint or AWS."""

    env: str
    stack: str | None
    endpoint: str | None

    @classmethod
    def read(cls, env: list[str], stack: list[str] | None, endpoint: list[str] | None) -> Target:
        """Read the options; raises InputError for one that is given twice, or names nothing that is there."""
        name = _one("--env", env) or ""
        target = cls(name, _one("--stack", stack), _one("--endpoint", endpoint))
        load_environment(name)
        chosen(target.stack)
        endpoint_in_use(target.endpoint)
        return target


def _one(option: str, given: list[str] | None) -> str | None:
    """Return the value of an option; without this the last of several would be taken in silence."""
    if given and len(given) > 1:
        raise InputError(f"{option}: expected once, got {' and '.join(map(repr, given))}")
    return given[0] if given else None


def _deployer(target: Target, *, yes: bool) -> Deployer:
    environment = load_environment(target.env)
    templates = load_templates()
    resolve_platform(environment, templates)  # what cannot be resolved is refused before anything is asked of AWS
    session = connect(environment, environment.deploy_role, target.endpoint)
    return Deployer(
        environment=environment,
        templates=templates,
        cloudformation=client(session, "cloudformation", target.endpoint),
        ec2=client(session, "ec2", target.endpoint),
        approve=(lambda _: True) if yes else _approve,
        on_event=lambda stack, event: show_event(console, stack, event),
        on_review=lambda review: show_review(console, review),
    )


def _approve(review: Review) -> bool:
    return _asked(f"Execute this change set on {review.stack_name}?")


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        raise TouchstoneError(f"{question} expected --yes, or a terminal to ask on")
    return typer.confirm(terminal(question))


def main() -> int:
    """Run the command line; an error of ours is one line and its exit code."""
    try:
        app(standalone_mode=False)
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
    return 0


def _refused(error: TouchstoneError) -> int:
    Console(stderr=True, highlight=False, markup=False, emoji=False).print(
        f"error: {error}", style="red", soft_wrap=True
    )
    return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
