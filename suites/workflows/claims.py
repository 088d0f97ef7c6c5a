"""A claim about workflows: what it demands, of which files, and the edits after which it has to object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from suites.workflows.reading import FILES, Workflow, load

Objections = Callable[[Workflow], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Swap:
    """An edit of one file: each text is replaced where it stands first."""

    file: str
    old: str
    new: str

    def __str__(self) -> str:
        """Name the edit, for the id of its test."""
        return f"{self.file}: {self.old.strip()!r} -> {self.new.strip()!r}"

    def made(self) -> Workflow:
        """Return the workflow after the edit, which has to find its place."""
        text = load(self.file).text
        assert self.old in text, f"{self.file} has no {self.old!r}: the edit breaks nothing"
        return Workflow(self.file, text.replace(self.old, self.new, 1))


@dataclass(frozen=True, slots=True)
class Claim:
    """``objections`` yields one line for everything that is not as demanded."""

    objections: Objections
    about: tuple[str, ...]
    broken_by: tuple[Swap, ...]

    @property
    def name(self) -> str:
        """The claim in words."""
        return self.objections.__name__.replace("_", " ")


_CLAIMS: list[Claim] = []


def claim(*broken_by: Swap, about: tuple[str, ...] = FILES) -> Callable[[Objections], Objections]:
    """Declare a claim about some files, and the edits after which it has to object."""
    if not broken_by:
        raise ValueError("a claim without an edit that breaks it shows nothing")

    def declare(objections: Objections) -> Objections:
        _CLAIMS.append(Claim(objections, about, broken_by))
        return objections

    return declare


def claims() -> tuple[Claim, ...]:
    """Return every claim that was declared, in the order of writing."""
    return tuple(_CLAIMS)
