"""What commands leave in the history of the environment that they act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra.checkout import commit
from infra.deploy.connect import one_line
from infra.deploy.deployer import Deployer
from infra.errors import DeployError, InputError, TouchstoneError
from infra.history.entry import Entry, digest, id_of
from infra.history.history import History
from infra.history.objects import Objects
from infra.operations.options import say

_STACK = "evidence"
_BUCKET = "EvidenceBucketName"


@dataclass
class Noted:
    """What an entry is to say beside who, when and whether it was done."""

    told: str = ""
    done: bool = True
    more: dict[str, Any] = field(default_factory=dict)


def objects_of(deployer: Deployer) -> Objects:
    """Return what lies in the evidence bucket of a deployer's environment.

    Raises:
        InputError: the stack that has the bucket is not deployed.
    """
    bucket = deployer.outputs_of(_STACK).get(_BUCKET)
    if bucket is None:
        raise InputError(f"{deployer.environment.stack_name(_STACK)}: not deployed: there is no bucket of records yet")
    return Objects(deployer.client_of("s3"), bucket)


def history_of(deployer: Deployer) -> History:
    """Return the history of a deployer's environment; raises InputError where it has no bucket."""
    return History(objects_of(deployer), deployer.environment.name)


@contextmanager
def recorded(deployer: Deployer, action: str) -> Iterator[Noted]:
    """Add an entry when what is done inside has ended, well or not; before there is a bucket, say that none is kept."""
    begun, noted = datetime.now(UTC), Noted()
    try:
        yield noted
    except (TouchstoneError, KeyboardInterrupt) as error:
        noted.told = str(error) or "interrupted"
        _add(deployer, action, begun, noted, done=False)
        raise
    _add(deployer, action, begun, noted, done=noted.done)


def deployment(deployer: Deployer, *, hold: bool) -> dict[str, Any]:
    """Return what a whole deployment is made of, as an entry says it."""
    return {
        "templates": {stack: digest(template.text) for stack, template in deployer.templates.items()},
        "parameters": dict(deployer.environment.parameters),
        "restored": dict(deployer.environment.restored),
        "artefacts": dict(deployer.artefacts.parameters),
        "held": hold,
    }


def note(deployer: Deployer, action: str, code: int, told: str) -> None:
    """Add an entry of what was looked at: it was done where it found nothing wrong."""
    _add(deployer, action, datetime.now(UTC), Noted(told), done=code == 0)


def _add(deployer: Deployer, action: str, begun: datetime, noted: Noted, *, done: bool) -> None:
    try:
        with one_line(deployer.environment.name):
            history = history_of(deployer)
            entry = Entry(
                id=id_of(begun, action),
                at=begun,
                by=deployer.client_of("sts").get_caller_identity()["Arn"],
                environment=deployer.environment.name,
                action=action,
                done=done,
                told=noted.told,
                commit=commit(),
                **noted.more,
            )
            texts = {stack: template.text for stack, template in deployer.templates.items()}
            history.add(entry, texts if noted.more.get("templates") else {})
    except InputError as error:
        say(f"{deployer.environment.name}: no record is kept of this: {error}")
    except TouchstoneError as error:
        if done:
            told = f"{deployer.environment.name}: it is done, and no record of it could be kept"
            raise DeployError(f"{told}: {error}") from error
        say(f"{deployer.environment.name}: no record could be kept: {error}")
