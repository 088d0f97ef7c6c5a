"""checkov's findings over the templates as resolved for each environment."""

from __future__ import annotations

from fixtures.run.case import engine_test
from fixtures.run.trial import Trial


@engine_test("checkov")
def test_checkov_has_no_objection(case: Trial) -> None:
    """Each rule of checkov on each resource is a verdict; what it could not look at is an error."""
    case.judge()
