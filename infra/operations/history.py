"""``python -m infra history``: what was done to an environment, by whom, and what came of it."""

from __future__ import annotations

from rich.table import Table

from infra.deploy.connect import one_line
from infra.operations.options import Endpoint, Env, Json, Target, console, deployer_of
from infra.operations.recorded import history_of
from infra.outside import terminal

_SHOWN = ("when", "what", "by", "commit", "came of it")


def history(env: Env, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show what was done to an environment: deployments, shifts and what followed, the first one first."""
    target = Target.read(env, None, endpoint)
    deployer = deployer_of(target, yes=False)
    with one_line(target.env):
        entries = list(history_of(deployer).entries())
    if as_json:
        console.print_json(data=[entry.model_dump(mode="json") for entry in entries])
        return
    table = Table(*_SHOWN, title=terminal(f"{target.env}: {len(entries)} entries"))
    for entry in entries:
        who = entry.by.rpartition("/")[2] or entry.by
        told = f"{'done' if entry.done else 'not done'}: {entry.told}"
        cells = (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.id, who, entry.commit, told)
        table.add_row(*map(terminal, cells))
    console.print(table)
