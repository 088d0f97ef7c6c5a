"""The page in a browser: axe finds nothing, nothing is fetched, filters filter, and without JavaScript all is there."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from reports.html import render
from reports.record import load_record
from tests.reports import browser, sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    for module in ("playwright", "axe_playwright_python"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"the page is not tried in a browser: {module} is not installed (uv sync --group browser)")
    path = browser.executable()
    if path is None:
        wanted = ", ".join(browser.candidates())
        pytest.skip(
            f"the page is not tried in a browser: none at {wanted}; install one or name it in TOUCHSTONE_BROWSER"
        )
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  not installed everywhere

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(browser.ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A record with every verdict, hostile strings, a missing and an unplanned cell."""
    lines = sample.verdicts()
    lines.append(lines.pop(200) | {"resource": "Stowaway"})
    folder = sample.write(tmp_path_factory.mktemp("run"), lines)
    page = folder / "index.html"
    page.write_text(render(load_record(folder)), encoding="utf-8")
    return page.as_uri()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small record of every kind of content, as axe takes a minute over a large one."""
    plan, lines = sample.few()
    lines.append(lines.pop(20) | {"resource": "Stowaway"})
    folder = sample.write(tmp_path_factory.mktemp("run"), lines, plan_is=plan)
    page = folder / "index.html"
    page.write_text(render(load_record(folder)), encoding="utf-8")
    return page.as_uri()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(address)
    yield opened
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_violation(chromium: Browser, small: str, scheme: Scheme, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  not installed everywhere

    opened = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened.goto(small)
    opened.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    result: dict[str, Any] = Axe().run(opened).response
    version = tuple(int(part) for part in result["testEngine"]["version"].split(".")[:2])
    opened.close()
    assert version >= (4, 10)
    assert [(item["id"], item["nodes"][0]["html"]) for item in result["violations"]] == []
    assert len(result["passes"]) > 20


def test_opening_the_page_asks_for_nothing_else_and_complains_of_nothing(chromium: Browser, address: str) -> None:
    opened = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.goto(address)
    opened.wait_for_load_state("networkidle")
    opened.close()
    assert asked == [address]
    assert said == []


def _seen(page: Page, selector: str) -> int:
    return sum(item.is_visible() for item in page.locator(selector).all())


def _stands_at(page: Page, address: str) -> None:
    """Wait until the page itself says so: what the driver remembers as `page.url` lags behind what a page writes."""
    page.wait_for_function("(wanted) => location.href === wanted", arg=address)


def test_without_javascript_everything_can_be_read(chromium: Browser, address: str) -> None:
    opened = chromium.new_page(java_script_enabled=False)
    opened.goto(address)
    assert not opened.locator("#filters").is_visible()
    assert _seen(opened, ".control") == 40
    assert _seen(opened, ".finding") == opened.locator(".finding").count()
    block = opened.locator("#control-enc-01 details.block").first
    assert not block.locator(".facts").first.is_visible()
    block.locator("summary").click()
    assert block.locator(".facts").first.is_visible()
    opened.close()


def test_a_closed_block_is_text_until_it_is_opened_or_nothing_else_is_to_be_done(page: Page, address: str) -> None:
    """Most of a page is what passes: it costs no element while the page opens, and can be searched a moment later."""
    page.add_init_script("window.requestIdleCallback = (told) => { window.idle = told; };")
    page.goto(f"{address}#control-enc-01")
    page.reload()
    block = page.locator("#control-enc-01 details.block").first
    assert block.locator(".rows").count() == 0
    block.locator("summary").click()
    block.locator(".facts").first.wait_for(state="visible")
    assert page.locator("details > noscript").count() > 10
    page.evaluate("window.idle({ timeRemaining: () => 50 })")
    assert page.locator("noscript").count() == 0
    assert page.locator("#population .counts").count() >= 1


@pytest.mark.parametrize("target", ["control-log-04", "references", "method", "finding-3"])
def test_a_link_leads_to_its_place_though_nothing_before_it_was_laid_out(
    chromium: Browser, address: str, target: str
) -> None:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(f"{address}#{target}")
    top = f"document.getElementById('{target}').getBoundingClientRect().top"
    opened.wait_for_function(f"() => {top} >= 0 && {top} < 300")
    opened.close()


def test_filters_show_what_matches_and_say_how_much(page: Page) -> None:
    assert re.match(r"Showing (\d+) of \1 findings, 40 of 40 controls, 38 of 38 rules", page.inner_text("#count"))
    page.select_option("[name=v]", "fail")
    assert _seen(page, ".control") == 1
    page.select_option("[name=e]", label="dev")
    assert _seen(page, ".control") == 0
    assert page.locator(".nothing").is_visible()
    page.select_option("[name=v]", "waived")
    assert [item.get_attribute("id") for item in page.locator(".control:not(.off)").all()] == ["control-bak-01"]
    assert _seen(page, "#matrix thead th") == 3
    page.click("button[type=reset]")
    page.wait_for_function("document.querySelectorAll('.off').length === 0")
    page.select_option("[name=s]", "critical")
    assert _seen(page, ".control") == 5
    page.select_option("[name=s]", "")
    page.fill("[name=t]", "NIST-800-53:CP-9 vault")
    assert _seen(page, ".control") == 1
    assert "1 of 40 controls" in page.inner_text("#count")


def test_what_is_filtered_stands_in_the_address(chromium: Browser, page: Page, address: str) -> None:
    page.select_option("[name=v]", "fail")
    page.fill("[name=t]", "net-02")
    wanted = f"{address}#~v=fail&t=net-02"
    _stands_at(page, wanted)
    again = chromium.new_page()
    again.goto(wanted)
    assert again.input_value("[name=v]") == "fail"
    assert _seen(again, ".control") == 1
    again.click("button[type=reset]")
    again.wait_for_function("document.querySelectorAll('.off').length === 0")
    _stands_at(again, address)
    again.close()


def test_a_card_shows_its_environment_alone(page: Page, address: str) -> None:
    page.click("text=Show only prod")
    assert page.input_value("[name=e]") == "2"
    assert _seen(page, "#matrix thead th") == 3
    _stands_at(page, f"{address}#~e=2")


def test_a_command_can_be_copied(page: Page) -> None:
    page.evaluate("navigator.clipboard.writeText = (text) => { window.copied = text; }")
    page.evaluate("window.setTimeout = () => 0")  # or a slow machine looks when the word is "Copy" again
    page.click(".finding .copy >> nth=0")
    assert page.evaluate("window.copied") == page.inner_text(".finding .again-by code >> nth=0")
    assert page.inner_text(".finding .copy >> nth=0").startswith("Copied")


def test_a_cell_of_the_matrix_leads_to_its_control(page: Page, address: str) -> None:
    page.click("#matrix a.v-fail >> nth=0")
    _stands_at(page, f"{address}#control-net-02")
    assert page.locator("#control-net-02").is_visible()


def test_an_incomplete_record_is_the_first_thing_seen(page: Page) -> None:
    box = page.locator(".incomplete h2").bounding_box()
    assert box is not None
    assert box["y"] < 400
    assert "Stowaway" in page.inner_text(".incomplete")


def test_nothing_is_wider_than_a_telephone(chromium: Browser, address: str) -> None:
    opened = chromium.new_page(viewport={"width": 390, "height": 800})
    opened.goto(address)
    width = opened.evaluate("document.documentElement.scrollWidth")
    opened.close()
    assert width <= 390


def _printed(page: Page, folder: Path) -> int:
    """Print the page and count its pages."""
    page.pdf(path=folder / "page.pdf", format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", (folder / "page.pdf").read_bytes()))


def test_findings_that_a_filter_hides_are_printed_all_the_same(page: Page) -> None:
    found = page.locator(".finding").count()
    page.select_option("[name=v]", "waived")
    assert _seen(page, ".finding") < found
    page.emulate_media(media="print")
    assert _seen(page, ".finding") == found
    assert _seen(page, "#matrix tbody tr") == page.locator("#matrix tbody tr").count()
    assert not page.locator("#filters").is_visible()


def test_ten_findings_are_printed_whole_on_at_most_fifteen_pages(chromium: Browser, tmp_path: Path) -> None:
    folder = sample.write(tmp_path / "run", sample.ten())
    (folder / "index.html").write_text(render(load_record(folder)), encoding="utf-8")
    opened = chromium.new_page()
    opened.goto((folder / "index.html").as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    assert opened.locator(".finding").count() == 10
    pages = _printed(opened, tmp_path)
    opened.emulate_media(media="print")
    assert _seen(opened, ".finding .fact") == 10
    visible = "[...document.querySelectorAll('.rows > li')].filter((item) => item.checkVisibility())"
    assert opened.evaluate(f"{visible}.length") == 60  # ten in each of three environments and two tiers
    assert opened.evaluate(f"{visible}.filter((item) => item.querySelector('.v-pass')).length") == 0
    assert "What each pass rests on is left out here: it is in this section of index.html" in opened.inner_text("main")
    opened.close()
    assert 2 <= pages <= 15
