"""The live tier over an account of prod, and ten and a hundred times as large, beside who makes the same calls only.

The account stands in a mock cloud, which answers the second time from memory: what it costs is nobody's here.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

import pytest

from fixtures.inventory.inventory import Inventory
from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers import mocked
from fixtures.tiers.live import read
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.settings import ROOT
from infra.stacks import load_templates, resolve_platform
from tests.benchmarks.measuring import Table
from tests.benchmarks.multiplying import PATH

SMALL = 1.2
"""So many CPU seconds beyond the calls may the judgement of prod as it is take: pytest, the controls, the record."""
TIMES = 1.6
MOST_MB = 400
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Used:
    """What a process and its children used: CPU seconds, megabytes at the most; and what it said."""

    cpu: float
    most: int
    said: str


def used_by(words: list[str], surroundings: dict[str, str]) -> Used:
    """Run a command to its end and tell what it used; what is compiled is kept, as for who uses it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with (
        tempfile.TemporaryFile() as said,
        Popen(words, cwd=ROOT, env={**kept, **surroundings}, stdin=PIPE, stdout=said, stderr=STDOUT) as child,
    ):
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
    assert child.returncode in (0, 1), text[-3000:]
    return Used(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, text)


@contextmanager
def account(times: int) -> Iterator[MockCloud]:
    """Deploy prod, and copy what stands in its account until all of it is there so many times."""
    environment = load_environment("prod")
    platform = resolve_platform(environment)
    with (
        running(middleware=["tests.benchmarks.multiplying:Multiplying"]) as cloud,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in cloud.environment.items():
            patch.setenv(name, value)
        mocked.stand(environment, load_templates(), cloud.endpoint, lambda _: None)
        declared = from_platform(platform, datetime.now(UTC))
        seen = read(platform, declared, "mocked", cloud.endpoint, lambda _: None)
        asked = {"account": environment.account, "drawn": drawn(seen), "numbers": list(range(1, times))}
        request = urllib.request.Request(f"{cloud.endpoint}{PATH}", json.dumps(asked).encode(), method="POST")  # noqa: S310  ours
        with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310
            assert answer.status == 200
        yield cloud


def drawn(seen: Inventory) -> list[str]:
    """Give the parts of the ids in an account that AWS drew."""
    found = set()
    for one in seen.resources:
        least = 6 if one.cfn_type.startswith("AWS::ApiGatewayV2::") else 8
        for name in (one.origin.physical_id or "", *one.origin.attributes.values()):
            parts = (part for part in _TOKEN.findall(name) if len(part) >= least and not part.isdigit())
            found |= {part for part in parts if re.search(r"\d", part) or (part == name and least == 6)}
    return sorted(part for part in found if not part.startswith(seen.region))


def judged(cloud: MockCloud, folder: Path) -> Used:
    """Judge prod at the live tier, all controls."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "suites/controls"]
    return used_by([*words, "--tier", "live", "--env", "prod", "--out", str(folder)], cloud.environment)


def raw(cloud: MockCloud, inventory: Path) -> Used:
    """Make the same calls, and nothing of them."""
    role = load_environment("prod").role
    words = [sys.executable, "-m", "tests.benchmarks.raw_collector", str(inventory), cloud.endpoint, role]
    return used_by(words, cloud.environment)


@pytest.mark.parametrize("times", [1, 10, 100])
def test_the_live_tier_costs_little_more_than_its_calls(
    table: Table, tmp_path: Path, times: int, pytestconfig: pytest.Config
) -> None:
    if times == 100 and not pytestconfig.getoption("--hundredfold", default=False):
        pytest.skip(
            "a hundred times prod takes a quarter of an hour: pytest tests/benchmarks --benchmarks --hundredfold"
        )
    with account(times) as cloud:
        began = time.monotonic()
        judged(cloud, tmp_path / "first")  # the mock cloud works once, and remembers
        first = time.monotonic() - began
        ours = judged(cloud, tmp_path / "ours")
        (inventory,) = (tmp_path / "ours").glob("2*/inventory/prod-live.json")
        alone = raw(cloud, inventory)
    record = json.loads(inventory.read_text(encoding="utf-8"))
    ledger, resources = record["ledger"], len(record["resources"])
    requests = sum(call["pages"] or 1 for call in ledger)
    table.tell(
        f"x{times}: {resources:,} resources, {len(ledger):,} calls", f"{requests:,} requests, first {first:.0f} s"
    )
    table.tell("  the calls alone", f"{alone.cpu:.1f} CPU s, {alone.most} MB")
    table.tell("  read, judged and reported", f"{ours.cpu:.1f} CPU s, {ours.most} MB")
    if times == 1:
        table.aim("  beyond the calls", ours.cpu - alone.cpu, SMALL, "CPU s")
    else:
        table.aim("  of the calls alone", ours.cpu / alone.cpu, TIMES, "times")
    table.aim("  memory at the most", ours.most, MOST_MB, "MB")
