"""``python -m infra restore``: try whether what is kept can be had again, or have it again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from infra.checkout import commit
from infra.deploy.connect import endpoint_in_use, one_line
from infra.deploy.deployer import Deployer
from infra.errors import DeployError, InputError
from infra.history.entry import moment_id
from infra.operations.cutover import cut_over
from infra.operations.options import Endpoint, Env, Json, Target, Yes, asked, console, deployer_of, once, say
from infra.operations.recorded import objects_of, recorded
from infra.operations.shift import CLOCK
from infra.recovery.census import Way
from infra.recovery.drill import Drilling
from infra.recovery.record import Drill, Drills, RestoredStore
from infra.recovery.restorers import restorers_of
from infra.recovery.stores import stores_of
from infra.trying.show import show_rows

TryIt = Annotated[bool, typer.Option("--drill", help="restore every store beside itself, compare it, take it away")]
Clean = Annotated[bool, typer.Option("--clean", help="take away what a drill that was cut off has left")]
Cut = Annotated[
    bool, typer.Option("--cutover", help="restore stores to be kept, and point the platform at them, each change asked")
]
Names = Annotated[list[str] | None, typer.Option("--store", help="which, for --cutover, such as connections")]
Moment = Annotated[
    list[str] | None,
    typer.Option("--to", help="to which moment, for --cutover: latest, or one such as 20261129T091500Z"),
]
Place = Annotated[
    list[str] | None, typer.Option("--database", help="where databases are reached, unless their names lead there")
]
Authority = Annotated[Path | None, typer.Option("--authority", help="file with who certifies databases")]


def restore(
    env: Env,
    drill: TryIt = False,  # noqa: FBT002  typer
    clean: Clean = False,  # noqa: FBT002  typer
    cut: Cut = False,  # noqa: FBT002  typer
    store: Names = None,
    to: Moment = None,
    database: Place = None,
    authority: Authority = None,
    endpoint: Endpoint = None,
    yes: Yes = False,  # noqa: FBT002  typer
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Drill a restore, or have stores again: exit code 1 where something is not as it was, 2 where nobody can tell."""
    target = Target.read(env, None, endpoint)
    if drill + clean + cut != 1:
        raise InputError("restore: expected one of --drill, --clean and --cutover")
    if not cut and (store or to):
        raise InputError("restore: --store and --to are for --cutover: expected neither")
    way = Way.read(once("--database", database), authority)
    deployer = deployer_of(target, yes=yes)
    if cut:
        raise typer.Exit(cut_over(deployer, way, store, once("--to", to), yes=yes, as_json=as_json))
    drilling = drilling_of(deployer, way, as_json=as_json)
    if clean:
        _clean(target, drilling, yes=yes)
        return
    if not yes and not asked(f"Restore every store beside itself in {target.env}?"):
        raise DeployError(f"{target.env}: not approved; nothing was restored")
    with recorded(deployer, "restore") as noted, one_line(target.env):
        done = drilled(deployer, drilling, endpoint_in_use(target.endpoint))
        noted.done = done.exit_code == 0
        noted.told = told_of(done)
    _show(done, as_json=as_json)
    raise typer.Exit(done.exit_code)


def _clean(target: Target, drilling: Drilling, *, yes: bool) -> None:
    with one_line(target.env):
        left = ", ".join(name for _, name in drilling.left())
        if left and not yes and not asked(f"Take away {left} in {target.env}, also from a drill that is under way?"):
            raise DeployError(f"{target.env}: not approved; nothing was taken away")
        gone = drilling.clean()
    say(f"{target.env}: {', '.join(gone) if gone else 'nothing was left'}")


def told_of(done: Drill) -> str:
    """Say what came of a drill, in one line."""
    return f"drill {done.id}: {', '.join(f'{one.name} {one.word}' for one in done.stores)}"


def drilling_of(deployer: Deployer, way: Way, *, as_json: bool) -> Drilling:
    """Return a drill of a deployer's environment that has not begun."""
    return Drilling(
        id=moment_id(datetime.now(UTC)),
        restorers=restorers_of(deployer, "restore-drill", way),
        clock=CLOCK,
        told=(lambda _: None) if as_json else say,
    )  # fmt: skip


def drilled(deployer: Deployer, drilling: Drilling, endpoint: str | None) -> Drill:
    """Do a drill and add its record to the evidence; raises InputError, before it begins, where there is no bucket."""
    drills, environment = Drills(objects_of(deployer)), deployer.environment
    begun = CLOCK.now()
    stores = drilling.run(stores_of(deployer.cloudformation, environment))
    found = Drill(
        id=drilling.id, environment=environment.name, account=environment.account, region=environment.region,
        endpoint=endpoint or "AWS", by=deployer.client_of("sts").get_caller_identity()["Arn"], commit=commit(),
        begun=begun, ended=CLOCK.now(), stores=stores,
    )  # fmt: skip
    drills.add(found)
    return found


def _show(done: Drill, *, as_json: bool) -> None:
    if as_json:
        console.print_json(done.model_dump_json())
        return
    rows = [(one.name, one.word, *_figures(one), one.reason) for one in done.stores]
    columns = ("store", "found", "rows identical", "in motion", "wrong", "RPO", "RTO", "why")
    show_rows(console, f"{done.environment}: drill {done.id} at {done.endpoint}", columns, rows)
    for one in done.stores:
        for line in one.late:
            say(f"{one.name}: {line}")


def _figures(one: RestoredStore) -> tuple[str, ...]:
    rpo, rto = (("-" if value is None else f"{value:.0f} s") for value in (one.rpo_seconds, one.rto_seconds))
    return f"{one.identical} of {one.rows}", str(one.moving), str(one.wrong), rpo, rto
