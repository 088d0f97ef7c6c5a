"""What a verdict costs does not depend on how many there are, and a page that people open stays one."""

from __future__ import annotations

import json
import subprocess
import sys

from infra.settings import ROOT
from tests.benchmarks.measuring import Table

SIZES = (1_000, 5_000, 50_000)
PAGE_MB = 5
RUN_MB = 2_000
FIRST_CPU = 40
FIRST_MB = 600


def _measured(size: int, which: str = "whole") -> dict[str, tuple[int, float, int]]:
    words = [sys.executable, "-m", "tests.benchmarks.large_account", str(size), which]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=3_600, check=True)
    return {name: (count, cpu, most) for name, count, cpu, most in json.loads(done.stdout)}


def test_a_verdict_over_a_large_account_costs_what_one_over_a_small_account_costs(table: Table) -> None:
    found = {size: _measured(size) for size in SIZES}
    for size, rows in found.items():
        for name, (count, cpu, most) in rows.items():
            table.tell(f"{size:,} resources, {name}", f"{count:,}: {cpu:.1f} CPU s, {most} MB at most")
    each = [rows["judged"][1] / rows["judged"][0] for rows in found.values()]
    for smaller, larger, before, after in zip(SIZES, SIZES[1:], each, each[1:], strict=False):
        table.hold(f"a verdict over {larger:,} resources in those over {smaller:,}", after / before, 1.3, "times")
    first = _measured(SIZES[-1], "first")
    for name, (count, cpu, most) in first.items():
        table.tell(
            f"{SIZES[-1]:,} resources, first catalogue, {name}", f"{count:,}: {cpu:.1f} CPU s, {most} MB at most"
        )
    spent = sum(cpu for name, (_, cpu, _) in first.items() if name != "made")
    table.aim("  all of it but making the account", spent, FIRST_CPU, "CPU s")
    table.hold("  memory", first["reported"][2], FIRST_MB, "MB")
    table.hold("  page", first["reported"][0] / 1e6, PAGE_MB, "MB")
    largest = found[SIZES[-1]]["reported"]
    table.hold("the page of the largest", largest[0] / 1e6, PAGE_MB, "MB")
    table.hold("the memory of the largest run", largest[2], RUN_MB, "MB")
