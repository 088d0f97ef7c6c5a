"""``python -m infra drift``: what was changed behind the templates' back."""

from __future__ import annotations

import typer

from infra.operations.options import Endpoint, Env, Stack, Target, deployer_of, say


def drift(env: Env, stack: Stack = None, endpoint: Endpoint = None) -> None:
    """Show what was changed behind the templates' back; exit code 1 where something was, 2 where it cannot be told."""
    target = Target.read(env, stack, endpoint)
    found = deployer_of(target, yes=False).drift(target.stack)
    for one in found:
        for line in one.lines():
            say(line)
    if not found:
        say(f"{target.env}: everything is as the templates say")
    raise typer.Exit(0 if not found else 2 if all(one.unknown for one in found) else 1)
