"""pytest as a process of its own: what it prints goes to standard error, and its exit code becomes one of ours."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.deploy.connect import VARIABLE, endpoint_in_use
from infra.errors import InputError
from infra.settings import ROOT, shown

OUT: Final = ROOT / "reports" / "out"
FINE, FAILS, CANNOT_TELL, BAD_INPUT = 0, 1, 2, 3
_USAGE, _NOTHING = 4, 5  # pytest's own: a wrong option, nothing selected


def run_pytest(words: Sequence[str], endpoint: str | None) -> int:
    """Run pytest to its end, over an endpoint or AWS, and return 0, 1, 2 or 3 as the README says them.

    Standard output stays free for what the command itself has to say, as data too.
    """
    environment = dict(os.environ)
    where = endpoint_in_use(endpoint)
    if where is not None:
        environment[VARIABLE] = where
    command = [sys.executable, "-m", "pytest", "-q", *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sys.stderr) as child:  # noqa: S603  our own
        while True:
            try:
                return _ours(child.wait())
            except KeyboardInterrupt:
                continue  # it hears Ctrl-C as well, and closes its record before it ends


def _ours(code: int) -> int:
    if code in (FINE, FAILS, CANNOT_TELL, BAD_INPUT):
        return code
    return BAD_INPUT if code in (_USAGE, _NOTHING) else CANNOT_TELL


def fresh_folder(name: str, out: Path = OUT) -> Path:
    """Make a folder in which nothing is but what the child will write: nobody has to guess which record is its own.

    Raises:
        InputError: it cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=out))
    except OSError as error:
        raise InputError(f"{shown(out)}: expected a folder that can be written: {error.strerror or error}") from error
