"""cfn-lint's findings over the templates as written, and as resolved for each environment."""

from __future__ import annotations

from fixtures.run.case import engine_test
from fixtures.run.trial import Trial


@engine_test("cfn-lint")
def test_cfn_lint_has_no_objection(case: Trial) -> None:
    """Each objection of cfn-lint is a verdict; a template that it cannot read is an error."""
    case.judge()
