"""``python -m suites.security [KIND ...]``: run the scans, show one table, end with 0, 1 or 2."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.errors import TouchstoneError
from infra.settings import ROOT
from reports.disk import RecordError
from reports.write import append
from suites.security import show
from suites.security.result import Ended, Result, Run, Scan, exit_code, result
from suites.security.scans import OUT, SCANS

_LONGEST: Final = 900
_BAD_INPUT: Final = 3


def run_tool(command: Sequence[str]) -> Ended:
    """Run a tool in the project's folder; one that is not there or does not end has no exit code."""
    # A run of ours that a scan begins tells its result to the scan, not to the job.
    environment = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"}
    try:
        done = subprocess.run(  # noqa: S603  our own words
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_LONGEST, env=environment,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ended(None, "", str(error))
    return Ended(done.returncode, done.stdout, done.stderr)


def looked(scan: Scan, run: Run) -> Result:
    """Return what a scan shows; settings that cannot be read make it unknown, and leave the other scans alone."""
    try:
        return scan.look(run)
    except TouchstoneError as error:
        return result("", unknown=[str(error)])


def main(words: Sequence[str], run: Run = run_tool, scans: Sequence[Scan] = SCANS, out: Path = OUT) -> int:
    """Run the scans that are named, or all; return 0, 1 where something is found, 2 where something is unknown."""
    kinds = [scan.kind for scan in scans]
    wrong = [word for word in words if word not in kinds]
    if wrong:
        sys.stderr.write(f"error: {wrong[0]!a}: expected one of {', '.join(kinds)}\n")
        return _BAD_INPUT
    rows = [(scan, looked(scan, run)) for scan in scans if not words or scan.kind in words]
    sys.stdout.write(show.as_text(rows))
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "summary.md").write_text(show.as_markdown(rows), encoding="utf-8")
        if job := os.environ.get("GITHUB_STEP_SUMMARY"):
            append(Path(job), show.as_markdown(rows))
    except (OSError, RecordError) as error:
        sys.stderr.write(f"error: {error}\n")
        return _BAD_INPUT
    return exit_code(found for _, found in rows)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
