"""The parser of every command here: bad input is one line and exit code 3."""

from __future__ import annotations

import argparse
from typing import NoReturn

from infra.outside import terminal as shown
from reports.disk import RecordError


class Parser(argparse.ArgumentParser):
    """An argument parser that exits with 3, as every wrong input does; 2 would mean that a run cannot be concluded."""

    def error(self, message: str) -> NoReturn:
        """Say in a line what is wrong, and how the command is called."""
        self.exit(RecordError.exit_code, f"error: {shown(message)}\n{self.format_usage()}")
