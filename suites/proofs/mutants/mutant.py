"""What a mutant is: one resource with one thing damaged, under a name that stays the same in each run."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Steps = tuple[str | int, ...]
Family = Literal["", "policy", "rule", "guarded"]


class _Removed:
    def __repr__(self) -> str:
        return "removed"


REMOVED: Final = _Removed()
"""In the place of a value: nothing is there any more."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A kind of damage, where it is done, and what stands there afterwards (``REMOVED``: nothing)."""

    steps: Steps
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """One resource with one damage. ``path``: where, in words that do not change when a list is sorted otherwise.

    ``family``: `policy` inside a policy document, `rule` inside a group's rules, `guarded` in what encrypts, backs up
    or opens: what may be called harmless there nobody decides by a reason alone.
    """

    type: str
    key: str
    path: tuple[str, ...]
    damage: Damage = field(repr=False)
    family: Family = ""

    @property
    def id(self) -> str:
        """Its name: `Database.StorageEncrypted:turned`."""
        return f"{self.key}.{'.'.join(self.path)}:{self.damage.kind}"

    @property
    def place(self) -> str:
        """Its path as a rule names it: ``*`` is each item of a list."""
        return ".".join("*" if step.isdecimal() else step for step in self.path)


def named(tree: Any, steps: Steps) -> Iterator[str]:
    """Give a path in words: a tag is called by its key, any other item of a list by its place."""
    for step in steps:
        tree = tree[step]
        yield str(tree["Key"]) if isinstance(step, int) and _is_tag(tree) else str(step)


def _is_tag(item: Any) -> bool:
    return isinstance(item, Mapping) and set(item) == {"Key", "Value"} and not str(item["Key"]).isdecimal()


def at(tree: Any, steps: Steps) -> Any:
    """Give what stands at a path."""
    for step in steps:
        tree = tree[step]
    return tree


def damaged(tree: Any, damage: Damage) -> Any:
    """Give the tree with the damage done; what is not on its way is the same object."""
    first, *rest = damage.steps
    whole = copy.copy(tree)
    if rest:
        whole[first] = damaged(tree[first], Damage(tuple(rest), damage.kind, damage.value))
    elif damage.value is REMOVED:
        del whole[first]
    else:
        whole[first] = damage.value
    return whole
