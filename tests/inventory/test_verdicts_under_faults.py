"""The matrix, operation x fault x control: no fault improves a verdict, hides a cell, or goes unnoticed."""

from __future__ import annotations

import re

import pytest

from fixtures.aws.access import Limits
from fixtures.aws.gateway import Gateway
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Bench, judge
from reports.models import Evidence, Outcome, Verdict
from suites.catalogue import catalogue
from tests.inventory.conftest import AT, Account
from tests.inventory.test_faults import EVERY_STACK, MATRIX, lying, types_of

__all__ = ["types_of"]

Cells = dict[tuple[str, ...], Verdict]
WITH_THE_STACKS = [*MATRIX, *((*EVERY_STACK, fault) for fault in sorted({row[2] for row in MATRIX}))]


@pytest.fixture(scope="module")
def gateway(account: Account) -> Gateway:
    """One gateway for the whole matrix: clients are made once."""
    return account.gateway(Limits(attempts=1, run_seconds=3600))


def judged(account: Account, inventory: Inventory) -> Cells:
    """Try every control of the mocked tier and return its verdicts by cell."""
    bench = Bench(inventory, load_baseline(account.environment.name), account.environment, AT)
    verdicts = [found for item in catalogue() if "mocked" in item.tiers for found in judge(item, bench)]
    return {verdict.cell: verdict for verdict in verdicts}


@pytest.fixture(scope="module")
def sound(account: Account, undisturbed: Inventory) -> Cells:
    """The verdicts when nobody lies."""
    found = judged(account, undisturbed)
    assert not [verdict for verdict in found.values() if verdict.verdict is Outcome.ERROR]
    return found


def rests_on(verdict: Verdict, service: str, operation: str) -> bool:
    """Say whether a fact of the verdict was read by an operation."""
    return any((item.source or "").startswith(f"{service}:{operation} ") for item in verdict.evidence)


@pytest.fixture(scope="module")
def types_behind(sound: Cells, undisturbed: Inventory) -> dict[tuple[str, ...], set[str]]:
    """The types that a verdict judges, or looked at, or followed a link to."""
    of_key: dict[str, set[str]] = {}
    for resource in undisturbed.resources:
        of_key.setdefault(resource.key, set()).add(resource.cfn_type)
    scopes = {item.id: {cls.cfn_type for cls in item.scope} for item in catalogue()}

    def behind(item: Evidence) -> set[str]:
        return of_key.get(item.resource, {item.resource}) | set(re.findall(r"AWS::\w+::\w+", item.field))

    return {cell: scopes[cell[0]].union(*map(behind, verdict.evidence)) for cell, verdict in sound.items()}


@pytest.mark.parametrize(("service", "operation", "fault"), WITH_THE_STACKS, ids=str)
def test_no_fault_improves_a_verdict_or_hides_one(
    account: Account,
    gateway: Gateway,
    sound: Cells,
    types_of: dict[tuple[str, str], set[type[Resource]]],
    types_behind: dict[tuple[str, ...], set[str]],
    service: str,
    operation: str,
    fault: str,
) -> None:
    with lying(account, service, operation, fault):
        inventory = account.collect(gateway)
    after = judged(account, inventory)
    managed = {cell for cell in sound if cell[3] in account.declared_keys or cell[3] == "environment"}
    assert managed <= set(after), f"cells that vanished: {sorted(managed - set(after))}"
    for cell, verdict in after.items():
        before = sound.get(cell)
        if before is None or verdict.verdict != before.verdict:
            assert verdict.verdict is Outcome.ERROR, f"{cell} became {verdict.verdict}: {verdict.message}"
    dependent = {cell for cell in managed if rests_on(sound[cell], service, operation)}
    blind = {cell for cell in dependent if after[cell].verdict is not Outcome.ERROR}
    assert not blind, f"judged without the facts of {service}:{operation}: {sorted(blind)}"
    if (service, operation) != EVERY_STACK:
        changed = {cell for cell in managed if after[cell].verdict != sound[cell].verdict}
        names = {cls.cfn_type for cls in types_of[service, operation]}
        foreign = {cell for cell in changed if not names & types_behind[cell]}
        assert not foreign, f"changed, though they do not depend on {service}:{operation}: {sorted(foreign)}"
