"""``python -m infra shift``: move the calls of a function to another version, a share at a time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from infra.deploy.connect import one_line
from infra.deploy.deployer import Deployer
from infra.deploy.live import NEWEST, STACK, newest_versions
from infra.errors import DeployError, InputError
from infra.operations.options import Endpoint, Env, Json, Target, Yes, asked, console, deployer_of, once, say
from infra.operations.recorded import recorded
from infra.shifting.alias import Alias
from infra.shifting.ready import Ready
from infra.shifting.shift import Clock, Pace, Shift
from infra.shifting.watch import Watch
from infra.watching.watch import seconds_of

Function = Annotated[
    list[str],
    typer.Option("--function", help="the function, such as query; several go one after the other"),
]
To = Annotated[list[str] | None, typer.Option("--to", help="the version that is to have the calls; newest is the last")]
Steps = Annotated[str, typer.Option("--steps", help="percents of the calls, rising to 100")]
Bake = Annotated[str, typer.Option("--bake", help="how long each step is looked at, for example 5m, 90s or 1h")]
Resume = Annotated[bool, typer.Option("--resume", help="go on with the shift that the alias tells of")]
Abort = Annotated[bool, typer.Option("--abort", help="give all calls back to the version that had them")]

CLOCK: Final = Clock(lambda: datetime.now(UTC), time.sleep)


def shift(
    env: Env,
    function: Function,
    to: To = None,
    steps: Steps = "10,50,100",
    bake: Bake = "5m",
    resume: Resume = False,  # noqa: FBT002  typer
    abort: Abort = False,  # noqa: FBT002  typer
    endpoint: Endpoint = None,
    yes: Yes = False,  # noqa: FBT002  typer
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Move calls to another version by steps, and back when an alarm or an error says so; exit code 1 for that.

    Exit code 2: taken back because nobody could tell how it goes. What was interrupted is gone on with by --resume.
    """
    target = Target.read(env, None, endpoint)
    version, pace = once("--to", to), Pace(steps_of(steps), timedelta(seconds=seconds_of(bake, "--bake")))
    if [version is not None, resume, abort].count(True) != 1:
        raise InputError("shift: expected one of --to, --resume and --abort")
    deployer = deployer_of(target, yes=yes)
    names = _names(function, deployer.functions, version)
    if not yes and not asked(f"Shift the calls of {', '.join(names)}?"):
        raise DeployError(f"{', '.join(names)}: not approved; nothing was shifted")
    done = []
    for name in names:
        made = _shift_of(deployer, name, (lambda _: None) if as_json else say)
        wanted = _newest(deployer, name) if version == NEWEST else version
        with recorded(deployer, "shift") as noted, one_line(target.env):
            alias = _shifted(made, wanted, pace, abort=abort)
            noted.told = f"{name}: {alias.shares}"
        done.append({"function": name, "version": alias.version, "weights": dict(alias.weights)})
    if as_json:
        console.print_json(data=done)


def _names(given: list[str], known: tuple[str, ...], version: str | None) -> list[str]:
    """Return the functions to shift, one after the other; each has numbers of its own."""
    names = [name_of(one, known) for one in given]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise InputError(f"--function {name}: expected each function once")
    if len(names) > 1 and version not in (None, NEWEST):
        raise InputError(f"--to {version}: expected {NEWEST} for several functions: a number is of one of them")
    return names


def _shift_of(deployer: Deployer, name: str, told: Callable[[str], None]) -> Shift:
    return Shift(
        deployer.aliases,
        Ready(name, deployer.client_of("lambda"), deployer.client_of("application-autoscaling"), CLOCK.sleep),
        Watch(name, deployer.environment.stack_name(""), deployer.client_of("cloudwatch")),
        deployer.settle,
        CLOCK,
        told,
    )


def _newest(deployer: Deployer, name: str) -> str:
    stack = deployer.environment.stack_name(STACK)
    with one_line(deployer.environment.name):
        found = newest_versions(deployer.cloudformation, stack).get(name)
    if found is None:
        raise InputError(f"--to {NEWEST}: {stack} has published no version of {name}")
    return found


def _shifted(made: Shift, version: str | None, pace: Pace, *, abort: bool) -> Alias:
    try:
        return made.abort() if abort else made.resume(pace) if version is None else made.start(version, pace)
    except KeyboardInterrupt:
        raise DeployError(
            f"{made.function}: interrupted, the calls stay as they are shared: --resume goes on, --abort takes it back"
        ) from None


def name_of(given: str, names: tuple[str, ...]) -> str:
    """Return a function's whole name; raises InputError for one that no template has."""
    found = [name for name in names if given in (name, name.split("-", 2)[-1])]
    if len(found) != 1:
        short = ", ".join(name.split("-", 2)[-1] for name in names)
        raise InputError(f"--function {given or repr(given)}: expected one of {short}")
    return found[0]


def steps_of(text: str) -> tuple[int, ...]:
    """Read percents such as ``10,50,100``; raises InputError for others than rising ones that end with 100."""
    parts = text.split(",")
    steps = tuple(int(part) for part in parts if re.fullmatch(r"[1-9][0-9]{0,2}", part))
    if len(steps) != len(parts) or list(steps) != sorted(set(steps)) or steps[-1] != 100:  # noqa: PLR2004  percent
        raise InputError(f"--steps {text or repr(text)}: expected rising percents that end with 100, such as 10,50,100")
    return steps
