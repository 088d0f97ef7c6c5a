"""The pytest plugin: writes the reports once the journal is closed, and shows the summary."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from reports.disk import RecordError
from reports.record import Record
from reports.terminal import finding_lines, summary
from reports.write import SUMMARY, append, write_reports
from reports.writer import Guard

_RECORD = pytest.StashKey[Record]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let nothing that pytest quotes act on the terminal."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        config.pluginmanager.register(Guard(reporter), "touchstone-guard")


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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Generator[None]:
    """Show each finding once, then the controls by environment with counts that add up.

    What pytest would show of a finding, as a failure with its lines and again in its short summary, is put aside while
    the summary is written; its counts stay. Where no record could be read nothing is put aside.
    """
    record = config.stash.get(_RECORD, None)
    if record is None:
        yield
        return
    kept = {name: list(reports) for name, reports in terminalreporter.stats.items()}
    for reports in terminalreporter.stats.values():
        reports[:] = [report for report in reports if not _tells_findings(report)]
    try:
        _show(terminalreporter, config, record)
        yield
    finally:
        terminalreporter.stats.update(kept)


def _tells_findings(report: Any) -> bool:
    """Say whether a report only tells verdicts that the record has: a control that crashed is not among them."""
    of_verdicts = "verdict" in getattr(report, "keywords", {})
    return of_verdicts and (hasattr(report, "touchstone") or isinstance(report, pytest.SubtestReport))


def _show(terminalreporter: Any, config: pytest.Config, record: Record) -> None:
    writer = config.get_terminal_writer()
    terminalreporter.section("compliance", sep="-")
    for line in finding_lines(record):
        terminalreporter.write_line(line, red=True)
    terminalreporter.write_raw(
        summary(record, terminal=terminalreporter.isatty, colour=writer.hasmarkup, width=writer.fullwidth)
    )
