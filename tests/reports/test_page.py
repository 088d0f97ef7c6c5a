"""The page: nothing in the data can act, nothing is fetched, and the same record gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra.outside import html, visible
from reports.html import render
from reports.models import Hop, Outcome
from reports.picture import widths
from reports.record import load_record
from reports.tally import Tally
from reports.way import picture
from tests.reports import sample
from tests.reports.sample_catalogue import HOSTILE

LINK = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2"
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "manifest", "style"}


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return render(load_record(sample.write(tmp_path_factory.mktemp("run"))))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page on which every string that a person or an account can choose is hostile."""
    plan = sample.plan()
    rename = HOSTILE + '" onmouseover="alert(1)'
    plan["run"] |= {"id": HOSTILE, "command": HOSTILE, "commit": HOSTILE, "versions": {HOSTILE: HOSTILE}}
    plan["run"] |= {"callers": {HOSTILE: HOSTILE}, "endpoint": "http://" + HOSTILE}
    plan["run"]["environments"][0]["name"] = rename
    control = plan["controls"][0]
    control |= dict.fromkeys(("id", "title", "rationale", "scope", "tiers_reason", "location"), rename)
    control |= {"satisfies": [rename], "broken_by": [rename]}
    plan["planned"] = [row | {"control": rename, "environment": rename} for row in plan["planned"][:2]]
    for row in plan["planned"]:
        row["resources"] = [rename]
    line = sample.verdicts()[0] | dict.fromkeys(("control", "environment", "resource", "message", "location"), rename)
    line |= {"way": [dict.fromkeys(("what", "name", "detail"), rename)]}
    line |= {"verdict": "waived", "waiver": dict.fromkeys(sample.WAIVER, rename)}
    line |= {"evidence": [{"resource": rename, "field": rename, "value": {rename: [rename]}, "source": rename}]}
    stray = line | {"resource": "stray", "control": HOSTILE, "environment": HOSTILE}
    return render(load_record(sample.write(tmp_path_factory.mktemp("run"), [line, stray], plan_is=plan)))


