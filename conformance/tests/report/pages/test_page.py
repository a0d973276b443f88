"""report.html in a real browser: read, filtered, searched, linked to, and used by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from conformance.tests.report.runs import EXAMPLE
from conformance.tests.support import ROOT
from reports.__main__ import main

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]

EVIL = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>\u202e\x07"
LINE = {
    "part": "frame", "offset": 0, "size": 1, "start": 0, "shown": EVIL[:32], "field": EVIL, "meaning": EVIL,
    "marked": True, "wrong": [0, 4],
}  # fmt: skip


def evil_run(tmp_path: Path) -> Path:
    """A run whose testee puts markup wherever it has a say."""
    data: dict[str, Any] = json.loads(EXAMPLE.read_bytes())
    data |= {"adapter": "evil", "implementation": {"name": EVIL, "version": EVIL, "language": EVIL}, "faults": [EVIL]}
    for case in data["cases"]:
        if case["failure"]:
            case["detail"] = EVIL
            case["failure"] |= {"got": EVIL, "stderr": EVIL, "dump": {"lines": [LINE], "remarks": [EVIL]}}
            case["failure"]["steps"] = [{"t_ms": 5, "to": "peer", "label": EVIL, "note": EVIL}]
    path = tmp_path / "evil.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    page = folder / "report.html"
    assert main([str(EXAMPLE), str(evil_run(folder)), "--html", str(page)]) == 0
    return page.as_uri()


@pytest.fixture
def page(window: Page, said: list[str], address: str) -> Iterator[Page]:
    """The open page; whatever it says on the console or asks of a network is an error."""
    window.set_viewport_size({"width": 1280, "height": 900})
    window.goto(address)
    yield window
    assert said == [address]


def shown(page: Page) -> int:
    """The number of cases that are left, whether what they are folded in is open or not."""
    return page.locator(".case:not([hidden])").count()


def test_search_and_filters_leave_what_fits(page: Page) -> None:
    whole = shown(page)
    assert whole == 8
    page.fill("#search", "crc-last-bit")
    assert shown(page) == 2
    assert page.inner_text("#shown") == "2 of 8"
    page.select_option("[data-filter=run]", "evil")
    assert shown(page) == 1
    assert page.locator("[id='evil-case-frame/decode/crc/crc-last-bit-flipped']").is_visible()
    assert not page.locator("section.causes[data-run=example]").is_visible()
    page.fill("#search", "no such thing")
    assert shown(page) == 0
    assert page.is_visible("#none")
    page.keyboard.press("Escape")
    assert shown(page) == whole
    page.select_option("[data-filter=outcome]", "crash")
    assert shown(page) == 2
    page.select_option("[data-filter=profile]", "frame")
    assert shown(page) == 0


def test_a_number_is_searched_for_as_a_whole(page: Page) -> None:
    page.fill("#search", "hsk-18")
    assert shown(page) == 2
    page.fill("#search", "hsk-1")
    assert shown(page) == 0


def test_the_words_of_a_cause_find_its_cases(page: Page) -> None:
    page.fill("#search", "does not reject CRC_MISMATCH")
    assert shown(page) == 2


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("space-differs")
    assert shown(page) == 2
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    first = page.locator("details.card:visible").first
    assert first.locator("> summary").evaluate("one => one === document.activeElement")
    assert first.get_attribute("open") is not None
    page.keyboard.press("Enter")
    assert first.get_attribute("open") is None
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-run]').dataset.run") == "evil"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.closest('[data-run]').dataset.run") == "example"


def opened(page: Page, anchor: str) -> Locator:
    """The case, after a link to it was followed."""
    page.evaluate("anchor => { location.hash = encodeURI(anchor); }", anchor)
    details = page.locator(f"[id='{anchor}'] > details")
    expect(details).to_have_attribute("open", "")
    expect(page.locator(f"[id='{anchor}'] > details > summary")).to_be_focused()
    return details


def test_a_link_opens_what_its_place_is_folded_in(page: Page) -> None:
    one = opened(page, "example-case-frame/encode/plain/one-slice")
    assert one.locator(".dump mark").inner_text() == "02"
    assert "FRM-1" in one.locator("blockquote").first.inner_text()
    assert [mark.inner_text() for mark in one.locator(".pair mark").all()] == ["1", "2"]
    assert one.locator(".replay pre").inner_text().startswith("resonant-conformance run --impl example ")
    one.locator("blockquote a").first.click()
    expect(page.locator("#clause-FRM-1")).to_be_visible()
    link = page.locator("#clause-FRM-1 th a").evaluate("link => link.href")
    assert link == f"{(ROOT / 'specs' / 'frame.md').as_uri()}#:~:text=FRM-1"
    talk = opened(page, "example-case-handshake/open/space-differs")
    assert talk.locator(".sequence li.there .clock").inner_text() == "0 ms"
    assert talk.locator(".sequence li.back").count() == 1
    talk.locator("[data-copy]").click()
    expect(talk.locator("[data-copy]")).to_have_text(re.compile("Copied|Selected"))  # the clipboard takes its time


def test_a_link_shows_a_case_that_a_filter_had_hidden(page: Page) -> None:
    page.fill("#search", "no such thing")
    assert opened(page, "evil-case-frame/decode/crc/crc-last-bit-flipped").is_visible()
    assert page.input_value("#search") == ""


def test_a_link_to_a_case_that_passed_shows_it(page: Page) -> None:
    page.evaluate("location.hash = 'example-case-frame/decode/counts/no-slices'")
    expect(page.locator("[id='example-case-frame/decode/counts/no-slices']")).to_be_focused()


def test_what_is_printed_has_every_cause(page: Page) -> None:
    closed = page.locator("details.card:not([open])")
    before = closed.count()
    assert before > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert closed.count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert closed.count() == before


def test_links_may_search_and_filter(page: Page) -> None:
    page.evaluate("location.hash = 'q=HSK-18&run=evil'")
    expect(page.locator("#shown")).to_have_text("1 of 8")
    page.evaluate("location.hash = 'run=example&profile=frame'")
    expect(page.locator("#shown")).to_have_text("2 of 8")


def test_what_a_testee_says_is_text(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    expect(page.locator(".case > details")).to_have_count(8)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.title() == "Resonant conformance: example, evil"
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert "<script>document.title" in page.locator("main").inner_text()


def test_all_is_listed_and_one_of_each_cause_shown_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.locator("details.card > summary").first.click()
    assert page.locator("details.card .dump mark").first.inner_text() == "0a0b0c0d"
    page.locator("details.group > summary").first.click()
    assert page.locator(".case:visible").first.inner_text() == "crc-last-bit-flipped FRM-7"
    context.close()
