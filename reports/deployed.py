"""The deployments of an environment as every report shows them: each with what was asked of it afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reports.models import DeploymentNote, DeploymentsNote

_DEPLOYS: Final = ("deploy", "rollback", "cutover")
_TRIES: Final = ("validate", "smoke")
_DIGEST: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Deployment:
    """An entry with the last `validate` and `smoke` between it and the next deployment; ``deploys``: it is one."""

    note: DeploymentNote
    deploys: bool
    validate: DeploymentNote | None = None
    smoke: DeploymentNote | None = None

    @property
    def tries(self) -> tuple[DeploymentNote | None, ...]:
        """What was asked of it: whether it is as demanded, and whether it works."""
        return (self.validate, self.smoke)


def deployments(note: DeploymentsNote) -> list[Deployment]:
    """Return the entries of an environment in the order in which they are recorded: the newest first."""
    found = []
    after: dict[str, DeploymentNote] = {}
    for entry in note.entries:
        deploys = entry.action in _DEPLOYS
        if entry.action in _TRIES:
            after.setdefault(entry.action, entry)
        found.append(Deployment(entry, deploys, after.get("validate"), after.get("smoke")) if deploys
                     else Deployment(entry, deploys))  # fmt: skip
        if deploys:
            after = {}
    return found


def came(entry: DeploymentNote) -> str:
    """Say whether what was asked for was reached, or what was looked at had nothing wrong."""
    yes, no = ("nothing wrong", "not passed") if entry.action in _TRIES else ("done", "not done")
    return yes if entry.done else no


def judged(entry: DeploymentNote | None) -> str:
    """Say what a `validate` or `smoke` found."""
    return "not on record" if entry is None else f"{came(entry)}: {entry.told}"


def brief(digest: str) -> str:
    """Return the beginning of a digest; what is none is left whole."""
    return digest[:_SHOWN] if _DIGEST.fullmatch(digest) else digest
