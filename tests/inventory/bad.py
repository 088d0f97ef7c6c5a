"""An account in which every control has something to object to, asked once for everything."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection

from fixtures.aws.access import Credentials, Limits
from fixtures.aws.gateway import Gateway
from fixtures.inventory.collecting import collect
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.naming import NAMED_BY
from fixtures.inventory.types import TYPES
from fixtures.judging.asking import asked_by
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import ByHand, Control
from fixtures.judging.edits import broken
from fixtures.judging.judge import Context, judge
from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers.mocked import deploy, make_by_hand
from fixtures.tiers.static import from_platform
from infra.deploy.connect import clients, connect
from infra.environment import Environment, load_environment
from infra.stacks import load_templates, resolve_platform
from reports.models import Verdict
from suites.catalogue import catalogue
from suites.proofs.test_awful_template import all_breaks
from tests.inventory import strangers
from tests.inventory.conftest import AT
from tests.inventory.lying import (
    EVERY_STACK,
    NAMES_ONLY,
    TAGS,
    OneByOne,
    Operation,
    Remembering,
    Types,
    joined,
    types_behind,
)
from tests.inventory.mutants import Mutant
from tests.inventory.recording import Recording


@dataclass
class Bad:
    """The account: a gateway whose answers come from memory, and what was declared."""

    environment: Environment
    declared: Inventory
    gateway: Gateway
    recording: Recording


def _give_the_same_ids_again(cloud: MockCloud) -> None:
    """What moto draws for an id is the same in each run, and so is the order of answers that are asked for by ids."""
    connection = HTTPConnection(cloud.endpoint.removeprefix("http://"))
    connection.request("POST", "/moto-api/seed?a=6")
    assert connection.getresponse().status == HTTPStatus.OK


def bad_account(recording: Recording) -> Bad:
    """Deploy prod with one break of every control, let strangers live beside it, and ask for everything."""
    environment, breaks = load_environment("prod"), all_breaks("mocked")
    edited = broken(load_templates(), breaks)
    declared = from_platform(resolve_platform(environment, edited), AT)
    with running() as cloud:
        _give_the_same_ids_again(cloud)
        outputs = deploy(environment, edited, cloud.endpoint, lambda _: None)
        calls = [edit for item in breaks for edit in item.edits if isinstance(edit, ByHand)]
        make_by_hand(environment, cloud.endpoint, calls, outputs, AT)
        session = connect(environment, environment.deploy_role, cloud.endpoint)
        strangers.make(clients(session, cloud.endpoint))
        gateway = Gateway(
            environment.region,
            endpoint=cloud.endpoint,
            credentials=Credentials("testing", "testing"),
            limits=Limits(attempts=1, run_seconds=36_000),
            clock=lambda: AT,
        ).assume(environment.role)
        recording.listen(gateway)
        collect(gateway, environment, declared)
        collect(OneByOne(gateway), environment, declared)  # what a lie about all tags at once leads to
    return Bad(environment, declared, gateway, recording)


Cells = dict[tuple[str, ...], Verdict]
# One that holds all that is there against the templates objects to this account whatever is read of it.
CONTROLS = tuple(item for item in catalogue() if "mocked" in item.tiers and "declared" not in item.arguments)
# What every type depends on: who answers, what the stacks have, what prefix lists are called, tags of many at once.
BESIDE = {("sts", "GetCallerIdentity"), EVERY_STACK, NAMES_ONLY, TAGS}


@dataclass
class World:
    """The bad account as it is, and what each control says of it."""

    bad: Bad
    whole: Inventory
    cells: Cells
    asked: dict[str, Types]
    fed: dict[tuple[str, str], Types]
    gateway: Remembering

    def context(self, inventory: Inventory) -> Context:
        return Context(inventory, load_baseline(self.environment.name), self.environment, AT, self.bad.declared)

    @property
    def environment(self) -> Environment:
        return self.bad.environment

    def judged(self, inventory: Inventory, controls: tuple[Control, ...]) -> Cells:
        context = self.context(inventory)
        return {verdict.cell: verdict for item in controls for verdict in judge(item, context)}

    def _read_for(self, operation: Operation) -> Types:
        """Give the types that an operation feeds, with those that name what it leaves out."""
        fed = self.fed.get(operation, frozenset())
        return fed | {TYPES[name] for cls in fed for name in NAMED_BY.get(cls.cfn_type, ())}

    def after(self, mutant: Mutant) -> tuple[Cells, Cells]:
        """Give what the controls that depend on an answer said before it was changed, and what they say after."""
        recording, operation = self.bad.recording, mutant.key[:2]
        self.gateway.doubted, recording.changed = operation, {mutant.key: mutant.write()}
        try:
            return self.seen_by(self.gateway, operation)
        finally:
            self.gateway.doubted, recording.changed = None, {}

    def seen_by(self, gateway: Gateway, operation: Operation) -> tuple[Cells, Cells]:
        """Give what the controls that depend on an operation said, and what they say by a gateway's answers."""
        types = frozenset(TYPES.values()) if operation in BESIDE else self._read_for(operation)
        controls = tuple(item for item in CONTROLS if self.asked[item.id] & types)
        seen = collect(gateway, self.environment, self.bad.declared, types=types)
        ids = {item.id for item in controls}
        before = {cell: verdict for cell, verdict in self.cells.items() if cell[0] in ids}
        return before, self.judged(joined(seen, types, self.whole), controls)


def bad_world() -> World:
    """Make the bad account, and try every control over it as it is."""
    bad = bad_account(Recording())
    whole = collect(bad.gateway, bad.environment, bad.declared)
    assert whole.gaps == whole.missing == {}
    made = World(bad, whole, {}, {}, types_behind(), Remembering(bad.gateway))
    made.cells = made.judged(whole, CONTROLS)
    made.asked = {item.id: asked_by(item, made.context(whole)) for item in CONTROLS}
    return made
