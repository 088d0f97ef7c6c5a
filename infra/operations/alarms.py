"""``python -m infra alarms``: how the alarms of an environment are, now or until a time is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from infra.deploy.connect import client, connect
from infra.environment import load_environment
from infra.errors import InputError
from infra.operations.options import Endpoint, Env, Target, console, once, say
from infra.stacks import resolve_platform
from infra.trying.child import CANNOT_TELL
from infra.trying.show import show_rows
from infra.watching.alarms import Alarm, Reading, State, declared, read_alarms
from infra.watching.watch import changes, exit_code, readings, seconds_of

Watch = Annotated[list[str] | None, typer.Option("--watch", help="read again until so much time is over: 90s, 10m, 2h")]
Priority = Annotated[list[str] | None, typer.Option("--priority", help="those of one priority, for example p1")]
Strict = Annotated[bool, typer.Option("--strict", help="data that do not suffice end with exit code 2")]


def alarms(
    env: Env,
    endpoint: Endpoint = None,
    watch: Watch = None,
    priority: Priority = None,
    strict: Strict = False,  # noqa: FBT002  typer
) -> None:
    """Show the alarms by state; exit code 1 where one is in ALARM, 2 where one cannot be told."""
    target = Target.read(env, None, endpoint)
    length = once("--watch", watch)
    seconds = 0 if length is None else seconds_of(length, "--watch")
    environment = load_environment(target.env)
    wanted = _chosen(declared(resolve_platform(environment)), once("--priority", priority))
    session = connect(environment, environment.role, target.endpoint)
    cloudwatch = client(session, "cloudwatch", target.endpoint)
    seen, whole = _seen(readings(lambda: read_alarms(cloudwatch, wanted), seconds))
    _show(target.env, seen)
    code = exit_code(seen, strict=strict)
    if not whole:
        say("it was ended before the time was over: what would have been seen cannot be told")
    raise typer.Exit(code if whole or code else CANNOT_TELL)


def _seen(found: Iterable[Reading]) -> tuple[list[Reading], bool]:
    """Take the readings, saying what changes; return them, and whether nobody has ended it with Ctrl-C."""
    seen: list[Reading] = []
    try:
        for reading in found:
            for line in changes(seen[-1] if seen else None, reading):
                say(f"{datetime.now(UTC):%H:%M:%S} {line}")
            seen.append(reading)
    except KeyboardInterrupt:
        if not seen:
            raise
        return seen, False
    return seen, True


def _chosen(found: tuple[Alarm, ...], priority: str | None) -> tuple[Alarm, ...]:
    known = sorted({alarm.priority for alarm in found})
    if priority is not None and priority not in known:
        raise InputError(f"--priority {priority or repr(priority)}: expected one of {', '.join(known)}")
    return tuple(alarm for alarm in found if priority in (None, alarm.priority))


def _show(env: str, seen: list[Reading]) -> None:
    last = seen[-1]
    ordered = [alarm for state in State for alarm in last.in_state(state)]
    rows = [(alarm.name, alarm.priority, alarm.state.text, _since(alarm)) for alarm in ordered]
    read = f", read {len(seen)} times" if len(seen) > 1 else ""
    show_rows(console, f"{env}: {len(rows)} alarms{read}", ("alarm", "priority", "state", "since"), rows)
    for alarm in ordered:
        if alarm.state is State.ALARM:
            say(f"{alarm.name}: {alarm.reason} (what to do: {alarm.runbook or 'its description names no runbook'})")
        elif alarm.state is State.CANNOT_TELL:
            say(f"{alarm.name}: cannot tell: {alarm.reason}")
    over = {alarm.name: alarm for reading in seen for alarm in reading.in_state(State.ALARM)}
    for name in over.keys() - {alarm.name for alarm in last.in_state(State.ALARM)}:
        say(f"{name}: was in ALARM and is no more (what to do: {over[name].runbook or 'no runbook'})")


def _since(alarm: Alarm) -> str:
    return "" if alarm.since is None else f"{alarm.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
