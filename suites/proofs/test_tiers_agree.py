"""The tiers agree: what is declared and what is deployed are the same facts, field by field, in every environment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fixtures.inventory.comparing import differences
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.scaling import moves
from fixtures.mock_cloud.known_differences import known_differences
from fixtures.mock_cloud.process import running
from fixtures.tiers.live import read
from fixtures.tiers.static import from_platform
from infra.environment import environment_names, load_environment
from infra.stacks import load_templates, resolve_platform

Tiers = dict[str, tuple[Inventory, Inventory]]
NAMES = environment_names()


@pytest.fixture(scope="module")
def tiers(_shared_mock_cloud: None) -> Iterator[Tiers]:
    """Every environment, as declared and as deployed into one mock cloud."""
    from fixtures.tiers.mocked import deploy  # noqa: PLC0415  boto3 is not for a static run

    templates = load_templates()
    found: Tiers = {}
    with running() as cloud:
        for name in NAMES:
            platform = resolve_platform(load_environment(name), templates)
            declared = from_platform(platform, datetime.now(UTC))
            deploy(platform.environment, templates, cloud.endpoint, lambda _: None)
            found[name] = declared, read(platform, declared, "mocked", cloud.endpoint, lambda _: None)
        yield found


@pytest.mark.proof("mocked")
@pytest.mark.parametrize("name", NAMES)
def test_what_is_declared_is_what_is_deployed(tiers: Tiers, name: str) -> None:
    """No property of any resource reads back as something else."""
    declared, deployed = tiers[name]
    promised = {resource.key: resource for resource in declared.resources}
    there = {resource.key: resource for resource in deployed.resources if resource.managed}
    assert set(there) == set(promised)
    moved = moves(declared)
    found = [
        item for key, resource in there.items() for item in differences(promised[key], resource, moved.get(key, ()))
    ]
    assert not found, f"{len(found)} properties differ, first {found[0]}"


@pytest.mark.proof("mocked")
def test_the_mock_cloud_leaves_unsaid_what_is_listed_and_nothing_else(tiers: Tiers) -> None:
    """Each difference is known, has its reason, and is still true."""
    unsaid: dict[str, set[str]] = {}
    for _, deployed in tiers.values():
        for resource in deployed.resources:
            for name, gap in resource.origin.unread.items():
                if gap.kind != "not_asked":
                    unsaid.setdefault(resource.cfn_type, set()).add(name)
    assert unsaid == known_differences()
