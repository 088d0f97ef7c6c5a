"""What a proof and the fault matrix cost, held against a clean collection or a deployment of the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from fixtures.aws.access import Limits
from fixtures.judging.control import Break, Control
from fixtures.mock_cloud.faults import FAULTS
from fixtures.mock_cloud.process import MockCloud
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.stacks import resolve_platform
from suites.catalogue import catalogue
from suites.proofs.sound_and_broken import deployed_from_nothing, findings, proofs_at_mocked
from tests.benchmarks.measuring import Cost, Table, used_by, work
from tests.inventory import test_faults as faults
from tests.inventory.conftest import deployed
from tests.inventory.lying import MATRIX, OPERATIONS, Alone

EVERY = 4  # this part of the proofs is measured, spread over all controls
ANEW = 3


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The CPU seconds of every fork, told when it ends."""
    used: list[float] = []
    fork = MockCloud.fork

    @contextmanager
    def measured(self: MockCloud, *, port: int = 0, middleware: tuple[str, ...] = ()) -> Iterator[MockCloud]:
        with fork(self, port=port, middleware=middleware) as found:
            yield found
            used.append(used_by(found.pid))

    monkeypatch.setattr(MockCloud, "fork", measured)
    return used


def with_forks(act: Callable[[], object], pid: int, forks: list[float]) -> Cost:
    """Return what an act costs here, in a server, and in the forks that it makes."""
    before = sum(forks)
    cost = work(act, pid)
    return Cost(cost.cpu + sum(forks) - before, cost.wall)


@pytest.mark.usefixtures("_shared_mock_cloud")
def test_a_mocked_proof_costs_a_third_of_a_deployment_read_whole(table: Table, forks: list[float]) -> None:
    """The other way to prove it is to deploy the broken platform into an empty account and to read all of it."""
    cases = [(item, one) for item in catalogue() if "mocked" in item.tiers for one in item.breaks()]

    def anew(item: Control, one: Break) -> None:
        findings(item, deployed_from_nothing([one]))

    with proofs_at_mocked() as proofs:
        pid = proofs.stage.cloud.pid
        proofs.findings(*cases[0])
        anew(*cases[0])
        some = cases[::EVERY]
        proof = [with_forks(lambda c=case: proofs.findings(*c), pid, forks) for case in some]  # type: ignore[misc]
        whole = [with_forks(lambda c=case: anew(*c), pid, forks) for case in some[:: len(some) // ANEW]]  # type: ignore[misc]
    one, other = sum(cost.cpu for cost in proof) / len(proof), sum(cost.cpu for cost in whole) / len(whole)
    table.tell("a mocked proof, mean", f"{one:.2f} CPU s, {sum(cost.wall for cost in proof) / len(proof):.2f} s")
    table.tell("  deployed from nothing and read whole", f"{other:.2f} CPU s")
    table.hold("  a mocked proof of that", one / other, 0.4, "times")


@pytest.mark.usefixtures("_shared_mock_cloud")
def test_a_pair_of_the_fault_matrix_costs_a_twentieth_of_a_clean_collection(table: Table) -> None:
    declared = from_platform(resolve_platform(load_environment("prod")), datetime.now(UTC))
    with deployed(declared) as account:
        gateway = account.gateway(Limits(attempts=1, run_seconds=3600))
        account.collect(gateway)
        clean = min(work(lambda: account.collect(gateway), account.pid) for _ in range(3))

        def matrix() -> None:
            memory = Alone(gateway)
            sound = faults.looked_at(account, memory)
            for operation in OPERATIONS:
                faults.test_what_surrounds_an_operation_is_judged_as_in_the_whole(account, memory, sound, operation)
            for pair in MATRIX:
                faults.test_a_fault_leaves_gaps_and_no_verdict_improves(account, memory, sound, pair)
            for pair in faults.WHOLE:
                faults.test_what_does_not_depend_on_an_operation_does_not_change_with_it(account, gateway, sound, pair)
            for fault in FAULTS:
                faults.test_without_the_list_of_a_stack_nothing_of_its_types_is_known(account, memory, sound, fault)
                faults.test_names_that_cannot_be_looked_up_change_no_more_than_names(account, memory, sound, fault)

        cost = work(matrix, account.pid)
    table.tell("a clean collection of prod", str(clean))
    table.tell(f"the fault matrix, {len(MATRIX)} pairs", str(cost))
    table.tell("  in clean collections", f"{cost.cpu / clean.cpu:.1f} times")
    table.hold("  a pair of it of a clean collection", cost.cpu / len(MATRIX) / clean.cpu, 0.05, "times")
