"""What scans find and people have looked at: each with its reason, and none for longer than it is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from pydantic import BaseModel, ConfigDict

from infra.settings import ROOT, Reason, Text, read_toml

FOLDER: Final = ROOT / "policies" / "security"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Accepted(_Model):
    """One rule that is not followed, where, and why that is right."""

    rule: Text
    paths: tuple[Text, ...]
    reason: Reason


class Settings(_Model):
    """The whole of ``accepted.toml``, one table a scan."""

    dependencies: tuple[Accepted, ...]
    code: tuple[Accepted, ...]
    secrets: tuple[Accepted, ...]


class Told(_Model):
    """A package that does not say its licence itself, the licence that it has, and where that stands."""

    licence: Text
    reason: Reason


class Licences(_Model):
    """The whole of ``licences.toml``: SPDX ids that may be used, other words for them, and packages that say none."""

    allowed: tuple[Text, ...]
    words: Mapping[str, str]
    packages: Mapping[str, Told]


def settings() -> Settings:
    """Read what is accepted; raises InputError for a file that says something else."""
    return read_toml(FOLDER / "accepted.toml", Settings)


def licences() -> Licences:
    """Read which licences may be used; raises InputError for a file that says something else."""
    return read_toml(FOLDER / "licences.toml", Licences)


def refused(accepted: Iterable[Accepted], found: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Give the line of each finding (rule, path, line) that nobody accepted, and what is accepted and not found."""
    permissions = [(one, path) for one in accepted for path in one.paths]
    used: set[int] = set()
    for rule, path, line in found:
        matches = [n for n, (one, glob) in enumerate(permissions) if one.rule == rule and fnmatchcase(path, glob)]
        used.update(matches)
        if not matches:
            yield line
    for number, (one, glob) in enumerate(permissions):
        if number not in used:
            yield f"policies/security/accepted.toml: {one.rule} in {glob} is accepted, and not found any more"
