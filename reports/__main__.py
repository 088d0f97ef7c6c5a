"""``python -m reports RUN_FOLDER``: writes ``index.html`` and ``summary.md`` again from a run folder."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from infra.outside import terminal as shown
from reports.disk import RecordError
from reports.terminal import summary
from reports.write import PAGE, SUMMARY, write_reports


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit with 3, as every wrong input does; 2 would mean that the run cannot be concluded."""
        self.exit(RecordError.exit_code, f"error: {shown(message)}\n{self.format_usage()}")


def main(arguments: list[str] | None = None) -> int:
    """Write the reports and show the summary; return 0, or 3 if the record cannot be read or written."""
    parser = _Parser(prog="python -m reports", description="Write the reports of a run again from its record.")
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder with plan.json and verdicts.jsonl")
    folder: Path = parser.parse_args(arguments).folder
    try:
        record = write_reports(folder)
    except RecordError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns
    sys.stdout.write(summary(record, terminal=terminal, colour=terminal, width=width))
    sys.stdout.write(f"{shown(str(folder / PAGE))}\n{shown(str(folder / SUMMARY))}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
