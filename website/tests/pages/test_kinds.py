"""Each kind of page: on phones and desks, in light and dark, from a disk and below a path of a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from website.tests.pages.conftest import Opener
from website.tests.pages.kinds import kind_of, kinds_of, pages_of

MOST_MS = 1000
TRIES = 4
SETTLED = """() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd"""
WIDTH = "() => document.documentElement.scrollWidth"
SERIOUS = """async () => {
  const options = { resultTypes: ["violations"], preload: false, rules: { region: { enabled: false } } };
  const found = await axe.run(document, options);
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""


def checked(page: Page, axe: str) -> list[str]:
    """The faults that axe calls serious or worse, once the page's own policy lets it in."""
    page.evaluate(axe)
    found: list[str] = page.evaluate(SERIOUS)
    return found


def test_each_is_there_within_a_second_and_fits_a_phone(opener: Opener, site: Path) -> None:
    page, late, wide = opener.window(narrow=True), {}, {}
    for path in pages_of(site):
        if (took := _took(opener, page, path)) > MOST_MS:
            late[path] = took
        if (width := page.evaluate(WIDTH)) > 360:
            wide[path] = width
    assert late == {}
    assert wide == {}


def _took(opener: Opener, page: Page, path: str) -> float:
    """The time until a page is there; the best of a few, as other programs run here as well."""
    took = float("inf")
    for _ in range(TRIES):
        opener.go(page, path)
        took = min(took, page.evaluate(SETTLED))
        if took <= MOST_MS:
            break
        opener.go(page, "start/index.html")
    return took


@pytest.mark.parametrize(("narrow", "dark"), [(False, False), (True, True)], ids=["wide and light", "narrow and dark"])
def test_axe_finds_no_serious_fault(opener: Opener, site: Path, axe: str, *, narrow: bool, dark: bool) -> None:
    page = opener.window(narrow=narrow, dark=dark)
    found: dict[str, Any] = {}
    for path in pages_of(site, step=20):
        opener.go(page, path)
        if faults := checked(page, axe):
            found[path] = faults
    assert found == {}


def test_a_page_below_a_path_of_a_server_is_the_same(served: Opener, site: Path) -> None:
    page = served.window()
    for path in kinds_of(site):
        served.go(page, path)
        assert page.title()
    served.go(page, "vectors/index.html#clause=FRM-24")
    page.locator("#found li").first.wait_for()
    assert page.locator("#found li").count() > 10


def test_each_page_is_of_a_kind_that_is_looked_at(site: Path) -> None:
    known = {kind_of(site, path) for path in kinds_of(site)}
    pages = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    assert [path for path in pages if kind_of(site, path) not in known] == []
