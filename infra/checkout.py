"""The checkout that everything is done from: its commit, as git tells it."""

from __future__ import annotations

import subprocess
from datetime import date

from infra.settings import ROOT


def commit() -> str:
    """Return the commit that is checked out, marked where the working tree differs; empty outside a checkout."""
    return _git("describe", "--always", "--dirty", "--abbrev=12")


def committed() -> date | None:
    """Return the day of that commit; None outside a checkout."""
    day = _git("show", "--no-patch", "--format=%cs", "HEAD")
    return date.fromisoformat(day) if day else None


def _git(*words: str) -> str:
    try:
        found = subprocess.run(  # noqa: S603  our own words
            ["git", *words],  # noqa: S607  the git on the caller's path
            cwd=ROOT, capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return ""
    return found.stdout.strip()
