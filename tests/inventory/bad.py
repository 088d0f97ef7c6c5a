"""An account in which every control has something to object to, asked once for everything."""

from __future__ import annotations

from dataclasses import dataclass

from fixtures.aws.access import Credentials, Limits
from fixtures.aws.gateway import Gateway
from fixtures.inventory.collecting import collect
from fixtures.inventory.inventory import Inventory
from fixtures.judging.control import ByHand
from fixtures.judging.edits import broken
from fixtures.mock_cloud.process import running
from fixtures.tiers.mocked import deploy, make_by_hand
from fixtures.tiers.static import from_platform
from infra.deploy.connect import client, connect
from infra.environment import Environment, load_environment
from infra.stacks import load_templates, resolve_platform
from suites.proofs.test_awful_template import all_breaks
from tests.inventory import strangers
from tests.inventory.conftest import AT
from tests.inventory.recording import Recording


@dataclass
class Bad:
    """The account: a gateway whose answers come from memory, and what was declared."""

    environment: Environment
    declared: Inventory
    gateway: Gateway
    recording: Recording


def bad_account(recording: Recording) -> Bad:
    """Deploy prod with one break of every control, let strangers live beside it, and ask for everything."""
    environment, breaks = load_environment("prod"), all_breaks("mocked")
    edited = broken(load_templates(), breaks)
    declared = from_platform(resolve_platform(environment, edited), AT)
    with running() as cloud:
        outputs = deploy(environment, edited, cloud.endpoint, lambda _: None)
        calls = [edit for item in breaks for edit in item.edits if isinstance(edit, ByHand)]
        make_by_hand(environment, cloud.endpoint, calls, outputs)
        session = connect(environment, environment.deploy_role, cloud.endpoint)
        strangers.make(lambda service: client(session, service, cloud.endpoint))
        gateway = Gateway(
            environment.region,
            endpoint=cloud.endpoint,
            credentials=Credentials("testing", "testing"),
            limits=Limits(attempts=1, run_seconds=36_000),
            clock=lambda: AT,
        ).assume(environment.role)
        recording.listen(gateway)
        collect(gateway, environment, declared)
    return Bad(environment, declared, gateway, recording)
