"""``python -m infra preflight``: what would make a deployment fail, before it is begun."""

from __future__ import annotations

import typer

from infra.deploy.checked import Verdict
from infra.operations.options import Endpoint, Env, Target, console, deployer_of
from infra.outside import terminal


def preflight(env: Env, endpoint: Endpoint = None) -> None:
    """Say what would make a deployment fail, and what to do; exit code 1 for that, 2 where something cannot be told."""
    target = Target.read(env, None, endpoint)
    found = deployer_of(target, yes=False).preflight()
    for one in found:
        style = {Verdict.FINE: "green", Verdict.WRONG: "red", Verdict.UNKNOWN: "yellow"}[one.verdict]
        said = f"{one.verdict:15} {one.about}: {one.found}"
        console.print(terminal(f"{said}: {one.fix}" if one.fix else said), style=style, soft_wrap=True)
    verdicts = {one.verdict for one in found}
    raise typer.Exit(1 if Verdict.WRONG in verdicts else 2 if Verdict.UNKNOWN in verdicts else 0)
