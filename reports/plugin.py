"""The pytest plugin: writes the reports once the journal is closed, and shows the summary."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from reports.disk import RecordError
from reports.record import Record
from reports.terminal import summary
from reports.write import SUMMARY, append, write_reports

_RECORD = pytest.StashKey[Record]()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Write the reports after every other plugin has finished the session, so that the journal is closed."""
    yield
    config = session.config
    folder: Path | None = getattr(config, "touchstone_folder", None)
    if folder is None or hasattr(config, "workerinput"):
        return
    try:
        config.stash[_RECORD] = write_reports(folder)
        _tell_job(folder)
    except RecordError as error:
        session.exitstatus = error.exit_code
        _say(config, f"error: {error}")


def _tell_job(folder: Path) -> None:
    job = os.environ.get("GITHUB_STEP_SUMMARY")
    if job:
        append(Path(job), (folder / SUMMARY).read_text(encoding="utf-8"))


def _say(config: pytest.Config, line: str) -> None:
    """Show one line; pytest's own summary is not shown for every exit status, so it does not wait for that."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(line, red=True, bold=True)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show the controls by environment with counts that add up."""
    record = config.stash.get(_RECORD, None)
    if record is None:
        return
    writer = config.get_terminal_writer()
    terminalreporter.section("compliance", sep="-")
    terminalreporter.write(
        summary(record, terminal=terminalreporter.isatty, colour=writer.hasmarkup, width=writer.fullwidth)
    )
