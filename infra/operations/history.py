"""``python -m infra history``: what was done to an environment, by whom, and what came of it."""

from __future__ import annotations

from infra.deploy.connect import one_line
from infra.history.entry import Entry
from infra.operations.options import Endpoint, Env, Json, Target, console, deployer_of
from infra.operations.recorded import history_of
from infra.trying.show import show_rows


def history(env: Env, endpoint: Endpoint = None, as_json: Json = False) -> None:  # noqa: FBT002  typer
    """Show what was done to an environment: deployments, shifts and what followed, the first one first."""
    target = Target.read(env, None, endpoint)
    deployer = deployer_of(target, yes=False)
    with one_line(target.env):
        entries = list(history_of(deployer).entries())
    if as_json:
        console.print_json(data=[entry.model_dump(mode="json") for entry in entries])
        return
    rows = [_row(entry) for entry in entries]
    show_rows(console, f"{target.env}: {len(rows)} entries", ("when", "what", "by", "commit", "came of it"), rows)


def _row(entry: Entry) -> tuple[str, ...]:
    who = entry.by.rpartition("/")[2] or entry.by
    told = f"{'done' if entry.done else 'not done'}: {entry.told}{f', plan {entry.plan[:12]}' if entry.plan else ''}"
    return f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.id, who, entry.commit, told
