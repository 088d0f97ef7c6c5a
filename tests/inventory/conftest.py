"""One deployed environment behind a server that can be told to lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.aws.access import Credentials, Limits
from fixtures.aws.gateway import Gateway
from fixtures.inventory.collecting import collect
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.mock_cloud.faults import PATH
from fixtures.mock_cloud.process import running
from fixtures.tiers.mocked import deployer_for
from fixtures.tiers.prepared import make_hosted_zone
from fixtures.tiers.static import from_platform
from infra.deploy.connect import clients, connect
from infra.environment import Environment, load_environment
from infra.stacks import load_templates, resolve_platform
from tests.inventory import strangers
from tests.inventory.drills import keep_drills

if TYPE_CHECKING:
    from tests.inventory.bad import World

AT = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Account:
    """The environment as declared and as deployed, with a switch for faults."""

    endpoint: str
    pid: int
    environment: Environment
    declared: Inventory

    def gateway(self, limits: Limits | None = None) -> Gateway:
        base = Gateway(
            self.environment.region,
            endpoint=self.endpoint,
            credentials=Credentials("testing", "testing"),
            limits=limits or Limits(attempts=1),
            clock=lambda: AT,
        )
        return base.assume(self.environment.role)

    @cached_property
    def declared_keys(self) -> set[str]:
        """The logical ids that our stacks declare."""
        return {resource.key for resource in self.declared.resources}

    def collect(self, gateway: Gateway, *types: type[Resource]) -> Inventory:
        return collect(gateway, self.environment, self.declared, types=types or None)

    def fault(self, service: str = "", operation: str = "", fault: str = "") -> int:
        """Arm a fault (none: disarm); give how often the one before was met."""
        armed = {"service": service, "operation": operation, "fault": fault} if fault else {}
        self._switch.request("POST", PATH, json.dumps(armed))
        return int(json.load(self._switch.getresponse())["met"])

    @cached_property
    def _switch(self) -> HTTPConnection:
        return HTTPConnection(self.endpoint.removeprefix("http://"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --every-answer; pytest knows it where this folder, or a file in it, is named on the command line."""
    parser.addoption("--every-answer", action="store_true", help="change every member of every answer (2.5 hours)")


@pytest.fixture(scope="session")
def declared() -> Inventory:
    return from_platform(resolve_platform(load_environment("prod")), AT)


@pytest.fixture(scope="session")
def account(declared: Inventory, _shared_mock_cloud: None) -> Iterator[Account]:
    with deployed(declared) as found:
        yield found


@contextmanager
def deployed(
    declared: Inventory,
    live: Callable[[Callable[[str], Any]], None] = strangers.make,
    middleware: str = "fixtures.mock_cloud.faults:Faults",
) -> Iterator[Account]:
    """Deploy prod, because it has something of every type, into an account in which others live."""
    environment = load_environment("prod")
    with running(middleware=[middleware]) as cloud, pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.environment.items():
            patch.setenv(name, value)
        client_of = clients(connect(environment, environment.role, cloud.endpoint), cloud.endpoint)
        make_hosted_zone(environment, client_of("route53"))
        deployer = deployer_for(environment, load_templates(), client_of)
        deployer.deploy()
        keep_drills(environment, client_of, deployer.outputs["EvidenceBucketName"], AT, cloud.endpoint)
        # Nothing of ours: something foreign must be found too, and something of each type.
        live(client_of)
        yield Account(cloud.endpoint, cloud.pid, environment, declared)


@pytest.fixture(scope="session")
def undisturbed(account: Account) -> Inventory:
    return account.collect(account.gateway())


@pytest.fixture(scope="session")
def world(_shared_mock_cloud: None) -> World:
    from tests.inventory.bad import bad_world  # noqa: PLC0415  it is made of what stands here

    return bad_world()
