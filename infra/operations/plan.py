"""``python -m infra plan``: what a deployment would change."""

from __future__ import annotations

from infra.operations.options import Endpoint, Env, Hold, Stack, Target, deployer_of, say
from infra.stacks import STACKS


def plan(env: Env, stack: Stack = None, endpoint: Endpoint = None, hold: Hold = False) -> None:  # noqa: FBT002  typer
    """Show what a deployment would change, and change nothing."""
    target = Target.read(env, stack, endpoint)
    reviews = deployer_of(target, yes=False).plan(target.stack, hold=hold)
    if not reviews or (target.stack is None and reviews[-1].stack != STACKS[-1]):
        say("later stacks need outputs of stacks that are not deployed yet: they cannot be reviewed before")
