"""``python -m infra deploy``: bring an environment to what its templates say."""

from __future__ import annotations

from infra.operations.options import Endpoint, Env, Hold, Stack, Target, Yes, deployer_of, say


def deploy(
    env: Env,
    stack: Stack = None,
    endpoint: Endpoint = None,
    hold: Hold = False,  # noqa: FBT002  typer
    yes: Yes = False,  # noqa: FBT002  typer
) -> None:
    """Deploy the stacks in order: change set, review, execute, wait."""
    target = Target.read(env, stack, endpoint)
    done = deployer_of(target, yes=yes).deploy(target.stack, hold=hold)
    changed = [review.stack for review in done if review.changes]
    said = f"{', '.join(changed)} deployed" if changed else "no changes"
    say(f"{target.env}: {said}")
