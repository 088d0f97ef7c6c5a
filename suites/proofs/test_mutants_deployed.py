"""What a control sees in damaged templates it sees in what they deploy, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
    """A control that sees damage in templates alone would be blind in an account. What is refused is not deployed."""
    from suites.proofs.mutants.deployed import some  # noqa: PLC0415  not for every run
    from suites.proofs.mutants.platform import sound  # noqa: PLC0415  as above

    said: dict[str, str] = {}
    for one in some(sound(), how_many_deployed(pytestconfig)):
        try:
            _, found = deployed_mutants.findings(one.control, one.item)
        except DeployError:
            said[one.mutant.id] = "refused"
            continue
        objects = any(verdict.verdict in (Outcome.FAIL, Outcome.ERROR) for verdict in found)
        said[one.mutant.id] = "seen" if objects else f"not seen by {one.control.id}"
    print("\n".join(f"{name}: {word}" for name, word in said.items()))
    unseen = [f"{name} {word}" for name, word in said.items() if word not in ("seen", "refused")]
    assert not unseen, "\n".join(unseen)
    assert "seen" in said.values(), "every mutant was refused: nothing was shown"
