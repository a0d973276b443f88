"""The looks of pages in a browser: five kinds of report, and a campaign, on phones and desks, in light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from conformance.tests.report.runs import kinds
from reports.__main__ import main
from reports.campaign import render

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]

KINDS = ("green", "one fault", "weak", "crashes", "several")
ALIKE = pytest.mark.nightly(
    "of several runs, one is weak: test_it_fits_phones_and_desks_and_can_be_read_in_light_and_dark"
)
EACH = [pytest.param(kind, marks=() if kind in ("green", "several") else ALIKE) for kind in KINDS]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A page of each kind."""
    folder = tmp_path_factory.mktemp("kinds")
    for kind, files in kinds(folder).items():
        assert main([*map(str, files), "--html", str(folder / f"{kind}.html")]) == 0
    return {kind: (folder / f"{kind}.html").as_uri() for kind in KINDS}


OPEN_A_FEW = """async () => {
  for (const kind of ["card", "run", "family", "passed", "profile", "group"]) {
    for (const one of [...document.querySelectorAll(`details.${kind}`)].slice(0, 12)) one.open = true;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const one of [...document.querySelectorAll(".case > details")].slice(0, 12)) one.open = true;
}"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
  && (one.getBoundingClientRect().right > innerWidth + 1 || (one.matches("table") && one.scrollWidth > innerWidth)))
  .filter((one) => !one.closest(".hidden, .skip, pre")).map((one) => one.outerHTML.slice(0, 90))"""
CONTRAST = """() => {
  const part = (one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number).map(part);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (one) => {
    const colour = getComputedStyle(one).backgroundColor;
    return colour !== "rgba(0, 0, 0, 0)" || !one.parentElement ? colour : ground(one.parentElement);
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !one.checkVisibility() || one.closest(".hidden, script")) continue;
    const two = [light(getComputedStyle(one).color), light(ground(one))].sort((a, b) => b - a);
    const ratio = (two[0] + 0.05) / (two[1] + 0.05);
    if (ratio < 4.5) found[`${one.tagName}.${one.className}`] = ratio;
  }
  return found;
}"""


OUT_OF_VIEW = """() => [...document.querySelectorAll(".dump b")].filter((one) => one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().left < 0 || one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML)"""


GROUNDS: Mapping[Any, str] = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}


@pytest.mark.parametrize("kind", EACH)
def test_it_fits_phones_and_desks_and_can_be_read_in_light_and_dark(
    browser: Browser, pages: Mapping[str, str], kind: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    for width in (360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(pages[kind])
        page.evaluate(OPEN_A_FEW)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate(OUT_OF_VIEW) == []
    for scheme, ground in GROUNDS.items():
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        assert page.evaluate(CONTRAST) == {}
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    context.close()


FINDING: Mapping[str, Any] = {
    "id": "decode-1234", "op": "decode", "profile": "frame", "clause": "FRM-5", "field": "stream_id",
    "outcomes": {"reference": "ok", "a-name-" * 9: "ok, differs"}, "expected": "ok {}", "got": {"mine": "ok {}"},
    "requests": [{"op": "decode", "input": {"frame": "00" * 90}}], "times": 3, "kind": "frame/bytes",
    "first": {"batch": 1, "index": 2}, "replay": "resonant-conformance campaign --replay decode-1234",
    "bytes": {"first": 9, "now": 4}, "confirmed": {"times": 3, "of": 3},
}  # fmt: skip
CAMPAIGN: Mapping[str, Any] = {
    "implementations": [{"name": "reference", "version": "0.1.0"}, {"name": "mine", "version": "2"}], "exit_status": 1,
    "spec": "1.0", "suite": "0.1.0", "seed": 1, "faults": [], "more_findings": 0, "cost": [],
    "inputs": {"made": 9, "planned": 9, "compared": 9},
    "profiles": {"frame": {"seen": ["A"], "unseen": ["B"], "thin": True}},
    "findings": [FINDING, {**FINDING, "id": "encode-5678", "op": "encode", "clause": "FRM-32"}],
}  # fmt: skip


def test_the_page_of_a_campaign_has_the_same_manners(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "campaign.html"
    file.write_text(render(CAMPAIGN), "utf-8")
    page = browser.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    for width in (360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(CONTRAST) == {}
    page.fill("#search", "frm-3")
    assert page.inner_text("#shown") == "0 of 2"
    page.fill("#search", "frm-32")
    assert page.inner_text("#shown") == "1 of 2"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.parentElement.id") == "encode-5678"
    assert said == []
    page.close()


def test_any_of_hundreds_of_failures_is_found_and_linked_to(browser: Browser, pages: Mapping[str, str]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{pages['weak']}#case-frame/decode/a-group-of-cases-5/the-stream-599")
    case = page.locator("[id='case-frame/decode/a-group-of-cases-5/the-stream-599']")
    expect(case.locator("> details")).to_have_attribute("open", "")
    assert "got 65879" in case.locator("summary").inner_text()
    assert case.locator(".dump mark").inner_text() == "ff"
    page.fill("#search", "the-stream-59")
    expect(page.locator("#shown")).to_have_text("1 of 600")
    assert page.locator("[id='case-frame/decode/a-group-of-cases-0/the-stream-59']").is_visible()
    context.close()
