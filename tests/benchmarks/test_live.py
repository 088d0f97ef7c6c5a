"""The live tier over an account of prod, and ten and a hundred times as large, beside who makes the same calls only.

The account stands in a mock cloud, which answers the second time from memory: what it costs is nobody's here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.inventory.inventory import Inventory
from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers import mocked
from fixtures.tiers.live import read
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.settings import ROOT
from infra.stacks import load_templates, resolve_platform
from tests.benchmarks.large_account import chosen
from tests.benchmarks.measuring import Table
from tests.benchmarks.multiplying import PATH

SMALL = 1.2
"""So many CPU seconds beyond the calls may the judgement of prod as it is take: pytest, the controls, the record.

Like the others it was promised of the first catalogue; the whole one has three times as many controls."""
TIMES = 1.6
MOST_MB = 400
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Used:
    """What a process and its children used: CPU seconds, and megabytes at the most."""

    cpu: float
    most: int


def used_by(words: list[str], surroundings: dict[str, str], folder: Path) -> Used:
    """Run a command to its end and tell what it used; what is compiled is kept, as for who uses it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    told = folder / "used.json"
    launched = [sys.executable, str(ROOT / "tests" / "benchmarks" / "launching.py"), str(told), *words]
    done = subprocess.run(
        launched, cwd=ROOT, env={**kept, **surroundings}, capture_output=True, text=True, timeout=3_600, check=True
    )
    code, cpu, most = json.loads(told.read_text(encoding="utf-8"))
    assert code in (0, 1), (done.stdout + done.stderr)[-3000:]
    return Used(cpu, most)


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


def judged(cloud: MockCloud, folder: Path, which: str) -> Used:
    """Judge prod at the live tier by the ``first`` catalogue, or by the ``whole`` one."""
    folder.mkdir()
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "suites/controls"]
    some = [] if which == "whole" else ["-k", " or ".join(one.id for one in chosen(which))]
    return used_by([*words, *some, "--tier", "live", "--env", "prod", "--out", str(folder)], cloud.environment, folder)


def raw(cloud: MockCloud, inventory: Path, folder: Path) -> Used:
    """Make the same calls, and nothing of them."""
    role = load_environment("prod").role
    words = [sys.executable, "-m", "tests.benchmarks.raw_collector", str(inventory), cloud.endpoint, role]
    return used_by(words, cloud.environment, folder)


@pytest.mark.parametrize("times", [1, 10, 100])
def test_the_live_tier_costs_little_more_than_its_calls(
    table: Table, tmp_path: Path, times: int, pytestconfig: pytest.Config
) -> None:
    if times == 100 and not pytestconfig.getoption("--hundredfold", default=False):
        pytest.skip("a hundred times prod takes half an hour: pytest tests/benchmarks --benchmarks --hundredfold")
    with account(times) as cloud:
        began = time.monotonic()
        judged(cloud, tmp_path / "before", "whole")  # the mock cloud works once, and remembers
        before = time.monotonic() - began
        ours = {which: judged(cloud, tmp_path / which, which) for which in ("first", "whole")}
        (inventory,) = (tmp_path / "whole").glob("2*/inventory/prod-live.json")
        alone = raw(cloud, inventory, tmp_path)
    record = json.loads(inventory.read_text(encoding="utf-8"))
    ledger, resources = record["ledger"], len(record["resources"])
    requests = sum(call["pages"] or 1 for call in ledger)
    table.tell(
        f"x{times}: {resources:,} resources, {len(ledger):,} calls", f"{requests:,} requests, before {before:.0f} s"
    )
    table.tell("  the calls alone", f"{alone.cpu:.1f} CPU s, {alone.most} MB")
    for which, used in ours.items():
        table.tell(f"  read, judged and reported, {which} catalogue", f"{used.cpu:.1f} CPU s, {used.most} MB")
        if times == 1:
            table.aim("    beyond the calls", used.cpu - alone.cpu, SMALL, "CPU s")
        else:
            table.aim("    of the calls alone", used.cpu / alone.cpu, TIMES, "times")
        table.aim("    memory at the most", used.most, MOST_MB, "MB")
