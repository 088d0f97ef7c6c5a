"""The static tier and a mocked environment take seconds, and the engines less than from the shell.

Where a figure is in CPU seconds, the least of a few repeats counts: a busy machine only ever adds to it.
"""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.mock_cloud.process import running
from fixtures.tiers.mocked import deploy
from infra.environment import environment_names, load_environment
from infra.errors import TemplateError
from infra.settings import ROOT
from infra.source import parse
from infra.stacks import load_templates, resolve_platform
from tests.benchmarks.large_account import chosen
from tests.benchmarks.measuring import Cost, Table, command, work
from tests.infra.test_bombs import BOMBS, QUEUE
from tests.machinery.test_runs import ROOMS

REPEATS = 3
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
START_OF_CFN_LINT = (
    "from cfnlint.config import ConfigMixIn; from cfnlint.runner import Runner; assert Runner(ConfigMixIn([])).rules"
)
LINT_CODES = (0, 2, 4, 6, 8, 10, 12, 14)  # cfn-lint's bits: errors 2, warnings 4, information 8
CHECKOV_CODES = (0, 1)


def test_the_static_tier_of_all_environments_costs_less_than_three_cpu_seconds(table: Table, tmp_path: Path) -> None:
    """The promise is of the first catalogue; the whole one has three times as many controls."""
    words = (*PYTEST, "suites/controls", "--tier", "static", "--out", tmp_path)
    first = (*words, "-k", " or ".join(one.id for one in chosen("first")))
    costs, starts = [], []
    for _ in range(REPEATS):
        starts.append(command((sys.executable, "-c", START_OF_CFN_LINT), ROOT))
        costs.append(command(first, ROOT))
    tier, start = min(costs), min(starts)
    table.tell("cfn-lint imported, its rules loaded", str(start))
    table.tell("static tier, whole catalogue, 3 environments", str(command(words, ROOT)))
    table.hold("static tier, first catalogue, 3 environments", tier.cpu, 3, "CPU s", note=f"{tier.wall:.1f} s wall")
    table.hold("  of importing cfn-lint and its rules", tier.cpu / start.cpu, 3.5, "times")


def test_the_environments_are_deployed_at_one_price(table: Table) -> None:
    """Three accounts of one mock cloud: what stands in the others must not make the next one dearer."""
    templates = load_templates()
    with running() as cloud:

        def deployed(name: str) -> Cost:
            return work(lambda: deploy(load_environment(name), templates, cloud.endpoint, lambda _: None), cloud.pid)

        costs = {name: deployed(name) for name in environment_names()}
    size = {name: len(resolve_platform(load_environment(name)).resources()) for name in costs}
    for name, cost in costs.items():
        table.tell(f"{name}: {size[name]} resources in {len(templates)} stacks deployed", str(cost))
    table.tell("  all of them", str(sum(costs.values(), Cost(0, 0))))
    first, *later = (costs[name].cpu / size[name] for name in costs)
    table.hold("  a resource of a later account of one of the first", max(later) / first, 1.1, "times")


def test_a_bomb_is_refused_about_as_soon_as_the_largest_template_is_read(table: Table) -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        with suppress(TemplateError):
            parse(text, "t.yaml")
        return time.process_time() - began

    def least(text: str) -> float:
        return min(seconds(text) for _ in range(REPEATS))

    largest = f"A: [{'1,' * 99_000}]\n{QUEUE}"
    parse(largest, "t.yaml")
    read = least(largest)
    table.tell("a template of as many values as are read", f"{read:.2f} CPU s")
    longest = max(least(text) for _, text, _ in BOMBS)
    table.hold("  the bomb that takes longest of it", longest / read, 1.5, "times")


@dataclass(frozen=True, slots=True)
class Audit:
    """The main job in a checkout of its own: first with no findings kept, then with all."""

    cold: Cost
    warm: Cost


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory, table: Table) -> Audit:
    root = tmp_path_factory.mktemp("checkout")
    for name in ROOMS:
        source = ROOT / name
        ignore = shutil.ignore_patterns("out")
        shutil.copytree(source, root / name, ignore=ignore) if source.is_dir() else shutil.copy2(source, root / name)
    words = (*PYTEST, "suites", "-m", "not proof", "--out", str(root / "record"))
    assert not (root / ".cache").exists()
    cold = command(words, root)
    assert len(list((root / ".cache" / "engines").iterdir())) == 2
    warm = command(words, root)
    table.tell("audit: 3 environments, 2 tiers, both engines", str(cold))
    table.tell("audit again, nothing changed", str(warm))
    return Audit(cold, warm)


@pytest.fixture(scope="module")
def engines_from_the_shell(table: Table) -> Cost:
    """Both engines over the templates as written, called once for each environment: what a script would do."""
    programs = Path(sys.executable).parent
    templates = sorted(str(path) for path in (ROOT / "infra/templates").glob("*.yaml"))
    lint = (str(programs / "cfn-lint"), "--regions", "us-east-1", "--", *templates)
    scan = (str(programs / "checkov"), "-d", "infra/templates", "--framework", "cloudformation", "--skip-download")
    total = Cost(0, 0)
    for _ in environment_names():
        total += command(lint, ROOT, LINT_CODES)
        total += command((*scan, "--quiet", "--compact"), ROOT, CHECKOV_CODES)
    table.tell("cfn-lint and checkov from the shell, 3 times", str(total))
    return total


def test_the_engines_cost_less_in_an_audit_than_from_the_shell(
    audit: Audit, engines_from_the_shell: Cost, table: Table
) -> None:
    """The whole audit also takes less time than they do, but only where a second core is free for them."""
    share = (audit.cold.cpu - audit.warm.cpu) / engines_from_the_shell.cpu
    table.hold("  CPU of the engines in the audit of theirs", share, 0.75, "times")
    wall, cpu = audit.cold.wall / engines_from_the_shell.wall, audit.cold.cpu / engines_from_the_shell.cpu
    table.aim("  wall time of the whole audit of theirs", wall, 1, "times", note=f"{cpu:.2f} times their CPU")


def test_an_audit_with_findings_kept_costs_less(audit: Audit, table: Table) -> None:
    cpu, wall = audit.warm.cpu / audit.cold.cpu, audit.warm.wall / audit.cold.wall
    table.hold("  the second audit's CPU of the first's", cpu, 0.9, "times", note=f"{wall:.2f} times its wall time")
