"""What comes of a check before a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What came of a check."""

    FINE = "fine"
    WRONG = "wrong"
    UNKNOWN = "could not look"


@dataclass(frozen=True, slots=True)
class Checked:
    """One check: what it is about, what came of it, what was found, and what to do."""

    about: str
    verdict: Verdict
    found: str
    fix: str = ""
