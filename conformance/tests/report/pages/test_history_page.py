"""The page of a history in a real browser: in the dark and on a phone, without a script or anything of a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conformance.tests.report.test_history import ONE, THREE, TWO, write
from reports.__main__ import main

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]


def test_it_fits_every_screen_and_asks_for_nothing(browser: Browser, tmp_path: Path) -> None:
    for number in range(12):
        outcomes = {ONE: "pass", TWO: "fail" if number % 2 else "pass", THREE: "pass", f"frame/{'long-' * 30}x": "fail"}
        write(tmp_path / "runs", f"run-{number}", outcomes, f"2026-03-{number + 1:02}T00:00:00")
    page = tmp_path / "page.html"
    assert main(["--history", str(tmp_path / "runs"), "--html", str(page)]) == 0
    said: list[str] = []
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark")
        one = context.new_page()
        one.on("console", lambda message: said.append(message.text))
        one.on("request", lambda request: said.append(request.url) if request.url != page.as_uri() else None)
        one.goto(page.as_uri())
        assert one.evaluate("document.documentElement.scrollWidth") == width
        assert one.locator(".plot polyline").count() == 2
        assert one.locator(".plot circle").count() == 24
        ground, line = (
            one.evaluate(f"getComputedStyle(document.querySelector('{name}')).{member}")
            for name, member in (("body", "backgroundColor"), (".plot polyline", "stroke"))
        )
        assert (ground, line) == ("rgb(13, 17, 23)", "rgb(121, 184, 255)")
        assert one.is_visible("details[open] .case")
        context.close()
    assert said == []
