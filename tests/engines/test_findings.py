"""Findings become verdicts: the worst counts, and what a profile excludes is shown with its reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fixtures.engines import findings as module
from fixtures.engines.findings import Findings, Result, engine_cells, engine_verdicts, merged
from fixtures.engines.profile import Exclusion, Profile
from reports.models import Outcome

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def finding(outcome: Outcome, message: str = "said", resource: str = "Queue", rule: str = "CKV_TS_2") -> Result:
    return Result(rule=rule, title="x", resource=resource, outcome=outcome, message=message, location="x.yaml:3")


@pytest.mark.parametrize("worst", [Outcome.ERROR, Outcome.FAIL])
@pytest.mark.parametrize("turned", [False, True], ids=["first", "last"])
def test_the_worst_of_two_findings_counts(worst: Outcome, turned: bool) -> None:  # noqa: FBT001
    two = [finding(worst, "bad"), finding(Outcome.PASS, "good")]
    (kept,) = merged(reversed(two) if turned else two)
    assert (kept.outcome, kept.message) == (worst, "bad")


def test_an_error_is_worse_than_a_failure() -> None:
    (kept,) = merged([finding(Outcome.FAIL, "bad"), finding(Outcome.ERROR, "not seen")])
    assert kept.outcome is Outcome.ERROR


def test_two_failures_keep_both_messages_and_a_repeated_one_is_said_once() -> None:
    (kept,) = merged([finding(Outcome.FAIL, text) for text in ("one", "two", "one")])
    assert kept.message == "one; two"


def test_findings_of_other_resources_and_rules_stay_apart() -> None:
    found = [finding(Outcome.FAIL), finding(Outcome.PASS, resource="Other"), finding(Outcome.PASS, rule="CKV_TS_1")]
    assert len(merged(found)) == 3


@pytest.fixture
def excused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that excludes one rule for one resource of dev."""
    one = Exclusion(
        rule="CKV_TS_2",
        environments=("dev",),
        resources=("Scratch*",),
        reason="Nothing in it outlives the test that wrote it.",
        superseded_by="MSG-01",
    )
    profile = Profile(default_severity="medium", severity={"CKV_TS_2": "high"}, exclusion=(one,))
    monkeypatch.setattr(module, "load_profile", lambda _: profile)


def verdicts(environment: str, *found: Result) -> dict[str, tuple[Outcome, str]]:
    given = Findings(engine="checkov", version="3", environment=environment, results=found)
    assert sum(len(resources) for resources in engine_cells(given).values()) == len(found)
    return {verdict.resource: (verdict.verdict, verdict.message) for verdict in engine_verdicts(given, NOW)}


@pytest.mark.usefixtures("excused")
def test_what_a_profile_excludes_is_not_applicable_and_says_why() -> None:
    outcome, message = verdicts("dev", finding(Outcome.FAIL, resource="ScratchQueue"))["ScratchQueue"]
    assert outcome is Outcome.NOT_APPLICABLE
    assert message == "Nothing in it outlives the test that wrote it. Judged by MSG-01."


@pytest.mark.usefixtures("excused")
def test_an_exclusion_reaches_no_other_environment_resource_or_outcome() -> None:
    assert verdicts("prod", finding(Outcome.FAIL, resource="ScratchQueue"))["ScratchQueue"][0] is Outcome.FAIL
    found = verdicts("dev", finding(Outcome.FAIL), finding(Outcome.ERROR, resource="ScratchQueue"))
    assert found["Queue"][0] is Outcome.FAIL
    assert found["ScratchQueue"][0] is Outcome.ERROR


@pytest.mark.usefixtures("excused")
def test_a_verdict_carries_severity_line_and_evidence() -> None:
    given = Findings(engine="checkov", version="3", environment="dev", results=(finding(Outcome.FAIL),))
    (verdict,) = engine_verdicts(given, NOW)
    assert (verdict.severity, verdict.location) == ("high", "x.yaml:3")
    assert verdict.evidence[0].field == "checkov 3 CKV_TS_2"
