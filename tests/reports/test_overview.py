"""What the page says first: a word for each environment, what changed, what to do, what nobody could look at."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports.cards import NOTHING, Since, cards
from reports.findings import findings, together
from reports.history.trend import MOST, Point, trend
from reports.html import line_of, render
from reports.models import Outcome
from reports.notices.before import run_before
from reports.overview import overview
from reports.record import Record, load_record
from reports.remedies import remedy
from reports.write import write_reports
from tests.reports import sample
from tests.reports.runs import FAIL, PASS, run


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return load_record(sample.write(tmp_path_factory.mktemp("run")))


def test_each_environment_has_a_word_of_its_own(record: Record) -> None:
    found = {card.note.name: card for card in cards(record, findings(record), NOTHING)}
    assert {name: card.word for name, card in found.items()} == {
        "dev": "Conforms, with exceptions", "staging": "Does not conform", "prod": "Does not conform",
    }  # fmt: skip
    assert found["prod"].failing == 1
    assert found["prod"].tally[Outcome.FAIL] == 2
    assert dict(found["staging"].severities)["high"] == 1
    assert all(card.news is None for card in found.values())


def test_no_environment_conforms_in_a_record_that_is_not_whole(tmp_path: Path) -> None:
    record = load_record(sample.write(tmp_path, sample.healthy(), closed=False))
    assert {card.word for card in cards(record, findings(record), NOTHING)} == {"Cannot conclude"}


def test_a_card_says_what_changed_since_the_run_before(tmp_path: Path) -> None:
    run(tmp_path / "1", PASS, day=1)
    folder = run(tmp_path / "2", FAIL, day=2)
    record = load_record(folder)
    since = Since(run_before(folder, record), trend(folder, record))
    (card,) = (one for one in cards(record, findings(record), since) if one.note.name == "prod")
    assert card.news == (("new", 1),)
    page = render(record, since)
    assert "Since 1: 1 finding new" in page
    write_reports(folder)
    assert (folder / "index.html").read_text(encoding="utf-8") == page


def test_the_trend_is_of_the_runs_that_judged_the_same(tmp_path: Path) -> None:
    for day, told in enumerate((FAIL, PASS, FAIL), start=1):
        run(tmp_path / f"{day:02}", told, day=day)
    sample.write(tmp_path / "00")  # judged other tiers
    (tmp_path / "02" / "verdicts.jsonl").write_text("{")
    (tmp_path / "latest").symlink_to("03")
    for name in ("plan.json", "verdicts.jsonl"):  # what would be waited for without an end
        run(tmp_path / f"03-{name}", PASS, day=3)
        (tmp_path / f"03-{name}" / name).unlink()
        os.mkfifo(tmp_path / f"03-{name}" / name)
    last = run(tmp_path / "04", PASS, day=4)
    assert [one.run for one in trend(last, load_record(last))] == ["00", "01", "03", "04"]
    assert trend(last, load_record(last))[1] == Point("01", 1, 0, complete=True)


def test_the_trend_is_of_thirty_runs_at_most(tmp_path: Path) -> None:
    folders = [run(tmp_path / f"{day:02}", PASS, day=1 + day % 28) for day in range(MOST + 3)]
    found = trend(folders[-1], load_record(folders[-1]))
    assert [one.run for one in found] == [folder.name for folder in folders[3:]]


def test_every_finding_says_what_to_do_and_where(record: Record) -> None:
    for finding in findings(record):
        found = remedy(finding)
        assert found.demand
        assert found.again
        assert (found.line, *found.also) == (finding.locations or (None,))
    (open_,) = [one for one in findings(record) if "port 22" in one.message]
    assert remedy(open_).demand == "no administrative port may be"
    assert remedy(open_).line == "infra/templates/data.yaml:41"
    assert remedy(open_).also == ("infra/environments/prod.toml:14 (AdminPort)",)


@pytest.mark.parametrize("refused", ["", " (waiver W-1 accepts 'x; y', which is not what was found: 'keeps 3 days')"])
def test_what_is_to_be_done_is_what_is_promised_even_where_a_waiver_was_refused(record: Record, refused: str) -> None:
    one = next(one for one in findings(record) if one.verdict is Outcome.FAIL)
    told = remedy(replace(one, message=f"keeps 3 days of backups; 7 are promised{refused}"))
    assert told.demand == "7 are promised"


def test_why_something_could_not_be_read_is_told_once(tmp_path: Path) -> None:
    lines = sample.healthy()
    lines[0] |= {"verdict": "error", "message": "could not look: denied"}
    lines[0]["evidence"] = [lines[0]["evidence"][0] | {"value": "unread: denied"}]
    (one,) = (one for one in findings(load_record(sample.write(tmp_path / "run", lines))) if "denied" in one.message)
    assert one.decided == ()


def test_the_page_begins_with_the_share_of_each_framework(record: Record) -> None:
    page = render(record)
    first = page[: page.index('id="filters"')]
    told = overview(record, together(record), NOTHING).frameworks
    assert told
    for place, one in enumerate(told, start=1):
        met, listed = one.share
        assert f'<a href="#framework-{place}">{one.name}</a> <b>{met} of {listed}</b>' in first
        assert f'<h3 id="framework-{place}">{one.name}</h3>' in page


def test_a_finding_is_found_by_what_its_control_answers(record: Record) -> None:
    said = re.findall(r'<li class="finding [^>]* data-t="([^"]*)"', render(record))
    for text, one in zip(said, together(record), strict=True):
        assert all(name.lower() in text for name in (one.control.satisfies if one.control else ()))


@pytest.mark.parametrize("text", ["infra/templates/data.yaml:41", "x", "a/b c/d:1", "", "<b>/<i>:1 (x)", "a/b:1 (c/d)"])
def test_a_line_is_shown_whole_and_is_never_markup(text: str) -> None:
    shown = str(line_of(text))
    assert shown.count('<span class="nobr">') == 1
    said = re.sub(r"</?span[^>]*>", "", shown)
    assert said.replace("&lt;", "<").replace("&gt;", ">") == text


def test_what_could_not_be_looked_at_is_a_limitation_with_its_reason(record: Record) -> None:
    told = overview(record, findings(record), NOTHING)
    (limit,) = told.limits
    assert limit.count == sum(verdict.verdict is Outcome.ERROR for verdict in record.verdicts)
    assert "DescribeTable" in limit.reason
    assert limit.controls == ("ENC-03",)
    (permission,) = told.permissions
    assert permission.count == sum(verdict.verdict is Outcome.WAIVED for verdict in record.verdicts)
    assert {one.note.environment for one in told.differing} >= {"prod"}


def test_a_framework_lists_what_no_control_answers(record: Record) -> None:
    (soc,) = (one for one in overview(record, findings(record), NOTHING).frameworks if one.name == "SOC 2")
    assert soc.share == (0, 1)
    page = render(record)
    assert "no control: people" in page
    assert "0 of 1 listed requirements are met, 1 not assessed." in page


def test_every_finding_is_listed_at_its_resource(record: Record) -> None:
    told = findings(record)
    rows = overview(record, told, NOTHING).resources
    assert sorted(place for row in rows for place, _ in row.findings) == list(range(1, len(told) + 1))
