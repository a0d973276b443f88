"""The site that `make site` made, and a browser to open it in."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from website.places import HERE, ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 760}
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def site() -> Path:
    folder = ROOT / os.environ.get("SITE", "dist/site")
    if not (folder / "index.html").is_file():
        pytest.fail(f"{folder} has no site; `make site` makes it")
    return folder


@pytest.fixture(scope="session")
def axe() -> str:
    return (HERE / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("there is no Chromium on this machine to open the site in")
    # Tests run as root in containers, where Chromium has no sandbox; it opens nothing but our own files.
    options: dict[str, Any] = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as one:
        yield one


class Opener:
    """Opens pages of the site in windows, and keeps what they complain about and what they ask for."""

    def __init__(self, browser: Browser, root: str) -> None:
        self.browser, self.root = browser, root
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.contexts: list[BrowserContext] = []

    def window(self, *, narrow: bool = False, dark: bool = False, **more: Any) -> Page:
        scheme: Any = "dark" if dark else "light"
        size: Any = NARROW if narrow else WIDE
        context = self.browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", **more)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._said(page.url, said))
        page.on("request", lambda request: self.asked.append(request.url))
        return page

    def _said(self, url: str, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(f"{url}: {said.text}")

    def go(self, page: Page, path: str) -> Page:
        page.goto(self.root + path, wait_until="load")
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def opener(browser: Browser, site: Path) -> Iterator[Opener]:
    """Pages opened from a disk; what they complain about fails the test, and so does whatever they ask of a network."""
    one = Opener(browser, f"{site.resolve().as_uri()}/")
    yield one
    one.close()
    assert one.complaints == []
    assert [url for url in one.asked if not url.startswith(one.root) and not url.startswith("data:")] == []


@pytest.fixture
def served(browser: Browser, site: Path, tmp_path: Path) -> Iterator[Opener]:
    """The same over HTTP, below a path."""
    (tmp_path / "below").mkdir()
    (tmp_path / "below/here").symlink_to(site.resolve(), target_is_directory=True)
    handler = partial(_Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        one = Opener(browser, f"http://127.0.0.1:{server.server_port}/below/here/")
        yield one
        one.close()
        server.shutdown()
        thread.join()
    assert one.complaints == []
    assert [url for url in one.asked if not url.startswith(one.root) and not url.startswith("data:")] == []


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
