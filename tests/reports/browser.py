"""A browser to look at the page with, if the machine has one."""

from __future__ import annotations

import os
import shutil
from typing import Final

CANDIDATES: Final = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def candidates() -> tuple[str, ...]:
    """Return where to look: what ``TOUCHSTONE_BROWSER`` names and nowhere else, or the usual places."""
    named = os.environ.get("TOUCHSTONE_BROWSER")
    return (named,) if named else CANDIDATES


def executable() -> str | None:
    """Return the first browser that is installed."""
    return next((found for found in map(shutil.which, candidates()) if found), None)
