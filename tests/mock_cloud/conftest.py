"""One mock cloud for the whole run; each test takes an account of its own in it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from fixtures.mock_cloud.process import MockCloud, running
from tests.mock_cloud.account import Account
from tests.mock_cloud.platform import Deployed, deploy

ENVIRONMENTS = ("dev", "staging", "prod")
_numbers = count(500_000_000_000)


@pytest.fixture(scope="session")
def mock_cloud(_shared_mock_cloud: None) -> Iterator[MockCloud]:
    with running() as cloud:
        yield cloud


@pytest.fixture
def account(mock_cloud: MockCloud) -> Account:
    """An account where nothing is yet."""
    return Account.enter(mock_cloud.endpoint, str(next(_numbers)))


@pytest.fixture(scope="session")
def platforms(mock_cloud: MockCloud) -> dict[str, Deployed]:
    """Every environment, deployed side by side."""
    return {name: deploy(mock_cloud.endpoint, name) for name in ENVIRONMENTS}


@pytest.fixture(scope="session")
def platform_drifts(platforms: dict[str, Deployed]) -> dict[str, dict[str, dict[str, Any]]]:
    """What drift detection says of every resource, by environment and logical id."""
    return {name: deployed.drifts() for name, deployed in platforms.items()}
