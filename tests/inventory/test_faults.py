"""Whatever an operation does, nothing that depends on it turns into a guess, and nothing vanishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from fixtures.aws.access import Limits
from fixtures.aws.gateway import Gateway
from fixtures.aws.registry import ROWS, calls, required_members
from fixtures.inventory.facts import Resource, property_name
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.types import TYPES
from fixtures.mock_cloud.faults import FAULTS, paginates
from tests.inventory.conftest import Account

# Asked by the gateway itself.
NOT_READ = {("sts", "GetCallerIdentity"), ("sts", "AssumeRole")}
# Never answers anything but names for ids, so no fact depends on it.
NAMES_ONLY = ("ec2", "DescribeManagedPrefixLists")
EVERY_STACK = ("cloudformation", "ListStackResources")
OPERATIONS = sorted(set(required_members()) - NOT_READ - {NAMES_ONLY, EVERY_STACK})
MATRIX = [
    (service, operation, fault)
    for service, operation in OPERATIONS
    for fault in FAULTS
    if fault != "second_page_empty" or paginates(service, operation)
]


@pytest.fixture(scope="module")
def gateway(account: Account) -> Gateway:
    """Shared, because making a client costs more than a call."""
    return account.gateway(Limits(attempts=1, run_seconds=3600))


def types_behind() -> dict[tuple[str, str], set[type[Resource]]]:
    """Give the types whose rows make each call."""
    used: dict[tuple[str, str], set[type[Resource]]] = {}
    for name, cls in TYPES.items():
        for call in calls(ROWS[name]):
            used.setdefault((ROWS[name].service, call.operation), set()).add(cls)
    return used


@pytest.fixture(scope="module")
def types_of() -> dict[tuple[str, str], set[type[Resource]]]:
    """Give the types whose rows make each call."""
    return types_behind()


@pytest.fixture(scope="module")
def sound(account: Account, gateway: Gateway) -> Callable[[frozenset[type[Resource]]], Inventory]:
    """Give what the types look like when nobody lies; remembered."""
    known: dict[frozenset[type[Resource]], Inventory] = {}

    def read(types: frozenset[type[Resource]]) -> Inventory:
        if types not in known:
            known[types] = account.collect(gateway, *types)
        return known[types]

    return read


@contextmanager
def lying(account: Account, service: str, operation: str, fault: str) -> Iterator[None]:
    account.fault(service, operation, fault)
    try:
        yield
    finally:
        assert account.fault() > 0, f"{service}:{operation} was never asked"


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
    for field in type(before).__pydantic_fields__:
        name = property_name(type(before), field)
        if field in after.__dict__:
            assert after.__dict__[field] == before.__dict__.get(field), f"{before}.{name} changed"
        else:
            assert name in after.origin.unread, f"{before}.{name} is neither read nor unread"


def is_noticed(before: Inventory, after: Inventory) -> bool:
    unread_before = {(r.key, name) for r in before.resources for name in r.origin.unread}
    unread_after = {(r.key, name) for r in after.resources for name in r.origin.unread}
    return bool(set(after.gaps) - set(before.gaps) or set(after.missing) or unread_after - unread_before)


def test_every_operation_that_is_known_is_read(types_of: dict[tuple[str, str], set[type[Resource]]]) -> None:
    assert set(types_of) == set(OPERATIONS)


@pytest.mark.parametrize(("service", "operation", "fault"), MATRIX, ids=str)
def test_a_fault_leaves_gaps_and_never_guesses(
    account: Account,
    gateway: Gateway,
    types_of: dict[tuple[str, str], set[type[Resource]]],
    sound: Callable[[frozenset[type[Resource]]], Inventory],
    service: str,
    operation: str,
    fault: str,
) -> None:
    types = frozenset(types_of[service, operation])
    before = sound(types)
    with lying(account, service, operation, fault):
        after = account.collect(gateway, *types)
    assert_nothing_is_guessed(before, after)
    assert is_noticed(before, after), f"{service}:{operation} {fault} went unnoticed"
    assert set(after.gaps) - set(before.gaps) <= {cls.cfn_type for cls in types}


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_list_of_a_stack_nothing_of_its_types_is_known(
    account: Account, gateway: Gateway, undisturbed: Inventory, fault: str
) -> None:
    with lying(account, *EVERY_STACK, fault):
        after = account.collect(gateway)
    assert set(account.declared.expected) <= set(after.gaps)
    assert set(after.missing) == {resource.key for resource in account.declared.resources}
    assert all(resource.cfn_type not in after.expected for resource in after.resources)
    assert undisturbed.gaps == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_names_that_cannot_be_looked_up_change_no_more_than_names(
    account: Account, gateway: Gateway, undisturbed: Inventory, fault: str
) -> None:
    with lying(account, *NAMES_ONLY, fault):
        after = account.collect(gateway)
    assert set(after.gaps) == {"AWS::EC2::PrefixList"}
    assert {r.key for r in after.resources} == {r.key for r in undisturbed.resources}


@pytest.mark.parametrize(("service", "operation"), [("ec2", "DescribeSecurityGroups"), ("kms", "DescribeKey")])
def test_a_fault_touches_only_the_types_that_depend_on_it(
    account: Account, undisturbed: Inventory, service: str, operation: str
) -> None:
    with lying(account, service, operation, "denied"):
        after = account.collect(account.gateway())
    assert_nothing_is_guessed(undisturbed, after)
    touched = {r.cfn_type for r in after.resources if set(r.origin.unread) - {"RotationPeriodInDays"}} | set(after.gaps)
    before = {r.cfn_type for r in undisturbed.resources if r.origin.unread}
    assert touched - before <= {"AWS::EC2::SecurityGroup", "AWS::KMS::Key"}


def test_throttling_is_tried_again_before_it_is_a_gap(account: Account) -> None:
    patient = account.gateway(Limits(attempts=2))
    with lying(account, "rds", "DescribeDBInstances", "throttled"):
        after = account.collect(patient, TYPES["AWS::RDS::DBInstance"])
    assert after.gaps["AWS::RDS::DBInstance"].kind == "throttled"
    assert [call.retries for call in patient.ledger.calls if call.operation == "DescribeDBInstances"] == [1]
