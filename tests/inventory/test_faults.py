"""Whatever an operation does, nothing that depends on it turns into a guess: no fact, no verdict, and nothing vanishes.

Each pair of operation and fault is one collection of what the operation feeds, and one trial of the controls that ask
for it. For each kind of fault everything is collected and every control is tried once: what does not depend on an
operation does not change with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from fixtures.aws.access import Limits
from fixtures.aws.gateway import Gateway
from fixtures.inventory.facts import Resource, property_name
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.types import TYPES
from fixtures.judging.asking import asked_by
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Control
from fixtures.judging.judge import Context, judge
from fixtures.mock_cloud.faults import FAULTS
from reports.models import Evidence, Outcome, Verdict
from suites.catalogue import catalogue
from tests.inventory.conftest import AT, Account
from tests.inventory.lying import (
    EVERY_STACK,
    MATRIX,
    NAMES_ONLY,
    OPERATIONS,
    Alone,
    Operation,
    Remembering,
    Types,
    collected,
    joined,
    lying,
    types_behind,
)

Cells = dict[tuple[str, ...], Verdict]
CONTROLS = tuple(item for item in catalogue() if "mocked" in item.tiers)
# Who holds all that is there against the templates needs all of it read at once: whose ARN it is that a few types name,
# the others tell. It is tried below, where everything is asked.
APART = tuple(item for item in CONTROLS if "declared" not in item.arguments)
WHOLE = [
    ("ec2", "DescribeSecurityGroups", "denied"),
    ("kms", "DescribeKey", "server_error"),
    ("secretsmanager", "ListSecrets", "throttled"),
    ("iam", "GetAccountAuthorizationDetails", "empty"),
    ("sqs", "GetQueueAttributes", "html"),
    ("lambda", "GetFunction", "truncated"),
    ("dynamodb", "ListTables", "second_page_empty"),
]


@dataclass(frozen=True, slots=True)
class Sound:
    """The platform when nobody lies: its facts, its verdicts, and what depends on which operation."""

    inventory: Inventory
    cells: Cells
    behind_cell: dict[tuple[str, ...], set[str]]
    fed: dict[Operation, Types]
    asked: dict[str, Types]
    parts: dict[Types, Inventory] = field(default_factory=dict)

    def dependents(self, operation: Operation) -> list[Control]:
        """Give the controls that ask for a type that an operation feeds."""
        return [item for item in APART if self.asked[item.id] & self.fed[operation]]

    def part(self, account: Account, memory: Remembering, types: Types) -> Inventory:
        """Give some types as collected alone; remembered."""
        if types not in self.parts:
            self.parts[types] = collected(account, memory, None, types)
        return self.parts[types]


@pytest.fixture(scope="module")
def gateway(account: Account) -> Gateway:
    """Shared, because making a client costs more than a call."""
    return account.gateway(Limits(attempts=1, run_seconds=3600))


@pytest.fixture(scope="module")
def memory(gateway: Gateway) -> Remembering:
    return Alone(gateway)


@pytest.fixture(scope="module")
def sound(account: Account, memory: Remembering) -> Sound:
    return looked_at(account, memory)


def looked_at(account: Account, memory: Remembering) -> Sound:
    """Collect everything, try every control, and learn what depends on what."""
    inventory = account.collect(memory)
    cells = judged(account, inventory, CONTROLS)
    assert not [verdict for verdict in cells.values() if verdict.verdict is Outcome.ERROR]
    asked = {item.id: asked_by(item, context(account, inventory)) for item in CONTROLS}
    return Sound(inventory, cells, behind_cells(inventory, cells), types_behind(), asked)


def context(account: Account, inventory: Inventory) -> Context:
    return Context(inventory, load_baseline(account.environment.name), account.environment, AT, account.declared)


def judged(account: Account, inventory: Inventory, controls: tuple[Control, ...] | list[Control]) -> Cells:
    """Try controls and return their verdicts by cell."""
    before = context(account, inventory)
    return {verdict.cell: verdict for item in controls for verdict in judge(item, before)}


def behind_cells(inventory: Inventory, cells: Cells) -> dict[tuple[str, ...], set[str]]:
    """Give the types that each verdict judges, or looked at, or followed a link to."""
    of_key: dict[str, set[str]] = {}
    for resource in inventory.resources:
        of_key.setdefault(resource.key, set()).add(resource.cfn_type)
    scopes = {item.id: {cls.cfn_type for cls in item.scope} for item in CONTROLS}

    def behind(item: Evidence) -> set[str]:
        return of_key.get(item.resource, {item.resource}) | set(re.findall(r"AWS::\w+::\w+", item.field))

    return {cell: scopes[cell[0]].union(*map(behind, verdict.evidence)) for cell, verdict in cells.items()}


# -- what must hold of facts and of verdicts ---------------------------------------------------------------------------


def assert_nothing_is_guessed(before: Inventory, after: Inventory) -> None:
    found = {(type(resource), resource.key): resource for resource in after.resources}
    for resource in before.resources:
        same = found.pop((type(resource), resource.key), None)
        if same is None:
            assert resource.cfn_type in after.gaps or resource.key in after.missing, f"{resource} vanished in silence"
        else:
            assert_same_or_unread(resource, same)
    assert not found, f"appeared from nowhere: {found}"


def assert_same_or_unread(before: Resource, after: Resource) -> None:
    assert after.origin.maker_gap or after.origin.made_by == before.origin.made_by
    assert after.managed == before.managed
    for attribute in type(before).__pydantic_fields__:
        name = property_name(type(before), attribute)
        if attribute in after.__dict__:
            assert after.__dict__[attribute] == before.__dict__.get(attribute), f"{before}.{name} changed"
        else:
            assert name in after.origin.unread, f"{before}.{name} is neither read nor unread"


def unread_in(inventory: Inventory) -> set[tuple[str, str]]:
    return {(resource.key, name) for resource in inventory.resources for name in resource.origin.unread}


def assert_noticed(before: Inventory, after: Inventory, fed: Types) -> None:
    gaps = set(after.gaps) - set(before.gaps)
    assert gaps or set(after.missing) or unread_in(after) - unread_in(before), "it went unnoticed"
    assert gaps <= {cls.cfn_type for cls in fed}


def assert_no_verdict_improves(account: Account, before: Cells, after: Cells) -> set[tuple[str, ...]]:
    """Return the cells that have to be there: those of what our stacks declare."""
    managed = {cell for cell in before if cell[3] in account.declared_keys or cell[3] == "environment"}
    assert managed <= set(after), f"cells that vanished: {sorted(managed - set(after))}"
    for cell, verdict in after.items():
        known = before.get(cell)
        if known is None or verdict.verdict != known.verdict:
            assert verdict.verdict is Outcome.ERROR, f"{cell} became {verdict.verdict}: {verdict.message}"
    return managed


def rests_on(verdict: Verdict, service: str, operation: str) -> bool:
    """Say whether a fact of the verdict was read by an operation."""
    return any((item.source or "").startswith(f"{service}:{operation} ") for item in verdict.evidence)


def assert_dependents_are_errors(
    sound: Sound, before: Cells, after: Cells, managed: set[tuple[str, ...]], operation: Operation
) -> None:
    dependent = {cell for cell in managed if rests_on(before[cell], *operation)}
    blind = {cell for cell in dependent if after[cell].verdict is not Outcome.ERROR}
    assert not blind, f"judged without the facts of {operation}: {sorted(blind)}"
    if operation != EVERY_STACK:
        changed = {cell for cell in managed if after[cell].verdict != before[cell].verdict}
        names = {cls.cfn_type for cls in sound.fed[operation]}
        foreign = {cell for cell in changed if not names & sound.behind_cell[cell]}
        assert not foreign, f"changed, though they do not depend on {operation}: {sorted(foreign)}"


# -- the matrix --------------------------------------------------------------------------------------------------------


def test_every_operation_that_is_known_is_read(sound: Sound) -> None:
    assert set(sound.fed) == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=":".join)
def test_what_surrounds_an_operation_is_judged_as_in_the_whole(
    account: Account, memory: Remembering, sound: Sound, operation: Operation
) -> None:
    """The matrix judges less than the whole; when nobody lies that makes no difference."""
    types, controls = sound.fed[operation], sound.dependents(operation)
    part = joined(sound.part(account, memory, types), types, sound.inventory)
    ids = {item.id for item in controls}
    expected = {cell: verdict.verdict for cell, verdict in sound.cells.items() if cell[0] in ids}
    assert {cell: verdict.verdict for cell, verdict in judged(account, part, controls).items()} == expected
    assert controls or not any(rests_on(verdict, *operation) for verdict in sound.cells.values())


@pytest.mark.parametrize("pair", MATRIX, ids="-".join)
def test_a_fault_leaves_gaps_and_no_verdict_improves(
    account: Account, memory: Remembering, sound: Sound, pair: tuple[str, str, str]
) -> None:
    operation = pair[:2]
    types, controls = sound.fed[operation], sound.dependents(operation)
    before = sound.part(account, memory, types)
    after = collected(account, memory, pair, types)
    assert_nothing_is_guessed(before, after)
    assert_noticed(before, after, types)
    ids = {item.id for item in controls}
    cells = {cell: verdict for cell, verdict in sound.cells.items() if cell[0] in ids}
    found = judged(account, joined(after, types, sound.inventory), controls)
    managed = assert_no_verdict_improves(account, cells, found)
    assert_dependents_are_errors(sound, cells, found, managed, operation)


@pytest.mark.parametrize("pair", WHOLE, ids="-".join)
def test_what_does_not_depend_on_an_operation_does_not_change_with_it(
    account: Account, gateway: Gateway, sound: Sound, pair: tuple[str, str, str]
) -> None:
    """Everything is asked, nothing is remembered, every control is tried."""
    operation = pair[:2]
    with lying(account, *pair):
        after = account.collect(gateway)
    assert_nothing_is_guessed(sound.inventory, after)
    assert_noticed(sound.inventory, after, sound.fed[operation])
    touched = {key for key, _ in unread_in(after) - unread_in(sound.inventory)}
    types = {resource.cfn_type for resource in after.resources if resource.key in touched}
    assert types <= {cls.cfn_type for cls in sound.fed[operation]}
    found = judged(account, after, CONTROLS)
    managed = assert_no_verdict_improves(account, sound.cells, found)
    assert_dependents_are_errors(sound, sound.cells, found, managed, operation)


def test_every_kind_of_fault_is_met_in_the_whole() -> None:
    assert {pair[2] for pair in WHOLE} == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_list_of_a_stack_nothing_of_its_types_is_known(
    account: Account, memory: Remembering, sound: Sound, fault: str
) -> None:
    after = collected(account, memory, (*EVERY_STACK, fault), frozenset())
    assert set(account.declared.expected) <= set(after.gaps)
    assert set(after.missing) == {resource.key for resource in account.declared.resources}
    assert all(resource.cfn_type not in after.expected for resource in after.resources)
    assert sound.inventory.gaps == {}
    found = judged(account, after, CONTROLS)
    managed = assert_no_verdict_improves(account, sound.cells, found)
    assert_dependents_are_errors(sound, sound.cells, found, managed, EVERY_STACK)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "second_page_empty"])
def test_where_nobody_says_who_answers_nothing_is_believed(account: Account, memory: Remembering, fault: str) -> None:
    after = collected(account, memory, ("sts", "GetCallerIdentity", fault), frozenset())
    assert after.resources == ()
    assert set(after.gaps) >= set(TYPES)
    assert set(after.missing) == account.declared_keys
    found = judged(account, after, CONTROLS)
    assert {verdict.verdict for verdict in found.values()} == {Outcome.ERROR}


@pytest.mark.parametrize("fault", FAULTS)
def test_names_that_cannot_be_looked_up_change_no_more_than_names(
    account: Account, memory: Remembering, sound: Sound, fault: str
) -> None:
    after = collected(account, memory, (*NAMES_ONLY, fault), frozenset())
    assert set(after.gaps) == {"AWS::EC2::PrefixList"}
    assert {r.key for r in after.resources} == {r.key for r in sound.inventory.resources}


def test_throttling_is_tried_again_before_it_is_a_gap(account: Account) -> None:
    patient = account.gateway(Limits(attempts=2))
    with lying(account, "rds", "DescribeDBInstances", "throttled"):
        after = account.collect(patient, TYPES["AWS::RDS::DBInstance"])
    assert after.gaps["AWS::RDS::DBInstance"].kind == "throttled"
    assert [call.retries for call in patient.ledger.calls if call.operation == "DescribeDBInstances"] == [1]
