"""``python -m infra plan|deploy|destroy --env dev [--stack network] [--endpoint URL]``, and ``layer``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from infra.artefacts import layer_archive
from infra.cost.costs import load_costs
from infra.cost.estimate import budget_of, estimate_platform
from infra.cost.show import as_data, show_estimate
from infra.deploy.artefacts import Artefacts
from infra.deploy.connect import clients, connect, endpoint_in_use
from infra.deploy.deployer import Deployer, chosen
from infra.deploy.preflight import Verdict
from infra.deploy.review import Review
from infra.deploy.show import show_event, show_review
from infra.environment import load_environment
from infra.errors import DeployError, EndpointError, InputError, TouchstoneError
from infra.layer import build_layer
from infra.outside import terminal
from infra.settings import shown
from infra.stacks import TEMPLATES, load_templates, resolve_platform
from infra.stamps import stamp as stamped

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Deploy the platform's stacks.")
console = Console(highlight=False, markup=False, emoji=False)

Env = Annotated[list[str], typer.Option("--env", help="one of infra/environments, for example dev")]
Stack = Annotated[list[str] | None, typer.Option("--stack", help="one stack instead of all, for example network")]
Endpoint = Annotated[
    list[str] | None, typer.Option("--endpoint", help="instead of AWS, for example the mock cloud's URL")
]
Lift = Annotated[bool, typer.Option("--lift-protection", help="lift what protects stacks, tables and databases first")]
Everything = Annotated[
    bool,
    typer.Option("--everything", help="also remove what the templates retain: tables, queues, logs, keys"),
]
Mean = Annotated[
    list[str] | None, typer.Option("--i-mean", help="a protected environment's name once more, to lift its protection")
]
Json = Annotated[bool, typer.Option("--json", help="as data for machines")]
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
def preflight(env: Env, endpoint: Endpoint = None) -> None:
    """Say what would make a deployment fail, and what to do; exit code 1 for that, 2 where something cannot be told."""
    target = Target.read(env, None, endpoint)
    found = _deployer(target, yes=False).preflight()
    for one in found:
        style = {Verdict.FINE: "green", Verdict.WRONG: "red", Verdict.UNKNOWN: "yellow"}[one.verdict]
        said = f"{one.verdict:15} {one.about}: {one.found}"
        console.print(terminal(f"{said}: {one.fix}" if one.fix else said), style=style, soft_wrap=True)
    verdicts = {one.verdict for one in found}
    raise typer.Exit(1 if Verdict.WRONG in verdicts else 2 if Verdict.UNKNOWN in verdicts else 0)


@app.command()
def drift(env: Env, stack: Stack = None, endpoint: Endpoint = None) -> None:
    """Show what was changed behind the templates' back; exit code 1 where something was, 2 where it cannot be told."""
    target = Target.read(env, stack, endpoint)
    found = _deployer(target, yes=False).drift(target.stack)
    for one in found:
        for line in one.lines():
            console.print(terminal(line), soft_wrap=True)
    if not found:
        console.print(terminal(f"{target.env}: everything is as the templates say"))
    raise typer.Exit(0 if not found else 2 if all(one.unknown for one in found) else 1)


@app.command()
def destroy(
    env: Env,
    stack: Stack = None,
    endpoint: Endpoint = None,
    lift_protection: Lift = False,  # noqa: FBT002  typer
    everything: Everything = False,  # noqa: FBT002  typer
    i_mean: Mean = None,
    yes: Yes = False,  # noqa: FBT002  typer
) -> None:
    """Delete the stacks in reverse order; what is to be retained stays, and is named."""
    target = Target.read(env, stack, endpoint)
    protected = load_environment(target.env).termination_protection
    if (lift_protection or everything) and protected and _one("--i-mean", i_mean) != target.env:
        raise InputError(f"{target.env} is protected: expected --i-mean {target.env} beside what lifts that")
    what = "all stacks" if target.stack is None else f"stack {target.stack}"
    how = " and everything that they retain" if everything else ""
    how += ", protected or not" if lift_protection else ""
    if not yes and not _asked(f"Delete {what}{how} of {target.env}?"):
        raise DeployError(f"{target.env}: not approved; nothing was deleted")
    gone = _deployer(target, yes=yes).destroy(target.stack, lifts=lift_protection, everything=everything)
    said = f"deleted {', '.join(one.name for one in gone)}" if gone else "there was nothing to delete"
    console.print(terminal(f"{target.env}: {said}"), soft_wrap=True)
    for one in gone:
        for line in one.stays:
            console.print(terminal(f"{one.name}: stays: {line}"), soft_wrap=True)


@app.command()
def stamp() -> None:
    """Write the ids of versions and deployments as they have to be, after a function or a route has changed."""
    new = [name for path in sorted(TEMPLATES.glob("*.yaml")) for name in stamped(path)]
    console.print(terminal(f"new: {', '.join(new)}" if new else "nothing has changed"), soft_wrap=True)


@app.command()
def cost(env: Env, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Estimate what a month costs: the templates' resources and the declared usage, at the listed prices."""
    environment = load_environment(_one("--env", env) or "")
    platform = resolve_platform(environment)
    costs = load_costs(environment)
    found, today = estimate_platform(platform, costs.prices, costs.usage), datetime.now(UTC).date()
    told = (found, costs.prices, dict(costs.usage.expected), budget_of(platform), today)
    if as_json:
        console.print_json(data=as_data(*told))
    else:
        show_estimate(console, *told)


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
        client_of=clients(session, target.endpoint),
        artefacts=Artefacts.built(layer_archive),
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
        code = app(standalone_mode=False)
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
