"""``python -m infra deploy``: bring an environment to what its templates say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from infra.deploy.approval import Approved, saved, versions_of
from infra.deploy.connect import endpoint_in_use, is_loopback, one_line
from infra.deploy.deployer import Deployer
from infra.errors import InputError
from infra.operations.options import Endpoint, Env, Hold, Stack, Target, Yes, deployer_of, say
from infra.operations.recorded import deployment, recorded
from infra.recovery.cutover import refuse_going_back
from infra.stacks import chosen

_EXPRESS_IN: Final = "dev"
Express = Annotated[
    bool, typer.Option("--express", help="end before resources are ready, which CloudFormation calls express mode: dev")
]
Plan = Annotated[Path | None, typer.Option("--approved", help="execute what plan --save wrote, and nothing else")]


def deploy(
    env: Env,
    stack: Stack = None,
    endpoint: Endpoint = None,
    hold: Hold = False,  # noqa: FBT002  typer
    approved: Plan = None,
    express: Express = False,  # noqa: FBT002  typer
    yes: Yes = False,  # noqa: FBT002  typer
) -> None:
    """Deploy the stacks in order: change set, review, execute, wait."""
    target = Target.read(env, stack, endpoint)
    if express and target.env != _EXPRESS_IN:
        raise InputError(
            f"--express: a stack is called complete before it is ready: expected {_EXPRESS_IN}, found {target.env}"
        )
    plan, plan_id = (None, None) if approved is None else saved(approved)
    deployer = replace(deployer_of(target, yes=yes), express=express)
    made_of = deployment(deployer, hold=hold)
    if plan is not None:
        _take(plan, deployer, made_of, target.stack)
    elif yes and deployer.environment.termination_protection and not is_loopback(endpoint_in_use(target.endpoint)):
        raise InputError(f"--yes: {target.env} is protected: expected --approved with a plan that was reviewed")
    with one_line(target.env):
        refuse_going_back(deployer)
    with recorded(deployer, "deploy") as noted:
        noted.more = {} if target.stack else dict(made_of)
        noted.more["plan"] = plan_id
        done = deployer.deploy(target.stack, hold=hold)
        changed = [review.stack for review in done if review.changes]
        noted.told, noted.more["changed"] = f"{target.stack or 'all stacks'}{', held' * hold}", changed
    said = f"{', '.join(changed)} deployed" if changed else "no changes"
    say(f"{target.env}: {said}")


def _take(plan: Approved, deployer: Deployer, made_of: dict[str, object], only: str | None) -> None:
    """Let nothing but a plan be executed, if all is still as it was when the plan was made."""
    with one_line(deployer.environment.name):
        versions = versions_of({stack: deployer.described(stack) for stack in chosen(only)})
    plan.check(deployer.environment.name, made_of, versions)
    deployer.approve = plan.approve
