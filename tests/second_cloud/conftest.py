"""The second mock cloud, one for each process that tests; each case has an account of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import Any

import pytest

from fixtures.aws.access import Credentials, Limits
from fixtures.aws.gateway import Gateway
from fixtures.inventory.collecting import collect
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from infra.environment import Environment, load_environment
from tests.second_cloud.installing import CannotInstallError, interpreter
from tests.second_cloud.running import SecondCloud, running

AT = datetime(2026, 11, 22, tzinfo=UTC)
_SECRET = "tried"
_numbers = count(600_000_000_000)


@dataclass(frozen=True)
class Account:
    """An account of the second mock cloud, which takes an access key of twelve digits for the account's number."""

    endpoint: str
    number: str
    session: Any

    @cached_property
    def environment(self) -> Environment:
        """Return an environment of ours, moved into this account."""
        return load_environment("prod").model_copy(update={"account": self.number})

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service."""
        return self.session.client(
            service, endpoint_url=self.endpoint, aws_access_key_id=self.number, aws_secret_access_key=_SECRET
        )

    def read(self, *types: type[Resource]) -> Inventory:
        """Read the account with our readers: resources of these types, or of all."""
        region = self.environment.region
        gateway = Gateway(
            region,
            endpoint=self.endpoint,
            credentials=Credentials(self.number, _SECRET),
            limits=Limits(attempts=1),
            clock=lambda: AT,
        )
        nothing = Inventory(self.environment.name, "static", self.number, region, AT)
        return collect(gateway, self.environment, nothing, types=types or None)


@pytest.fixture(scope="session")
def second_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondCloud]:
    try:
        python = interpreter()
    except CannotInstallError as error:
        pytest.skip(f"the second mock cloud cannot be installed here: {error}")
    with running(python, tmp_path_factory.mktemp("second-cloud")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def session() -> Any:
    """Return what makes clients: the services' models are read once."""
    import boto3  # noqa: PLC0415  it takes 0.2 s to import

    return boto3.Session(region_name=load_environment("prod").region)


@pytest.fixture
def account(second_cloud: SecondCloud, session: Any) -> Account:
    """Return an account in which nobody has made anything."""
    return Account(second_cloud.endpoint, str(next(_numbers)), session)
