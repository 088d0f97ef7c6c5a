"""``python -m infra plan|deploy|destroy --env dev [--stack network] [--endpoint URL]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from infra.deploy.connect import client, connect
from infra.deploy.deployer import Deployer
from infra.deploy.review import Review
from infra.deploy.show import show_event, show_review
from infra.environment import load_environment
from infra.errors import DeployError, EndpointError, TouchstoneError
from infra.outside import terminal
from infra.stacks import check_parameters, load_templates, resolve_platform

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Deploy the platform's stacks.")
console = Console(highlight=False, markup=False, emoji=False)

Env = Annotated[str, typer.Option("--env", help="dev, staging or prod")]
Stack = Annotated[str | None, typer.Option("--stack", help="one stack instead of all, for example network")]
Endpoint = Annotated[str | None, typer.Option("--endpoint", help="instead of AWS, for example the mock cloud's URL")]
Yes = Annotated[bool, typer.Option("--yes", help="execute every review without asking (for machines)")]


@app.command()
def plan(env: Env, stack: Stack = None, endpoint: Endpoint = None) -> None:
    """Show what a deployment would change, and change nothing."""
    reviews = _deployer(env, endpoint, yes=False).plan(stack)
    if not reviews or (stack is None and reviews[-1].stack != "backup"):
        console.print(
            "later stacks need outputs of stacks that are not deployed yet: they cannot be reviewed before",
            soft_wrap=True,
        )


@app.command()
def deploy(env: Env, stack: Stack = None, endpoint: Endpoint = None, yes: Yes = False) -> None:  # noqa: FBT002  typer
    """Deploy the stacks in order: change set, review, execute, wait."""
    done = _deployer(env, endpoint, yes=yes).deploy(stack)
    changed = [review.stack for review in done if review.changes]
    console.print(terminal(f"{env}: {', '.join(changed)} deployed" if changed else f"{env}: no changes"))


@app.command()
def destroy(env: Env, stack: Stack = None, endpoint: Endpoint = None, yes: Yes = False) -> None:  # noqa: FBT002  typer
    """Delete the stacks in reverse order; what is to be retained stays."""
    what = f"stack {stack}" if stack else "all stacks"
    if not yes and not _asked(f"Delete {what} of {env}?"):
        raise DeployError(f"{env}: not approved; nothing was deleted")
    deleted = _deployer(env, endpoint, yes=yes).destroy(stack)
    said = f"deleted {', '.join(deleted)}" if deleted else "there was nothing to delete"
    console.print(terminal(f"{env}: {said}"), soft_wrap=True)


def _deployer(env: str, endpoint: str | None, *, yes: bool) -> Deployer:
    environment = load_environment(env)
    templates = load_templates()
    check_parameters(environment, templates)
    resolve_platform(environment, templates)  # what cannot be resolved is refused before anything is asked of AWS
    session = connect(environment, environment.deploy_role, endpoint)
    return Deployer(
        environment=environment,
        templates=templates,
        cloudformation=client(session, "cloudformation", endpoint),
        ec2=client(session, "ec2", endpoint),
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
