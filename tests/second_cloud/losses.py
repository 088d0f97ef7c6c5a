"""What the second mock cloud does not have or does otherwise than AWS, as data: ``losses.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from infra.settings import Reason, Text, read_toml

FILE = Path(__file__).with_name("losses.toml")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Text
    reason: Reason


class Absent(_Entry):
    """A type that is not there: its list is refused."""


class Unmade(_Entry):
    """What cannot be made of a type: the call with which it would be, and a word of the refusal."""

    operation: Text
    parameters: dict[str, Any]
    says: Text


class Loss(_Entry):
    """What our readers tell otherwise than it was made, and what the second mock cloud does that AWS does not."""

    what: Text


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    absent: tuple[Absent, ...]
    unmade: tuple[Unmade, ...]
    loss: tuple[Loss, ...]


_READ = read_toml(FILE, _File)
ABSENT = frozenset(entry.type for entry in _READ.absent)
UNMADE = _READ.unmade


def losses(cfn_type: str) -> set[str]:
    """Return what is known to be told otherwise of a type."""
    return {entry.what for entry in _READ.loss if entry.type == cfn_type}


def types_with_entries() -> set[str]:
    """Return the types of which something is told otherwise, or cannot be made."""
    return {entry.type for entry in (*_READ.loss, *_READ.unmade)}
