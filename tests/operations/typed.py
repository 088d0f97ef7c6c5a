"""``python -m infra ...`` as a person types it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from infra.settings import ROOT
from tests.patience import PATIENCE


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said where."""

    code: int
    out: str
    err: str


def infra(*words: str) -> Ended:
    """Run a command to its end; nothing of the caller's AWS leaks into it."""
    found = subprocess.run(
        [sys.executable, "-m", "infra", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | {"COLUMNS": "200"},
    )
    return Ended(found.returncode, found.stdout, found.stderr)
