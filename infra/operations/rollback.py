"""``python -m infra rollback``: bring an environment to what an earlier deployment was made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from infra.deploy.artefacts import Stored
from infra.deploy.connect import one_line
from infra.deploy.deployer import Deployer
from infra.errors import InputError
from infra.history.entry import Entry
from infra.history.history import History, find
from infra.operations.options import Endpoint, Env, Target, Yes, deployer_of, once, say
from infra.operations.recorded import deployment, history_of, recorded
from infra.stacks import STACKS
from infra.template import Template

Back = Annotated[list[str], typer.Option("--to", help="previous, or the id of a deployment: see history")]


def rollback(env: Env, to: Back, endpoint: Endpoint = None, yes: Yes = False) -> None:  # noqa: FBT002  typer
    """Deploy the templates, parameters and code of an earlier deployment again, each change set shown first.

    Data is not brought back: that is what restore does.
    """
    target = Target.read(env, None, endpoint)
    deployer = deployer_of(target, yes=yes)
    with one_line(target.env):
        history = history_of(deployer)
        entry = find(list(history.entries()), once("--to", to) or "")
        back = _as_it_was(deployer, history, entry)
    say(f"{target.env}: back to {entry.id}, commit {entry.commit or 'unknown'}")
    with recorded(back, "rollback") as noted:
        noted.more = deployment(back, hold=False)
        changed = tuple(review.stack for review in back.deploy() if review.changes)
        noted.told, noted.more["changed"] = f"back to {entry.id}", changed
    say(f"{target.env}: {', '.join(changed)} as they were" if changed else f"{target.env}: no changes")


def _as_it_was(deployer: Deployer, history: History, entry: Entry) -> Deployer:
    """Return a deployer of what an earlier deployment was made of."""
    if tuple(entry.templates) != STACKS:
        raise InputError(
            f"{entry.id}: was made of other stacks than there are now: deploy it from its commit {entry.commit}"
        )
    templates = {
        stack: Template.parse(history.template(wanted), f"{entry.id}/{stack}.yaml")
        for stack, wanted in entry.templates.items()
    }
    said = {"parameters": dict(entry.parameters), "restored": dict(entry.restored)}
    environment = deployer.environment.model_copy(update=said)
    return replace(
        deployer, environment=environment, templates=templates, artefacts=Stored(dict(entry.artefacts)), outputs={}
    )