def test_the_same_record_gives_the_same_bytes(tmp_path: Path, page: str) -> None:
    assert render(load_record(sample.write(tmp_path))) == page


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy[1].replace("&#39;", "'").split(";"))
    for name, tag in (("style-src", "style"), ("script-src", "script")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert directives[name] == f"'sha256-{digest}'"
    assert directives["default-src"] == "'none'"
    assert len(re.findall("<script", page)) == 1


@pytest.mark.parametrize("which", ["page", "hostile"])
def test_nothing_is_fetched_and_nothing_in_the_data_acts(which: str, request: pytest.FixtureRequest) -> None:
    tags = _Reader(request.getfixturevalue(which)).tags
    names = [tag for tag, _ in tags]
    assert names.count("script") == names.count("style") == 1
    assert not {"link", "img", "iframe", "object", "embed", "base"} & set(names)
    for _, attributes in tags:
        assert not LOADING & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#") or attributes.get("href") == LINK


@pytest.mark.parametrize("which", ["page", "hostile"])
def test_no_hidden_character_reaches_the_reader(which: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(which).replace("\n", "")
    assert [character for character in set(text) if visible(character) != character] == []
    assert r"\u{202e}" in text


@pytest.mark.parametrize("which", ["page", "hostile"])
def test_ids_are_unique_and_every_link_leads_somewhere(which: str, request: pytest.FixtureRequest) -> None:
    tags = _Reader(request.getfixturevalue(which)).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {(attributes["href"] or "").removeprefix("#") for tag, attributes in tags if tag == "a"}
    assert links - {LINK} <= set(ids)


def test_every_verdict_is_on_the_page_with_its_resource(page: str, tmp_path: Path) -> None:
    record = load_record(sample.write(tmp_path))
    shown = page.partition('<section class="wrap" id="controls"')[2].partition('<section class="wrap engine"')[0]
    own = {control.id for control in record.controls if control.engine == "touchstone"}
    wanted = Counter(str(html(verdict.resource)) for verdict in record.verdicts if verdict.control in own)
    assert Counter(re.findall('<b class="res">([^<]*)</b>', shown)) == wanted
    for control in record.controls:
        assert page.count(control.id) >= 2


def test_waivers_are_shown_with_who_why_and_until_when(page: str) -> None:
    for value in sample.WAIVER.values():
        assert value in page


def test_long_values_are_shortened_visibly(tmp_path: Path) -> None:
    lines = sample.verdicts()
    lines[0]["evidence"][0]["value"] = "x" * 5_000
    page = render(load_record(sample.write(tmp_path, lines)))
    assert lines[0]["verdict"] == "pass"
    assert "x" * 801 not in page
    assert "… (4,202 more characters)" in page


def test_what_a_finding_rests_on_is_shown_whole(tmp_path: Path) -> None:
    statement = {"Sid": "Open", "Effect": "Allow", "Principal": {"AWS": "y" * 5_000}, "Action": ["a", "b"]}
    lines = sample.verdicts()
    failed = next(line for line in lines if line["verdict"] == "fail")
    failed["evidence"][0] |= {"field": "KeyPolicy.Statement[0]", "value": statement}
    page = render(load_record(sample.write(tmp_path, lines)))
    assert page.count("y" * 5_000) == 2  # among the findings, and where its control is shown
    assert page.count("  &#34;Sid&#34;: &#34;Open&#34;,\n") == 2
    assert page.count("more characters") == 0


def test_a_finding_names_the_line_that_set_the_parameter(page: str) -> None:
    """Among the findings, and at the control for each tier; its number is never broken in two."""
    assert page.count("infra/environments/prod.toml:14 (AdminPort)</code>") == 2
    assert page.count('infra/environments/<span class="nobr">prod.toml:14</span> (AdminPort)</code>') == 1


def test_a_page_with_many_facts_stays_readable_in_size(tmp_path: Path) -> None:
    lines = sample.verdicts()
    for line in lines:
        line["evidence"] = line["evidence"] * 40
    page = render(load_record(sample.write(tmp_path, lines)))
    assert len(page) < 3_000_000
    assert "more facts in verdicts.jsonl" in page


def test_text_that_looks_like_an_escape_is_told_from_one() -> None:
    assert visible("\u202e") != visible(r"\u{202e}")
    assert visible("a\x1b\u200b\u2028\ud800\u3164b") == r"a\u{1b}\u{200b}\u{2028}\u{d800}\u{3164}b"
    assert visible("Zürich 日本 C:\\users") == "Zürich 日本 C:\\users"


@pytest.mark.parametrize(
    "counts", [{Outcome.PASS: 1}, {Outcome.PASS: 9_999, Outcome.FAIL: 1}, dict.fromkeys(Outcome, 7)]
)
def test_the_parts_of_a_bar_fill_it_and_the_rarest_is_seen(counts: dict[Outcome, int]) -> None:
    parts = widths(Tally(counts))
    assert sum(width for _, width in parts) == 1000
    assert min(width for _, width in parts) >= 12
    assert {outcome for outcome, _ in parts} == set(counts)


def test_a_way_is_drawn_where_the_finding_is_and_told_in_words(page: str) -> None:
    """Who sees no picture reads the same: where it begins, what lets it pass, and where it ends."""
    assert page.count('<svg class="way"') == page.count("The way, hop by hop") > 0
    assert "security group DatabaseGroup: in: tcp 22-9000 0.0.0.0/0;" in page
    assert "no rule speaks of it, and no further</desc>" in page
    assert page.count('<path class="shut"') == page.count('<svg class="way"')


def test_no_line_of_a_way_is_wider_than_its_picture_and_no_secret_is_broken_in_two() -> None:
    secret = "AKIA" + "ABCDEFGHIJKLMNOP"
    drawn = picture(
        "n", "l", [Hop(what="w", name=f"{'x' * 35} {secret}", detail=f"{'word ' * 8}{secret}{'y' * 3_000}")]
    )
    written = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert max(map(len, written)) <= 42
    assert len(written) < 20
    assert secret not in "".join(written)
    assert secret not in drawn
