"""``python -m infra look``: what a person looks at when something is wrong; nothing is changed by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from infra.deploy.connect import clients, connect
from infra.environment import load_environment
from infra.errors import InputError
from infra.looking import alarms, backups, events, functions, logs, queues, quotas, secrets, stores
from infra.looking.asking import Asking
from infra.looking.found import Parts
from infra.looking.found import look as read
from infra.looking.show import show, show_json
from infra.operations.options import Endpoint, Env, Json, Target, console, once
from infra.stacks import STACKS, chosen
from infra.watching.watch import seconds_of

look = typer.Typer(no_args_is_help=True, help="Look at one thing of an environment, and change nothing.")

Group = Annotated[str, typer.Argument(help="a function's short name, such as push, or api-access, waf, database")]
StackName = Annotated[str, typer.Argument(help="a stack, such as compute", autocompletion=lambda: [*STACKS])]
Queue = Annotated[str, typer.Argument(help="the queue, such as pushes or pushes-dead-letters")]
Function = Annotated[str, typer.Argument(help="the function, such as push")]
TableName = Annotated[str, typer.Argument(help="the table, such as subscriptions")]
AlarmName = Annotated[str, typer.Argument(help="the alarm, such as p1-dead-letters")]
Since = Annotated[list[str] | None, typer.Option("--since", help="how far back: 90s, 15m, 2h; 15m unless said")]
Errors = Annotated[bool, typer.Option("--errors", help="only the lines that tell of an error")]
Match = Annotated[list[str] | None, typer.Option("--match", help="only the lines that have this text")]
Limit = Annotated[list[int] | None, typer.Option("--limit", help="so many of the newest")]
Peek = Annotated[list[int] | None, typer.Option("--peek", help="show so many messages, and leave them there")]

_LINES, _EVENTS, _MOST = 50, 20, 10_000
_MOST_MESSAGES: Final = 100


@look.command("logs")
def _logs(
    group: Group,
    env: Env,
    since: Since = None,
    errors: Errors = False,  # noqa: FBT002  typer
    match: Match = None,
    limit: Limit = None,
    endpoint: Endpoint = None,
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Show the newest lines of a log group, the newest last."""
    back = timedelta(seconds=seconds_of(once("--since", since) or "15m", "--since"))
    wanted = logs.Wanted(back, errors, once("--match", match), _number("--limit", limit, _MOST) or _LINES)
    _show(env, endpoint, lambda asking: logs.parts(asking, group, wanted), group, as_json=as_json)


@look.command("events")
def _events(env: Env, stack: StackName, limit: Limit = None, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show the newest events of a stack, the newest last."""
    chosen(stack)
    most = _number("--limit", limit, _MOST) or _EVENTS
    _show(env, endpoint, lambda asking: events.parts(asking, stack, most), stack, as_json=as_json)


@look.command("queue")
def _queue(env: Env, queue: Queue, peek: Peek = None, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show how much waits in a queue and where its dead letters go; messages are shown and left there."""
    most = _number("--peek", peek, _MOST_MESSAGES)
    _show(env, endpoint, lambda asking: queues.parts(asking, queue, most), queue, as_json=as_json)


@look.command("function")
def _function(env: Env, function: Function, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show a function: versions, limits, event sources, and its calls of the last 15 minutes."""
    _show(env, endpoint, lambda asking: functions.parts(asking, function), function, as_json=as_json)


@look.command("database")
def _database(env: Env, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show the database: status, class, storage, zones, pending changes, use and events."""
    _show(env, endpoint, stores.database, env[0], as_json=as_json)


@look.command("cache")
def _cache(env: Env, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show the cache: status, class, nodes with their use, events."""
    _show(env, endpoint, stores.cache, env[0], as_json=as_json)


@look.command("table")
def _table(env: Env, table: TableName, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show a table: status, size, recovery, use and what was refused."""
    _show(env, endpoint, lambda asking: stores.table(asking, table), table, as_json=as_json)


@look.command("backups")
def _backups(env: Env, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show the newest recovery point of each store, and the jobs that failed."""
    _show(env, endpoint, backups.parts, env[0], as_json=as_json)


@look.command("secrets")
def _secrets(env: Env, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show when each secret was rotated and will be; never its value."""
    _show(env, endpoint, secrets.parts, env[0], as_json=as_json)


@look.command("quotas")
def _quotas(env: Env, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show what the account may use of Lambda at once."""
    _show(env, endpoint, quotas.parts, env[0], as_json=as_json)


@look.command("alarm")
def _alarm(env: Env, alarm: AlarmName, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show an alarm: state, reason, what it looks at, newest changes."""
    _show(env, endpoint, lambda asking: alarms.parts(asking, alarm), alarm, as_json=as_json)


def _show(
    env: list[str],
    endpoint: list[str] | None,
    parts: Callable[[Asking], Parts],
    title: str,
    *,
    as_json: bool,
) -> None:
    target = Target.read(env, None, endpoint)
    environment = load_environment(target.env)
    session = connect(environment, environment.deploy_role, target.endpoint)
    found = read(parts(Asking(environment, clients(session, target.endpoint), datetime.now(UTC))))
    if as_json:
        show_json(console, found)
    else:
        show(console, title, found)
    raise typer.Exit(found.exit_code)


def _number(option: str, given: list[int] | None, most: int) -> int | None:
    if given and len(given) > 1:
        raise InputError(f"{option}: expected once, got {' and '.join(map(str, given))}")
    if given and not 1 <= given[0] <= most:
        raise InputError(f"{option} {given[0]}: expected a number from 1 to {most}")
    return given[0] if given else None
