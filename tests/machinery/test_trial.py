"""Findings are shown as subtests, and very many of them as one; whatever is shown, the journal is given them all."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.run.case import Case
from fixtures.run.journal import Journal
from fixtures.run.session import Session
from fixtures.run.trial import FIRST, MOST, Trial
from reports.models import Outcome, Verdict
from tests.machinery.small import verdict
from tests.machinery.test_journal import plan


class Subtests:
    """Keeps what each subtest is called and how it ended."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    @contextmanager
    def test(self, name: str) -> Iterator[None]:
        try:
            yield
        except pytest.fail.Exception as ended:
            self.told.append((name, "failed", str(ended)))
        except pytest.skip.Exception as ended:
            self.told.append((name, "skipped", str(ended)))


def shown(found: list[Verdict]) -> list[tuple[str, str, str]]:
    """Judge a case that gives these verdicts."""
    subtests, kept = Subtests(), list[Verdict]()
    run: Any = SimpleNamespace(verdicts=lambda _: found)
    Trial(Case("dev", "static"), run, subtests, kept).judge()  # type: ignore[arg-type]
    assert kept == found
    return subtests.told


@pytest.mark.parametrize("count", [0, 1, MOST])
def test_each_finding_is_a_subtest_up_to_fifty(count: int) -> None:
    findings = [verdict(Outcome.FAIL, f"Key{place}") for place in range(count)]
    told = shown([*findings, verdict(Outcome.PASS, "Sound"), verdict(Outcome.NOT_APPLICABLE, "Other")])
    assert [name for name, ended, _ in told if ended == "failed"] == [one.resource for one in findings]


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.ERROR])
def test_more_findings_are_one_failure_that_names_the_first_and_counts_the_rest(outcome: Outcome) -> None:
    waived = [verdict(Outcome.WAIVED, f"Waived{place}") for place in range(MOST)]
    told = shown([*waived, *(verdict(outcome, f"Key{place}") for place in range(FIRST + 5))])
    ((name, ended, text),) = told
    assert (name, ended) == (f"{MOST + FIRST + 5} findings", "failed")
    assert all(f"Key{place}:" in text for place in range(FIRST))
    assert f"and {MOST + 5} more findings" in text


def test_findings_that_are_all_waived_fail_nothing() -> None:
    ((_, ended, _),) = shown([verdict(Outcome.WAIVED, f"Key{place}") for place in range(MOST + 1)])
    assert ended == "skipped"


def test_the_journal_holds_no_verdict_that_it_has_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path, plan("Key"))
    one = verdict(Outcome.PASS)
    held = weakref.ref(one)
    journal.record([one])
    del one
    assert held() is None
    assert [found.resource for found in journal.read()] == ["Key"]


def test_a_report_brings_its_verdicts_to_the_journal_and_lets_go_of_them(tmp_path: Path) -> None:
    """Pytest keeps every report until it has shown its summary."""
    session = Session(None, None)  # type: ignore[arg-type]  # it only carries them here
    session.journal = Journal(tmp_path, plan("Key"))
    report = SimpleNamespace(when="call", touchstone=[verdict(Outcome.PASS)])
    session.pytest_runtest_logreport(report)
    assert not report.touchstone
    assert hasattr(report, "touchstone")  # by which the summary knows what only tells verdicts
    assert session.journal.trouble() == []
