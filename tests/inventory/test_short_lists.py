"""A list that comes back whole, well formed and empty, or cut to its first half, hides no finding behind a conclusion.

What our stacks have is missed by name. What nobody but the list knows of, which is what strangers made, is gone with
it: where the list leaves out nothing else, nobody can tell. The README says so.
"""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.aws.answers import Answer
from fixtures.aws.registry import ROWS, calls
from fixtures.aws.rows import WHOLE, Listing
from fixtures.inventory.types import TYPES
from reports.models import Outcome
from tests.inventory.bad import World
from tests.inventory.lying import EVERY_STACK, Operation, Remembering


def lists() -> dict[Operation, list[str]]:
    """Give every operation that lists resources, with the place of its list in an answer."""
    found = {EVERY_STACK: ["StackResourceSummaries"]}
    for row in (ROWS[name] for name in TYPES):
        for call in calls(row):
            if isinstance(call, Listing) and call.items != WHOLE:
                found[row.service, call.operation] = call.items.partition("[")[0].split(".")
    return found


LISTS = lists()


class Short(Remembering):
    """Gives less of one list than there is, in one page."""

    operation: Operation = ("", "")
    keeps: float = 1.0

    def call(self, service: str, operation: str, **parameters: Any) -> Answer:
        answer = super().call(service, operation, **parameters)
        if (service, operation) != self.operation or not answer.pages:
            return answer
        return Answer((self._short(answer, LISTS[self.operation]),), answer.source)

    def _short(self, answer: Answer, place: list[str]) -> dict[str, Any]:
        top, *inside = place
        items = [item for page in answer.pages for item in (page[top][inside[0]] if inside else page.get(top, ()))]
        kept: Any = items[: int(len(items) * self.keeps)]
        return {**answer.pages[0], top: {**answer.pages[0][top], inside[0]: kept} if inside else kept}


@pytest.mark.parametrize("keeps", [0, 0.5], ids=["empty", "first half"])
def test_no_finding_is_lost_and_the_run_concludes(world: World, keeps: float) -> None:
    short = Short(world.bad.gateway)
    ours = {*TYPES, "environment", *(resource.key for resource in world.bad.declared.resources)}
    lost, findings = [], set()
    for operation in LISTS:
        short.operation, short.keeps = operation, keeps
        before, after = world.seen_by(short, operation)
        found = {cell for cell, verdict in before.items() if verdict.verdict is Outcome.FAIL}
        findings |= found
        if not any(verdict.verdict is Outcome.ERROR for verdict in after.values()):
            gone = (cell for cell in found if cell not in after or not after[cell].is_finding)
            lost += [f"{operation}: {cell}" for cell in gone if cell[3] in ours]
    assert len(findings) > 50
    assert not lost
