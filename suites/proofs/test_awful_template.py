"""The cheap daily proof: everything broken at once, and every control has something to say."""

from __future__ import annotations

import pytest

from fixtures.judging.control import Break, Change, Control, Remove
from fixtures.judging.edits import broken
from infra.errors import TouchstoneError
from reports.models import Outcome
from suites.catalogue import catalogue
from suites.proofs.sound_and_broken import deployed_from_nothing, findings, static_context, templates


def all_breaks(tier: str) -> list[Break]:
    """Return one break of every control, leaving out those whose place an earlier one has already taken away."""
    chosen: list[Break] = []
    for control in catalogue():
        if tier in control.tiers:
            chosen.extend(_first_that_fits(control, chosen))
    return chosen


def _first_that_fits(control: Control, chosen: list[Break]) -> list[Break]:
    taken = {_place(edit) for item in chosen for edit in item.edits}
    for candidate in control.breaks():
        places = {_place(edit) for edit in candidate.edits}
        if not any(_meets(one, other) for one in places for other in taken) and _applies([*chosen, candidate]):
            return [candidate]
    return []


def _place(edit: object) -> str:
    return edit.path if isinstance(edit, Change | Remove) else str(edit)


def _meets(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _applies(breaks: list[Break]) -> bool:
    try:
        broken(templates(), breaks)
    except TouchstoneError:
        return False
    return True


@pytest.mark.proof("static")
def test_every_control_objects_to_the_awful_template() -> None:
    """One template with every sin: no control may overlook its own."""
    context = static_context(all_breaks("static"))
    silent = [
        control.id
        for control in catalogue()
        if "static" in control.tiers and not any(v.verdict is Outcome.FAIL for v in findings(control, context))
    ]
    assert not silent, f"silent before the awful template: {', '.join(silent)}"


@pytest.mark.proof("mocked")
@pytest.mark.usefixtures("_shared_mock_cloud")
def test_every_control_objects_to_the_awful_deployment() -> None:
    """The awful template deployed: no control may overlook its own."""
    context = deployed_from_nothing(all_breaks("mocked"))
    silent = [
        control.id
        for control in catalogue()
        if "mocked" in control.tiers and not any(v.verdict is Outcome.FAIL for v in findings(control, context))
    ]
    assert not silent, f"silent before the awful deployment: {', '.join(silent)}"
