"""Which licences the packages of the lock are under: one that may not be used is found, one unsaid is unknown."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from suites.security.accepted import Licences

_TOKEN: Final = re.compile(r"\(|\)|[^\s()]+")
_PREFIX: Final = "License :: "
_LONGEST: Final = 80  # a longer text is the licence itself, not its name

Metadata = Mapping[str, list[str]]


def metadata_of(package: str) -> Metadata | None:
    """Return what an installed package says of its licence, or None where it is not installed."""
    try:
        said = importlib.metadata.metadata(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    return {key: said.get_all(key, []) for key in ("License-Expression", "License", "Classifier")}


def name_of(package: str, said: Metadata, policy: Licences) -> str | None:
    """Return an SPDX expression: what the package says itself, or what a person found out."""
    expression = next(iter(said["License-Expression"]), None)
    if expression:
        return expression
    last = [one.split(" :: ")[-1] for one in said["Classifier"] if one.startswith(_PREFIX)]
    words = [word for word in last if word != "OSI Approved"] or [
        one for one in said["License"] if one and len(one) <= _LONGEST and "\n" not in one
    ]
    if words:
        # Several stand for a choice or for parts; which of both is not said, so each has to be allowed.
        return " AND ".join(f"({policy.words.get(word, word)})" for word in words)
    return policy.packages[package].licence if package in policy.packages else None


def allows(policy: Licences, expression: str) -> bool:
    """Say whether an SPDX expression may be used: one side of an OR, both of an AND."""
    tokens = _TOKEN.findall(expression)
    allowed = _either(tokens, policy)
    return allowed and not tokens


def _either(tokens: list[str], policy: Licences) -> bool:
    sides = [_both(tokens, policy)]
    while tokens and tokens[0].upper() == "OR":
        tokens.pop(0)
        sides.append(_both(tokens, policy))
    return any(sides)


def _both(tokens: list[str], policy: Licences) -> bool:
    sides = [_one(tokens, policy)]
    while tokens and tokens[0].upper() == "AND":
        tokens.pop(0)
        sides.append(_one(tokens, policy))
    return all(sides)


def _one(tokens: list[str], policy: Licences) -> bool:
    if not tokens:
        return False
    word = tokens.pop(0)
    if word == "(":
        inside = _either(tokens, policy)
        return tokens[:1] == [")"] and tokens.pop(0) == ")" and inside
    if tokens and tokens[0].upper() == "WITH":
        word = " ".join([word, *tokens[:2]])
        del tokens[:2]
    return word in policy.allowed


def judged(packages: Iterable[str], policy: Licences) -> Iterator[tuple[bool, str]]:
    """Give (found, line) for each package whose licence may not be used, or (not found, line) where it is not known."""
    seen = set()
    for package in packages:
        seen.add(package)
        said = metadata_of(package)
        expression = None if said is None else name_of(package, said, policy)
        if expression is None:
            yield False, f"{package}: {'is not installed' if said is None else 'says no licence'}"
        elif not allows(policy, expression):
            yield True, f"{package}: {expression} is not among the licences that may be used"
    for package in sorted(set(policy.packages) - seen):
        yield True, f"policies/security/licences.toml: {package} is named, and not in the lock"
