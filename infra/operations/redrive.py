"""``python -m infra redrive``: send dead letters back to the queue that gave them up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from infra.errors import DeployError
from infra.looking.asking import Asking
from infra.looking.redriving import DONE, DeadLetters, Moved, Redriving
from infra.operations.options import Endpoint, Env, Json, Target, Yes, asked, console, deployer_of, say
from infra.operations.recorded import recorded
from infra.operations.shift import CLOCK

Queue = Annotated[str, typer.Argument(help="a queue of dead letters, such as pushes-dead-letters")]


def redrive(
    queue: Queue,
    env: Env,
    endpoint: Endpoint = None,
    yes: Yes = False,  # noqa: FBT002  typer
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Send dead letters back to where they came from, and wait until it is done; exit code 1 where it fails."""
    target = Target.read(env, None, endpoint)
    deployer = deployer_of(target, yes=yes)
    asking = Asking(deployer.environment, deployer.client_of, datetime.now(UTC))
    letters = DeadLetters.of(asking, queue)
    driving = Redriving(asking, CLOCK, (lambda _: None) if as_json else say)
    runs = driving.running(letters)
    if not runs and not letters.waiting:
        _show(letters, Moved(DONE, 0, ""), as_json=as_json)
        return
    if not runs and not yes and not asked(f"Send {letters.waiting} messages back to {letters.back}?"):
        raise DeployError(f"{letters.queue.short}: not approved; nothing was sent back")
    with recorded(deployer, "redrive") as noted:
        done = _done(driving, letters, runs=runs)
        noted.done = done.state == DONE
        noted.told = f"{letters.queue.short}: {done.state.lower()}, {done.count} sent back to {letters.back}"
    _show(letters, done, as_json=as_json)
    raise typer.Exit(0 if done.state == DONE else 1)


def _done(driving: Redriving, letters: DeadLetters, *, runs: bool) -> Moved:
    try:
        if not runs:
            driving.start(letters)
        return driving.wait(letters)
    except KeyboardInterrupt:
        raise DeployError(
            f"{letters.queue.short}: interrupted; a task that was started goes on: the same command waits for it"
        ) from None


def _show(letters: DeadLetters, done: Moved, *, as_json: bool) -> None:
    if as_json:
        found = {"queue": letters.queue.short, "back_to": letters.back, "state": done.state, "moved": done.count}
        console.print_json(data=found | {"reason": done.reason}, ensure_ascii=True)
        return
    why = f": {done.reason}" if done.reason else ""
    say(f"{letters.queue.short}: {done.state.lower()}, {done.count} sent back to {letters.back}{why}")
