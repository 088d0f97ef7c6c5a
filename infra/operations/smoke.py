"""``python -m infra smoke``: ten things that a platform that stands has to do, tried from outside."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from infra.errors import InputError
from infra.operations.options import Endpoint, Env, Json, Keep, Target, console, deployer_of, once, say
from infra.operations.recorded import note
from infra.trying.answers import counted, exit_code
from infra.trying.child import BAD_INPUT, run_pytest
from infra.trying.edge import usable_way
from infra.trying.rows import Row, rows_in
from infra.trying.show import show_rows
from infra.watching.watch import seconds_of

WebSocket = Annotated[
    list[str] | None,
    typer.Option("--websocket", help="where the edge is reached, unless its name leads there: the mock cloud's door"),
]
Role = Annotated[list[str] | None, typer.Option("--role", help="as whom AWS is asked, instead of the deploy_role")]
Patience = Annotated[list[str] | None, typer.Option("--patience", help="how long to wait for anything: 60s")]


def smoke(
    env: Env,
    endpoint: Endpoint = None,
    websocket: WebSocket = None,
    role: Role = None,
    patience: Patience = None,
    record_it: Keep = False,  # noqa: FBT002  typer
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Try ten things that the platform does; exit code 1 where one fails, 2 where one cannot be told."""
    target = Target.read(env, None, endpoint)
    words = ["suites/smoke", "--env", target.env, *_words(websocket, role, patience)]
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder:
        file = Path(folder) / "rows.json"
        ended = run_pytest([*words, "--rows", str(file)], target.endpoint)
        rows = rows_in(file)
    if ended == BAD_INPUT:  # the child has said in one line what is wrong
        raise typer.Exit(ended)
    code = exit_code(ended, (row.verdict for row in rows))
    if record_it:
        note(deployer_of(target, yes=False), "smoke", code, counted([row.verdict for row in rows]))
    if as_json:
        told = [{"name": row.name, "verdict": row.verdict, "found": row.found} for row in rows]
        console.print_json(
            data={"environment": target.env, "endpoint": target.endpoint, "exit_code": code, "tests": told}
        )
    else:
        _show(target, rows)
    raise typer.Exit(code)


def _words(websocket: list[str] | None, role: list[str] | None, patience: list[str] | None) -> list[str]:
    """Return the options for the child, refused here where they are wrong: nothing has been begun yet."""
    way, who, length = once("--websocket", websocket), once("--role", role), once("--patience", patience)
    words: list[str] = []
    if way is not None:
        words += ["--websocket", usable_way(way)]
    if who is not None:
        if not who.startswith("arn:"):
            raise InputError(f"--role {who!r}: expected the ARN of a role")
        words += ["--role", who]
    if length is not None:
        seconds_of(length, "--patience")
        words += ["--patience", length]
    return words


def _show(target: Target, rows: tuple[Row, ...]) -> None:
    show_rows(
        console, f"{target.env}: {len(rows)} smoke tests", ("test", "verdict"), [(r.name, r.verdict) for r in rows]
    )
    for row in rows:
        say(f"{row.name}: {row.found}")
