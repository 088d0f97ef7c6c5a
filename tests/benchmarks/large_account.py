"""Judges an account of a chosen size and prints, as JSON, what each part of the run cost in this process alone."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from fixtures.inventory.snapshot import json_lines
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Control
from fixtures.judging.judge import Context, cells, judge
from fixtures.run.journal import Journal
from fixtures.run.run import entry
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.outside import json as storable
from infra.stacks import resolve_platform
from reports.disk import create_folder, write_whole
from reports.models import EnvironmentNote, Plan, PlannedRow, Run
from reports.write import write_reports
from suites.catalogue import catalogue
from tests.inventory.multiplied import multiplied

CONTROLS = [control for control in catalogue() if "mocked" in control.tiers]
FIRST = {"BAK": 11, "ENC": 10, "MSG": 10, "NET": 9, "SEC": 7, "SGR": 6, "TAG": 1}
"""The controls of the first catalogue, by their families: so many of each."""


def chosen(which: str) -> list[Control]:
    """Return the controls of the ``first`` catalogue, or of the ``whole`` one."""
    first = {f"{family}-{number:02}" for family, count in FIRST.items() for number in range(1, count + 1)}
    return [one for one in CONTROLS if which == "whole" or one.id in first]


def account(size: int) -> Context:
    """Return prod with strangers that lead to its resources, as many as make the size."""
    environment, now = load_environment("prod"), datetime.now(UTC)
    platform = from_platform(resolve_platform(environment), now)
    inventory = multiplied(platform, max(0, size // len(platform.resources) - 1), "of ours")
    return Context(inventory, load_baseline("prod"), environment, now, platform)


def plan(context: Context, controls: list[Control]) -> Plan:
    """Return the plan of a run of these controls over the account."""
    note = EnvironmentNote(name="prod", account=context.inventory.account, region=context.inventory.region)
    about = Run(
        id="large", started=context.now, command="", commit=None, versions={}, environments=(note,), tiers=("mocked",),
        endpoint=None, waivers=0,
    )  # fmt: skip
    rows = (
        PlannedRow(control=one.id, environment="prod", tier="mocked", resources=cells(one, context)) for one in controls
    )
    return Plan(run=about, controls=tuple(map(entry, controls)), planned=tuple(rows))


def parts(size: int, controls: list[Control], folder: Path) -> Iterator[tuple[str, int]]:
    """Do one part of the run after the other; yield its name and how many it was about."""
    context = account(size)
    yield "made", len(context.inventory.resources)
    create_folder(folder / "inventory")
    kept = map(storable, json_lines(context.inventory, for_record=True))
    write_whole(folder / "inventory" / "prod-mocked.json", kept)
    journal = Journal(folder, plan(context, controls))
    yield "kept and planned", len(journal.planned)
    for control in controls:
        journal.record(judge(control, context))
    journal.close()
    yield "judged", len(journal.planned)
    del context  # as a run lets go of it before it is reported
    write_reports(folder)
    yield "reported", (folder / "index.html").stat().st_size


def main() -> None:
    """Print a list of part, number, CPU seconds and the most memory (MB) so far."""
    size, which = int(sys.argv[1]), sys.argv[2]
    rows, before = [], time.process_time()
    with tempfile.TemporaryDirectory(prefix="touchstone-") as place:
        for name, count in parts(size, chosen(which), Path(place) / "2026-11-22T00-00-00Z"):
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            rows.append((name, count, time.process_time() - before, most))
            before = time.process_time()
    sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    main()
