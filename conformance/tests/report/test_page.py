"""report.html in a real browser: read, filtered, searched, by keyboard, on a phone and in the dark."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conformance.tests.support import ROOT
from reports.__main__ import main

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).with_name("example_run.json")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EVIL = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>\u202e\x07"
LINE = {
    "part": "frame", "offset": 0, "size": 1, "start": 0, "shown": EVIL[:32], "field": EVIL, "meaning": EVIL,
    "marked": True, "wrong": [0, 4],
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine to open the report in")
    # Tests run as root in containers, where Chromium has no sandbox; it opens nothing but our own file.
    options: dict[str, Any] = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as one:
        yield one


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
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The open page; whatever it says on the console or asks of a network is an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    one = context.new_page()
    one.on("console", lambda message: said.append(message.text))
    one.on("pageerror", lambda error: said.append(str(error)))
    one.on("request", lambda request: said.append(request.url) if request.url != address else None)
    one.goto(address)
    yield one
    assert said == []
    context.close()


def shown(page: Page) -> int:
    return page.locator(".failure:visible").count()


def test_search_and_filters_leave_what_fits(page: Page) -> None:
    whole = shown(page)
    assert whole == 8
    page.fill("#search", "crc-last-bit")
    assert shown(page) == 2
    assert page.inner_text("#shown") == "2 of 8"
    page.select_option("[data-filter=run]", "evil")
    assert shown(page) == 1
    page.fill("#search", "no such thing")
    assert shown(page) == 0
    assert page.is_visible("#none")
    page.keyboard.press("Escape")
    assert shown(page) == whole
    page.select_option("[data-filter=outcome]", "crash")
    assert {page.locator(".failure:visible").nth(n).get_attribute("data-outcome") for n in range(shown(page))} == {
        "crash"
    }
    page.select_option("[data-filter=profile]", "frame")
    assert shown(page) == 0


def test_a_number_is_searched_for_as_a_whole(page: Page) -> None:
    page.fill("#search", "hsk-18")
    assert shown(page) == 2
    page.fill("#search", "hsk-1")
    assert shown(page) == 0


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("handshake")
    assert shown(page) == 2
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    first = page.locator(".failure:visible").first
    assert first.get_attribute("open") is not None
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.failure').dataset.run") == "evil"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.closest('.failure').dataset.run") == "example"


def test_a_failure_shows_clause_values_marked_byte_dialogue_and_replay(page: Page) -> None:
    one = page.locator(".failure", has_text="frame/encode/plain/one-slice").first
    one.locator("summary").click()
    assert one.locator(".dump mark").inner_text() == "02"
    assert "FRM-1" in one.locator("blockquote").first.inner_text()
    link = one.locator("blockquote a").first.evaluate("link => link.href")
    assert link == f"{(ROOT / 'specs' / 'frame.md').as_uri()}#:~:text=FRM-1"
    assert "0100" in one.locator(".pair").inner_text()
    assert one.locator(".replay pre").inner_text().startswith("resonant-conformance run --impl example ")
    talk = page.locator(".failure", has_text="handshake/open/space-differs").first
    talk.locator("summary").click()
    assert talk.locator(".dialogue li.testee .time").inner_text() == "0 ms"
    assert talk.locator(".dialogue li.peer").count() == 1
    talk.locator("[data-copy]").click()
    expect(talk.locator("[data-copy]")).to_have_text(re.compile("Copied|Selected"))  # the clipboard takes its time


def test_what_a_testee_says_is_text(page: Page) -> None:
    for one in page.locator(".failure").all():
        one.locator("summary").click()
    assert page.title() == "Resonant conformance: example, evil"
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert "<script>document.title" in page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_phones_and_desks_in_light_and_dark(browser: Browser, address: str, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(13, 17, 23)")
    context.close()
