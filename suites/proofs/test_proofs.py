"""No control without a proof that it can fail: silent when the platform is sound, objecting when it is broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.judging.control import Break, Control
from reports.models import Outcome
from suites.catalogue import catalogue
from suites.proofs.sound_and_broken import Proofs, findings, proofs_at_mocked, sound_static_context, static_context


def proofs(tier: str) -> list[object]:
    """Return every control with every break that it declares, for the tiers that it claims."""
    return [
        pytest.param(item, broken, id=f"{item.id}-{number}")
        for item in catalogue()
        if tier in item.tiers
        for number, broken in enumerate(item.breaks(), start=1)
    ]


def controls(tier: str) -> list[object]:
    """Return every control that claims a tier."""
    return [pytest.param(item, id=item.id) for item in catalogue() if tier in item.tiers]


@pytest.fixture(scope="module")
def mocked(_shared_mock_cloud: None) -> Iterator[Proofs]:
    """The sound platform in a mock cloud, for the proofs of this module."""
    with proofs_at_mocked() as found:
        yield found


@pytest.mark.proof("static")
@pytest.mark.parametrize("control", controls("static"))
def test_a_control_is_silent_when_all_is_sound(control: Control) -> None:
    """A control that cries over the platform as it is would be ignored on the day it matters."""
    found = findings(control, sound_static_context())
    assert not found, f"{control.id} objects to the sound templates: {found[0].message}"


@pytest.mark.proof("static")
@pytest.mark.parametrize(("control", "broken"), proofs("static"))
def test_a_control_objects_to_a_broken_template(control: Control, broken: Break) -> None:
    """What a control guards is broken in the templates: it must fail, and fail for that."""
    found = findings(control, static_context([broken]))
    assert any(verdict.verdict is Outcome.FAIL for verdict in found), f"{control.id} is silent after: {broken}"


@pytest.mark.proof("mocked")
@pytest.mark.parametrize(("control", "broken"), proofs("mocked"))
def test_a_control_objects_to_a_broken_deployment(control: Control, broken: Break, mocked: Proofs) -> None:
    """The platform is updated to the broken templates: the control must fail on what is read back, and only then."""
    before, found = mocked.findings(control, broken)
    assert not before, f"{control.id} objects to the sound platform: {before[0].message}"
    assert any(verdict.verdict is Outcome.FAIL for verdict in found), f"{control.id} is silent after: {broken}"


@pytest.mark.proof("mocked")
def test_all_controls_are_silent_in_a_sound_deployment(mocked: Proofs) -> None:
    """Deployed as they are, the templates give no control a reason to object."""
    context = mocked.sound()
    found = [verdict for control in catalogue() if "mocked" in control.tiers for verdict in findings(control, context)]
    assert not found, f"{found[0].control} objects to a sound deployment: {found[0].resource}: {found[0].message}"


@pytest.mark.proof("mocked")
def test_a_narrow_look_is_the_whole_look_with_the_rest_unread(mocked: Proofs) -> None:
    """What controls saw before a break is what would have been read of their types alone.

    An id inside of a text is turned back into a reference where its type was read, and so in the whole look alone.
    """
    for item in catalogue()[::30]:
        types = mocked.asks_of_sound(item)
        alone, narrow = mocked.read_alone(types).inventory, mocked.sound(types).inventory
        assert [(type(one), one.key) for one in alone.resources] == [(type(one), one.key) for one in narrow.resources]
        assert [one.properties(defaults=False).keys() for one in alone.resources] == [
            one.properties(defaults=False).keys() for one in narrow.resources
        ]
        assert [one.origin.unread.keys() for one in alone.resources] == [
            one.origin.unread.keys() for one in narrow.resources
        ]
        for told in ("gaps", "missing"):
            one, other = getattr(alone, told), getattr(narrow, told)
            assert {key: str(gap) for key, gap in one.items()} == {key: str(gap) for key, gap in other.items()}
        assert (alone.expected, alone.stacks) == (narrow.expected, narrow.stacks)
