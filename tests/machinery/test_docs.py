"""What the docs quote of a file stands in the line that they name, and what they link to is there."""

from __future__ import annotations

import re

import pytest

from infra.settings import ROOT

PAGES = {str(path.relative_to(ROOT)): path for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")))}
QUOTED = re.compile(r"((?:infra|policies|fixtures|suites)/[\w/.-]+\.\w+):([0-9]+)")
LINK = re.compile(r"\]\((?!https?:)([^)\s]*)\)")
WORD = re.compile(r"[A-Za-z]\w{4,}")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    return {re.sub(r"[^\w\- ]", "", found.lower()).replace(" ", "-") for found in HEADING.findall(text)}


@pytest.mark.parametrize("name", PAGES)
def test_a_line_that_is_quoted_says_what_is_said_of_it(name: str) -> None:
    for paragraph in re.split(r"\n\s*\n|\n(?=[|*#]|[0-9]+\. )", PAGES[name].read_text(encoding="utf-8")):
        for path, number in QUOTED.findall(paragraph):
            lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
            line = lines[int(number) - 1] if int(number) <= len(lines) else ""
            told = set(WORD.findall(QUOTED.sub("", paragraph)))
            assert told & set(WORD.findall(line)), f"{path}:{number} says {line.strip()!r}"


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for link in LINK.findall(PAGES[name].read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (PAGES[name].parent / path).resolve() if path else PAGES[name]
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link
