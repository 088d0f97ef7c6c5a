"""What a control sees in damaged templates it sees in what they deploy, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.judging.control import Break, Control
from infra.errors import DeployError
from reports.models import Outcome
from suites.proofs.plugin import how_many_deployed
from suites.proofs.sound_and_broken import Proofs, proofs_at_mocked


@pytest.fixture(scope="module")
def deployed_mutants(_shared_mock_cloud: None) -> Iterator[Proofs]:
    """The sound platform in a mock cloud, each mutant deployed in a fork of it."""
    with proofs_at_mocked() as found:
        yield found


@pytest.mark.mutants
@pytest.mark.proof("mocked")
def test_damage_is_seen_where_it_is_deployed(deployed_mutants: Proofs, pytestconfig: pytest.Config) -> None:
    """A control that sees damage in templates alone would be blind in an account.

    What is refused is not deployed. What an update leaves as it was, as X-Ray does with what an update does not say, is
    not damaged in the account: there the account is no longer what the templates declare, and that has to be found.
    """
    from suites.catalogue import catalogue  # noqa: PLC0415  not for every run
    from suites.proofs.mutants.deployed import some  # noqa: PLC0415  as above
    from suites.proofs.mutants.platform import sound  # noqa: PLC0415  as above

    as_declared = next(control for control in catalogue() if control.id == "STK-02")
    said: dict[str, str] = {}
    for one in some(sound(), how_many_deployed(pytestconfig)):
        try:
            if _objects(deployed_mutants, one.control, one.item):
                said[one.mutant.id] = "seen"
            elif _objects(deployed_mutants, as_declared, one.item):
                said[one.mutant.id] = f"not there after the update, as {as_declared.id} says"
            else:
                said[one.mutant.id] = f"not seen by {one.control.id}"
        except DeployError:
            said[one.mutant.id] = "refused"
    print("\n".join(f"{name}: {word}" for name, word in said.items()))
    unseen = [f"{name} {word}" for name, word in said.items() if word.startswith("not seen")]
    assert not unseen, "\n".join(unseen)
    assert "seen" in said.values(), "no mutant was seen: nothing was shown"


def _objects(proofs: Proofs, control: Control, item: Break) -> bool:
    _, found = proofs.findings(control, item)
    return any(verdict.verdict in (Outcome.FAIL, Outcome.ERROR) for verdict in found)
