"""``python -m infra plan``: what a deployment would change."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from infra.deploy.approval import Approved, planned, versions_of
from infra.deploy.connect import one_line
from infra.deploy.deployer import Deployer
from infra.deploy.review import Review
from infra.errors import InputError
from infra.operations.options import Endpoint, Env, Hold, Stack, Target, deployer_of, say
from infra.operations.recorded import deployment
from infra.stacks import STACKS, chosen

Save = Annotated[Path | None, typer.Option("--save", help="write the plan to a file, for deploy --approved")]


def plan(
    env: Env,
    stack: Stack = None,
    endpoint: Endpoint = None,
    hold: Hold = False,  # noqa: FBT002  typer
    save: Save = None,
) -> None:
    """Show what a deployment would change, and change nothing."""
    target = Target.read(env, stack, endpoint)
    deployer = deployer_of(target, yes=False)
    reviews = deployer.plan(target.stack, hold=hold)
    if not reviews or (target.stack is None and reviews[-1].stack != STACKS[-1]):
        say("later stacks need outputs of stacks that are not deployed yet: they cannot be reviewed before")
    if save is not None:
        _write(save, deployer, reviews, target.stack, hold=hold)


def _write(path: Path, deployer: Deployer, reviews: list[Review], only: str | None, *, hold: bool) -> None:
    with one_line(deployer.environment.name):
        by = deployer.client_of("sts").get_caller_identity()["Arn"]
        versions = versions_of({stack: deployer.described(stack) for stack in chosen(only)})
    made = Approved(
        environment=deployer.environment.name, at=datetime.now(UTC), by=by,
        made_of=deployment(deployer, hold=hold), stacks=planned(reviews, versions),
    )  # fmt: skip
    text = made.model_dump_json(indent=1).encode() + b"\n"
    try:
        path.write_bytes(text)
    except OSError as error:
        raise InputError(f"--save {path}: cannot be written: {error.strerror}") from error
    digest = hashlib.sha256(text).hexdigest()
    say(f"{deployer.environment.name}: the plan of {len(reviews)} stacks is in {path} (sha256 {digest})")
