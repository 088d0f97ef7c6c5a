"""What a scan is, what its tool said, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EXIT_CLEAN, EXIT_FOUND, EXIT_UNKNOWN = 0, 1, 2
MOST_TOLD: Final = 300


class State(StrEnum):
    """What a scan shows."""

    CLEAN = "clean"
    FOUND = "found"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a tool ended; ``code`` is empty where it never ran, or was stopped because it took too long."""

    code: int | None
    out: str
    err: str


Run = Callable[[Sequence[str]], Ended]


@dataclass(frozen=True, slots=True)
class Result:
    """``found`` are the findings, ``unknown`` what could not be looked at, ``about`` what was."""

    about: str
    found: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """A finding beats a gap: it was seen, whatever else was not."""
        return State.FOUND if self.found else State.UNKNOWN if self.unknown else State.CLEAN


@dataclass(frozen=True, slots=True)
class Scan:
    """One row: what is looked for, with which tool (its licence beside it), and how it looks."""

    kind: str
    tool: str
    look: Callable[[Run], Result]


def result(about: str, found: Iterable[str] = (), unknown: Iterable[str] = ()) -> Result:
    """Return a result that says everything once."""
    return Result(about, tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unknown)))


def silent(tool: str, ended: Ended) -> str:
    """Say how a tool ended that gave no answer that can be read."""
    last = [line for line in (*ended.out.splitlines(), *ended.err.splitlines()) if line.strip()][-1:]
    how = "did not run" if ended.code is None else f"ended with {ended.code}"
    return f"{tool} {how} and said nothing that can be read{f': {last[0][:MOST_TOLD]}' if last else ''}"


def exit_code(results: Iterable[Result]) -> int:
    """Return 1 where something was found, 2 where something could not be looked at or nothing was scanned, else 0."""
    states = [one.state for one in results]
    if State.FOUND in states:
        return EXIT_FOUND
    return EXIT_UNKNOWN if State.UNKNOWN in states or not states else EXIT_CLEAN
