"""A browser for the tests of pages, which they share, and a window for those of a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """It ends with the last test in this folder: as long as it is open, no other test can run a loop of asyncio."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine to open the report in")
    # Tests run as root in containers, where Chromium has no sandbox; it opens nothing but our own file.
    options: dict[str, Any] = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as one:
        yield one


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """A window for page after page: a new one is a process of its own, which takes longer than most tests."""
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture
def said(window: Page) -> Iterator[list[str]]:
    """Whatever is asked for, the page's own address first, and what the page says on the console or as an error."""
    heard: list[str] = []
    listeners: Mapping[Any, Any] = {
        "console": lambda message: heard.append(message.text),
        "pageerror": lambda error: heard.append(str(error)),
        "request": lambda request: heard.append(request.url),
    }
    for event, listener in listeners.items():
        window.on(event, listener)
    yield heard
    window.goto("about:blank")  # a page that is left says no more, and keeps no place of the next one
    for event, listener in listeners.items():
        window.remove_listener(event, listener)
