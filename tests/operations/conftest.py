"""One mock cloud with dev in it; who changes something takes a fork."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers.mocked import deploy
from infra.environment import load_environment
from infra.stacks import load_templates


@pytest.fixture(scope="session")
def cloud(_shared_mock_cloud: None) -> Iterator[MockCloud]:
    """A mock cloud with dev in it, as the deployer deploys it."""
    with running() as found:
        deploy(load_environment("dev"), load_templates(), found.endpoint, lambda _: None)
        yield found
