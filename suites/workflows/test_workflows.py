"""Every workflow keeps every claim, and every claim objects to the workflows that break it."""

from __future__ import annotations

import re

import pytest

from infra.settings import ROOT
from suites.workflows import calls, going_back, promises, shape
from suites.workflows.claims import Claim, Swap, claims
from suites.workflows.reading import load

assert going_back  # importing them declares what they claim

# No verdict on an environment: with the proofs of the templates, they are left out where only verdicts are wanted.
pytestmark = pytest.mark.proof("static")
KEPT = [(claim, name) for claim in claims() for name in claim.about]
BROKEN = [(claim, swap) for claim in claims() for swap in claim.broken_by]


def test_the_workflows_are_those_that_are_described() -> None:
    """A new file is in the tables of promises, or fails here."""
    assert promises.undescribed() == set(), "a workflow that nobody describes promises nothing"


@pytest.mark.parametrize(("claim", "name"), KEPT, ids=[f"{claim.name}: {name}" for claim, name in KEPT])
def test_the_claim_is_kept(claim: Claim, name: str) -> None:
    """The first half of the proof: silent about what we have."""
    found = list(claim.objections(load(name)))
    assert not found, "; ".join(found)


@pytest.mark.parametrize(("claim", "swap"), BROKEN, ids=[f"{claim.name}: {swap}" for claim, swap in BROKEN])
def test_the_claim_objects_when_it_is_broken(claim: Claim, swap: Swap) -> None:
    """The second half: not silent about what is broken."""
    assert swap.file in claim.about, "the edit breaks a file that the claim is not about"
    before = set(claim.objections(load(swap.file)))
    assert set(claim.objections(swap.made())) - before, f"silent after {swap}"


@pytest.mark.parametrize("pin", [True, False])
def test_our_own_action_is_pinned_too(*, pin: bool) -> None:
    """It is used by every job."""
    path = ROOT / ".github/actions/prepare/action.yml"
    text = path.read_text(encoding="utf-8")
    uses = shape.USES.findall(text)
    assert uses
    assert all(shape.PIN.match(line) for line in uses)
    wrong = list(shape.linted("prepare/action.yml", text if pin else re.sub(r"@[0-9a-f]{40} # ", "@", text)))
    assert (wrong == []) == pin, wrong


@pytest.mark.parametrize("command", promises.called())
def test_a_command_that_is_called_explains_itself(command: str) -> None:
    """Who reads a workflow can ask each command what it does."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from infra.__main__ import app  # noqa: PLC0415

    assert command in calls.commands(), f"there is no command {command}"
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0, shown.output
