"""``python -m infra destroy``: take an environment, or a stack of it, away."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.environment import load_environment
from infra.errors import DeployError, InputError
from infra.operations.options import Endpoint, Env, Stack, Target, Yes, asked, deployer_of, once, say

Lift = Annotated[bool, typer.Option("--lift-protection", help="lift what protects stacks, tables and databases first")]
Everything = Annotated[
    bool,
    typer.Option("--everything", help="also remove what the templates retain: tables, queues, logs, keys"),
]
Mean = Annotated[
    list[str] | None, typer.Option("--i-mean", help="a protected environment's name once more, to lift its protection")
]


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
    if (lift_protection or everything) and protected and once("--i-mean", i_mean) != target.env:
        raise InputError(f"{target.env} is protected: expected --i-mean {target.env} beside what lifts that")
    what = "all stacks" if target.stack is None else f"stack {target.stack}"
    how = " and everything that they retain" if everything else ""
    how += ", protected or not" if lift_protection else ""
    if not yes and not asked(f"Delete {what}{how} of {target.env}?"):
        raise DeployError(f"{target.env}: not approved; nothing was deleted")
    gone = deployer_of(target, yes=yes).destroy(target.stack, lifts=lift_protection, everything=everything)
    said = f"deleted {', '.join(one.name for one in gone)}" if gone else "there was nothing to delete"
    say(f"{target.env}: {said}")
    for one in gone:
        for line in one.stays:
            say(f"{one.name}: stays: {line}")
