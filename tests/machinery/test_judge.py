"""Every planned cell gets one verdict, and what could not be looked at never passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from fixtures.aws.ledger import Source
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.sqs import Queue
from fixtures.judging.control import Change, Control, ControlError, control, control_of, not_applicable
from fixtures.judging.judge import Context, cells, judge
from reports.models import EXIT_CODES, Outcome, Verdict, state_of
from tests.machinery.small import GAP, NOW, context, key, queue

BROKEN_BY = (Change("Key.EnableKeyRotation", value=False),)


def declared(function: object) -> Control:
    """Return the control that a function was declared to be."""
    found = control_of(function)
    assert found is not None
    return found


@control("T-1", severity="high", satisfies=("AC2",), broken_by=BROKEN_BY)
def test_rotates(key: Key) -> None:
    """Keys rotate."""
    assert key.enable_key_rotation, "is never rotated; rotation is promised"


@control("T-2", severity="low", satisfies=("AC2",), broken_by=BROKEN_BY)
def test_breaks(key: Key) -> None:
    """A control with a mistake of its own."""
    raise KeyError(key.key)


@control("T-3", severity="low", satisfies=("AC2",), broken_by=BROKEN_BY)
def test_counts(inventory: Inventory) -> None:
    """A control about the environment as a whole."""
    assert len(inventory.of(Key)) == 1, f"{len(inventory.of(Key))} keys; 1 is promised"


@control("T-4", severity="low", satisfies=("AC2",), broken_by=BROKEN_BY)
def test_either(thing: Key | Queue) -> None:
    """A control about two types."""
    if isinstance(thing, Queue):
        not_applicable("queues have no keys of their own")


@control("T-5", severity="low", satisfies=("AC2",), broken_by=BROKEN_BY, looks_at_aws_own=True)
def test_looks(key: Key) -> None:
    """A control that looks at what AWS made, too."""
    assert key.enable_key_rotation, "is never rotated; rotation is promised"


ROTATES, BREAKS, COUNTS, EITHER, LOOKS = map(
    declared, (test_rotates, test_breaks, test_counts, test_either, test_looks)
)
del test_rotates, test_breaks, test_counts, test_either, test_looks


def outcomes(item: Control, *args: object, **more: object) -> list[tuple[str, Outcome]]:
    """Judge and return (resource, outcome), without the lists that are whole."""
    return [(v.resource, v.verdict) for v in judge(item, context(*args, **more)) if not is_whole(v)]  # type: ignore[arg-type]


def is_whole(verdict: Verdict) -> bool:
    """Say whether this is the verdict of a list that is whole."""
    return verdict.resource.startswith("AWS::") and verdict.verdict is Outcome.PASS


def of_resources(item: Control, world: Context) -> list[Verdict]:
    """Judge and return the verdicts of resources."""
    return [found for found in judge(item, world) if not is_whole(found)]


def test_each_resource_has_its_own_verdict() -> None:
    found = of_resources(ROTATES, context(key("Good"), key("Bad", rotation=False)))
    assert [(v.resource, v.verdict) for v in found] == [("Good", Outcome.PASS), ("Bad", Outcome.FAIL)]
    assert found[1].message == "is never rotated; rotation is promised"
    assert found[1].location == "infra/templates/x.yaml:7"
    assert [(e.resource, e.field, e.value) for e in found[1].evidence] == [("Bad", "EnableKeyRotation", False)]


def test_an_unread_fact_is_an_error_and_names_the_call() -> None:
    (found,) = of_resources(ROTATES, context(key(unread={"EnableKeyRotation": GAP})))
    assert found.verdict is Outcome.ERROR
    assert "could not look: kms:GetKeyRotationStatus denied" in found.message


def test_a_type_that_could_not_be_listed_is_an_error() -> None:
    assert outcomes(ROTATES, gaps={"AWS::KMS::Key": GAP}) == [("AWS::KMS::Key", Outcome.ERROR)]
    assert outcomes(COUNTS, gaps={"AWS::KMS::Key": GAP}) == [("environment", Outcome.ERROR)]


def test_a_list_that_is_not_whole_is_an_error_whatever_was_read() -> None:
    found = judge(ROTATES, context(key("Good"), key("Bad", rotation=False), gaps={"AWS::KMS::Key": GAP}))
    assert [(v.resource, v.verdict.value) for v in found] == [
        ("AWS::KMS::Key", "error"),
        ("Good", "pass"),
        ("Bad", "fail"),
    ]
    whole = judge(ROTATES, context(key("Good")))[0]
    assert (whole.resource, whole.verdict, whole.message) == (
        "AWS::KMS::Key", Outcome.PASS, "the list is whole: 1 to judge",
    )  # fmt: skip


def test_what_a_stack_has_and_its_template_does_not_declare_is_an_error_with_a_name() -> None:
    over = {"data": {"Old": "AWS::KMS::Key", "Other": "AWS::SQS::Queue"}}
    found = judge(ROTATES, context(key("Old"), undeclared=over, declared=context().inventory))
    assert [(v.resource, v.verdict.value) for v in found] == [("AWS::KMS::Key", "error"), ("Old", "pass")]
    assert found[0].message == "stack data has Old; its template declares no such AWS::KMS::Key"


def test_a_declared_resource_that_was_not_read_is_an_error() -> None:
    missing = {"expected": {"AWS::KMS::Key": ("Key", "Lost")}, "missing": {"Lost": GAP}}
    assert outcomes(ROTATES, key(), **missing) == [("Key", Outcome.PASS), ("Lost", Outcome.ERROR)]
    assert outcomes(COUNTS, key(), **missing) == [("environment", Outcome.ERROR)]


def test_nothing_to_judge_is_an_error_unless_the_baseline_says_so() -> None:
    assert outcomes(ROTATES) == [("AWS::KMS::Key", Outcome.ERROR)]
    none_of_it = context().baseline.model_copy(update={"absent": ("AWS::KMS::Key",)})
    assert outcomes(ROTATES, baseline=none_of_it) == [("AWS::KMS::Key", Outcome.NOT_APPLICABLE)]


def test_a_control_that_breaks_has_not_looked() -> None:
    (found,) = of_resources(BREAKS, context(key()))
    assert found.verdict is Outcome.ERROR
    assert found.message == "the control could not be applied: KeyError: 'Key'"


def test_two_types_are_judged_and_what_does_not_apply_says_why() -> None:
    assert outcomes(EITHER, key(), queue()) == [("Key", Outcome.PASS), ("Queue", Outcome.NOT_APPLICABLE)]


@pytest.mark.parametrize("item", [ROTATES, BREAKS, COUNTS, EITHER])
@pytest.mark.parametrize(
    "facts", [{}, {"gaps": {"AWS::KMS::Key": GAP}}, {"expected": {"AWS::KMS::Key": ("X",)}, "missing": {"X": GAP}}]
)
def test_the_plan_and_the_verdicts_are_the_same_cells(item: Control, facts: dict[str, Any]) -> None:
    world = context(key(), queue(), **facts)
    assert sorted(cells(item, world)) == sorted(v.resource for v in judge(item, world))


@pytest.mark.parametrize(
    ("outcome_list", "complete", "code"),
    [
        ([Outcome.PASS, Outcome.WAIVED, Outcome.NOT_APPLICABLE], True, 0),
        ([Outcome.PASS, Outcome.FAIL, Outcome.ERROR], True, 1),
        ([Outcome.PASS, Outcome.ERROR], True, 2),
        ([Outcome.PASS], False, 2),
        ([], True, 2),
        ([Outcome.NOT_APPLICABLE], True, 2),
    ],
)
def test_the_exit_code_says_what_can_be_concluded(outcome_list: list[Outcome], *, complete: bool, code: int) -> None:
    assert EXIT_CODES[state_of(outcome_list, complete=complete)] == code


def no_docstring(key: Key) -> None:
    assert key.enabled, "x"


def strange_argument(key: Key, wish: float) -> None:
    """Wish."""


def no_scope(now: datetime) -> None:
    """Only a clock."""


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (no_docstring, "expected a docstring"),
        (
            strange_argument,
            "expected arguments of types Inventory, Declared, Baseline, Environment, Costs, Grants, Agreed, datetime",
        ),
        (no_scope, "expected arguments of types"),
    ],
)
def test_a_control_declared_wrongly_is_refused(function: object, complaint: str) -> None:
    with pytest.raises(ControlError, match=complaint):
        control("T-9", severity="low", satisfies=("AC1",), broken_by=BROKEN_BY)(function)  # type: ignore[arg-type]


def test_a_control_without_proof_is_refused() -> None:
    with pytest.raises(ControlError, match="expected at least one edit"):
        control("T-9", severity="low", satisfies=("AC1",), broken_by=())(no_scope)


def test_a_tier_left_out_without_reason_is_refused() -> None:
    with pytest.raises(ControlError, match="expected tiers_reason"):
        control("T-9", severity="low", satisfies=("AC1",), broken_by=BROKEN_BY, tiers=("static",))(no_scope)


@pytest.mark.parametrize(
    ("origin", "verdict", "looked"),
    [
        ({"physical_id": "k", "maker": "aws"}, "not_applicable", "fail"),
        ({"physical_id": "k", "maker_gap": GAP}, "error", "fail"),
        ({"physical_id": "k"}, "fail", "fail"),
        ({"logical_id": "K", "maker": "aws"}, "fail", "fail"),
    ],
    ids=["AWS made it", "nobody can say who made it", "a stranger made it", "we declare it"],
)
def test_what_aws_made_is_judged_where_a_control_asks_for_it(origin: dict[str, Any], verdict: str, looked: str) -> None:
    made = Key.build({"EnableKeyRotation": False}, Origin(**origin))
    assert [found.verdict.value for found in of_resources(ROTATES, context(made))] == [verdict]
    assert [found.verdict.value for found in of_resources(LOOKS, context(made))] == [looked]


def test_a_deployed_resource_is_found_where_it_is_declared() -> None:
    written = context(key("Bad", rotation=False))
    deployed = Key.build(
        {"EnableKeyRotation": False},
        Origin(logical_id="Bad", tier="mocked", source=Source(text="kms:DescribeKey request 1", read_at=NOW)),
    )
    stray = Key.build(
        {"EnableKeyRotation": False}, Origin(physical_id="key-1", tier="mocked", source=deployed.origin.source)
    )
    (ours, foreign) = of_resources(ROTATES, replace(context(deployed, stray), declared=written.inventory))
    assert ours.evidence[0].source == "kms:DescribeKey request 1"
    assert (ours.location, foreign.location) == ("infra/templates/x.yaml:7", None)
