"""Undeclared damage: whatever is damaged in a template, a control objects, or it is shown to be harmless."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from suites.proofs.plugin import PROPERTY, damaged_types, is_listed

_SHOWN = 20


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give one item for each type, so that workers share them."""
    if "damaged_type" in metafunc.fixturenames:
        metafunc.parametrize("damaged_type", damaged_types(metafunc.config))


@pytest.mark.mutants
@pytest.mark.proof("static")
def test_no_damage_goes_unseen(
    damaged_type: str, record_property: Callable[[str, object], None], pytestconfig: pytest.Config
) -> None:
    """Each control proves that it sees the break that it declares; nobody declares what will break."""
    from suites.proofs.mutants.explained import explained, load_rules, untrue  # noqa: PLC0415  not for every run
    from suites.proofs.mutants.judged import judged  # noqa: PLC0415  as above
    from suites.proofs.mutants.listing import row  # noqa: PLC0415  as above
    from suites.proofs.mutants.platform import sound  # noqa: PLC0415  as above

    rules = load_rules().of(damaged_type)
    every = explained(judged(sound(), damaged_type), rules)
    told = row(damaged_type, every, rules, whole=is_listed(pytestconfig))
    record_property(PROPERTY, json.dumps(told))
    surviving = [one.mutant.id for one in every if one.word == "surviving"]
    complaints = [*untrue(every, rules), *(f"{name} survives" for name in surviving)]
    more = f"\nand {len(complaints) - _SHOWN} more; --mutants-out FOLDER lists all" if len(complaints) > _SHOWN else ""
    assert not complaints, "\n".join(complaints[:_SHOWN]) + more
