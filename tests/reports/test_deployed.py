"""The deployments on record: each with its plan and with what was found of it, and what is missing is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.deployed import brief, deployments, judged
from reports.html import render
from reports.models import DeploymentsNote
from reports.record import Record, load_record
from reports.summary import markdown
from tests.reports import sample
from tests.reports.sample_deployments import DEPLOYMENTS, PLAN


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return load_record(sample.write(tmp_path_factory.mktemp("run")))


def test_a_deployment_has_the_last_tries_before_the_next_one() -> None:
    found = deployments(DeploymentsNote.model_validate(DEPLOYMENTS[0]))
    told = {one.note.id[9:13]: [judged(each) for each in one.tries] for one in found if one.deploys}
    assert told == {
        "0920": ["not passed: 9 pass, 1 fail", "nothing wrong: 10 pass"],
        "0905": ["not on record", "not passed: 8 pass, 2 fail"],
    }
    assert [one.note.action for one in found] == ["validate", "smoke", "smoke", "deploy", "smoke", "shift", "deploy"]


def test_the_page_shows_every_entry_with_its_digests_whole_in_the_title(record: Record) -> None:
    page = render(record)
    section = page.partition('id="deployments"')[2].partition("</section>")[0]
    assert len(re.findall(r"<tr><th scope=\"row\"", section)) == 7
    assert f'<code title="{PLAN}">{PLAN[:12]}</code>' in section
    assert f'<code title="{"ab" * 32}">abababababab</code>' in section
    assert "expected dev, found prod" in section
    assert "3 older entries left out." in section
    assert "The history could not be read: s3:ListObjectsV2 denied" in section
    assert section.count("Nothing is on record.") == 1


def test_the_summary_shows_the_newest_and_counts_the_rest(record: Record) -> None:
    said = markdown(record).partition("### Deployments")[2]
    assert said.count("| dev | ") == 5
    assert "9f9f9f9f9f9f" in said
    assert "- dev (mocked): 5 more in s3" in said
    assert "- staging (mocked): the history could not be read: " in said
    assert "- prod (mocked): nothing is on record in s3" in said


def test_a_record_that_knows_of_no_deployments_is_read_and_shows_none(tmp_path: Path) -> None:
    plan = sample.plan()
    del plan["run"]["deployments"]
    old = load_record(sample.write(tmp_path, plan_is=plan))
    assert 'id="deployments"' not in render(old)
    assert "### Deployments" not in markdown(old)


def test_only_a_digest_is_cut_short() -> None:
    assert brief("a" * 64) == brief("a" * 40) == "a" * 12
    assert brief("a" * 63) == "a" * 63
    assert brief("no digest at all") == "no digest at all"
