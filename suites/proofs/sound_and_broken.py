"""Where proofs are made: the platform as it is, and as it would be after a control's edits, at each tier."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Break, Control, Meddle
from fixtures.judging.edits import broken
from fixtures.judging.judge import Bench, judge
from fixtures.mock_cloud.process import running
from fixtures.tiers.live import read
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.stacks import Platform, load_templates, resolve_platform
from infra.template import Template
from reports.models import Verdict

# The environment with everything in it: what a control guards is there to be broken.
ENVIRONMENT = "prod"


@cache
def templates() -> dict[str, Template]:
    """Return the platform's templates."""
    return load_templates()


def static_bench(breaks: Iterable[Break]) -> Bench:
    """Return what controls see at the static tier after the edits."""
    return _bench(_platform(broken(templates(), breaks)))


@cache
def sound_static_bench() -> Bench:
    """Return what controls see at the static tier when nothing is broken."""
    return static_bench(())


def _platform(edited: dict[str, Template]) -> Platform:
    return resolve_platform(load_environment(ENVIRONMENT), edited)


def _bench(platform: Platform) -> Bench:
    now = datetime.now(UTC)
    return Bench(from_platform(platform, now), load_baseline(ENVIRONMENT), platform.environment, now)


@dataclass(frozen=True, slots=True)
class Stage:
    """A mock cloud in which one broken platform after another is deployed, each into an empty account."""

    endpoint: str

    def bench(self, breaks: Iterable[Break]) -> Bench:
        """Return what controls see at the mocked tier after the edits."""
        from fixtures.tiers.mocked import deploy, meddle  # noqa: PLC0415  boto3 is not for a static run

        breaks = list(breaks)
        by_hand = [edit for item in breaks for edit in item.edits if isinstance(edit, Meddle)]
        edited = broken(templates(), breaks)
        platform = _platform(edited)
        declared = _bench(platform)
        reset = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")  # noqa: S310  loopback
        urllib.request.urlopen(reset).close()  # noqa: S310  loopback
        outputs = deploy(platform.environment, edited, self.endpoint, _quiet)
        meddle(platform.environment, self.endpoint, by_hand, outputs)
        inventory = read(platform, declared.inventory, "mocked", self.endpoint, _quiet)
        return Bench(inventory, declared.baseline, platform.environment, declared.now)


def _quiet(_line: str) -> None:
    """Say nothing: pytest shows each proof."""


@contextmanager
def stage() -> Iterator[Stage]:
    """Start a mock cloud for proofs."""
    with running() as cloud:
        yield Stage(cloud.endpoint)


def findings(control: Control, bench: Bench) -> list[Verdict]:
    """Return the control's findings."""
    return [verdict for verdict in judge(control, bench) if verdict.is_finding]
