"""``python -m infra backup``: back up tables and the database now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from infra.deploy.connect import one_line
from infra.errors import DeployError, InputError
from infra.operations.options import Endpoint, Env, Json, Target, Yes, asked, console, deployer_of, once, say
from infra.operations.recorded import recorded
from infra.operations.shift import CLOCK
from infra.recovery.jobs import UNTOLD, Backups, Job
from infra.recovery.stores import chosen, stores_of
from infra.trying.show import show_rows

Names = Annotated[list[str] | None, typer.Option("--store", help="one store instead of all, such as alerts")]
Days = Annotated[list[int] | None, typer.Option("--days", help="how long they are kept; as the daily ones otherwise")]
Request = Annotated[
    list[str] | None, typer.Option("--request", help="a name for this request: made again, it makes no second backup")
]


def backup(
    env: Env,
    store: Names = None,
    days: Days = None,
    request: Request = None,
    endpoint: Endpoint = None,
    yes: Yes = False,  # noqa: FBT002  typer
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Back up every table and the database with AWS Backup; exit code 1 where one fails, 2 where nobody can tell."""
    target, kept = Target.read(env, None, endpoint), _one(days)
    deployer = deployer_of(target, yes=yes)
    with one_line(target.env):
        stores = chosen(stores_of(deployer.cloudformation, deployer.environment), store)
        backups = Backups.of(deployer, kept, CLOCK, (lambda _: None) if as_json else say)
    names = ", ".join(one.short for one in stores)
    if not yes and not asked(f"Back up {names} of {target.env}, for {backups.days} days?"):
        raise DeployError(f"{target.env}: not approved; nothing was backed up")
    with recorded(deployer, "backup") as noted, one_line(target.env):
        done = backups.run(stores, once("--request", request) or f"{CLOCK.now():%Y%m%dT%H%M%S%f}")
        untold = [one.store.short for one in done if one.state == UNTOLD]
        failed = [one.store.short for one in done if one.state not in ("COMPLETED", UNTOLD)]
        noted.done = not failed and not untold
        worse = [f"{word}: {', '.join(which)}" for word, which in (("failed", failed), ("not told", untold)) if which]
        noted.told = "; ".join(worse) or f"{names}, for {backups.days} days"
    _show(done, as_json=as_json)
    raise typer.Exit(1 if failed else 2 if untold else 0)


def _one(days: list[int] | None) -> int | None:
    if days and len(days) > 1:
        raise InputError(f"--days: expected once, got {' and '.join(map(str, days))}")
    return days[0] if days else None


def _show(done: Sequence[Job], *, as_json: bool) -> None:
    if as_json:
        found = [{"store": one.store.name, "state": one.state, "recovery_point": one.point} for one in done]
        console.print_json(data=found)
    else:
        rows = [(one.store.short, one.state.lower(), one.point) for one in done]
        show_rows(console, "backups", ("store", "state", "recovery point"), rows)
