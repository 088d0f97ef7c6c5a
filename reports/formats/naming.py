"""Names of findings that stay from run to run, and what stands around every verdict in a format."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reports.models import Control, EnvironmentNote, Verdict
from reports.record import Record

_NAMESPACE: Final = uuid.UUID("6f1f2c0e-6a3e-5d0b-9a53-3c0a4b7f7a11")


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict with its control and its environment; either is empty where the plan has none of that name."""

    verdict: Verdict
    control: Control | None
    place: EnvironmentNote | None

    @property
    def title(self) -> str:
        """What is demanded, in a line."""
        return self.control.title if self.control else f"{self.verdict.control} (not in the plan)"

    @property
    def references(self) -> tuple[str, ...]:
        """The requirements that the control answers."""
        return self.control.satisfies if self.control else ()


def told(record: Record) -> Iterator[Told]:
    """Give every verdict: one for each planned cell, then those that were never planned."""
    controls = {control.id: control for control in record.controls}
    places = {note.name: note for note in record.run.environments}
    for verdict in (*record.verdicts, *record.reconciled.doubled, *record.reconciled.unplanned):
        yield Told(verdict, controls.get(verdict.control), places.get(verdict.environment))


def digest_of(*words: str) -> str:
    """Return a name of words that nobody can forge with a separator."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def uuid_of(*words: str) -> str:
    """Return the UUID (version 5) of words."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps(words)))
