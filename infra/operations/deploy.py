"""``python -m infra deploy``: bring an environment to what its templates say."""

from __future__ import annotations

from infra.operations.options import Endpoint, Env, Hold, Stack, Target, Yes, deployer_of, say
from infra.operations.recorded import deployment, recorded


def deploy(
    env: Env,
    stack: Stack = None,
    endpoint: Endpoint = None,
    hold: Hold = False,  # noqa: FBT002  typer
    yes: Yes = False,  # noqa: FBT002  typer
) -> None:
    """Deploy the stacks in order: change set, review, execute, wait."""
    target = Target.read(env, stack, endpoint)
    deployer = deployer_of(target, yes=yes)
    with recorded(deployer, "deploy") as noted:
        noted.more = {} if target.stack else deployment(deployer, hold=hold)
        done = deployer.deploy(target.stack, hold=hold)
        changed = [review.stack for review in done if review.changes]
        noted.told, noted.more["changed"] = f"{target.stack or 'all stacks'}{', held' * hold}", changed
    said = f"{', '.join(changed)} deployed" if changed else "no changes"
    say(f"{target.env}: {said}")
