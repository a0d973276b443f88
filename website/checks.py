"""Checks of a site as it lies in its folder: where links lead, what pages load, and how large it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

MOST_BYTES = 60 << 20
"""Of a whole site, but for the archives among its downloads, which are as large as they are."""
FIRST_BYTES = 300 * 1024
"""Of the first page, with everything that it loads."""
_LOADS = {("script", "src"), ("img", "src"), ("link", "href"), ("source", "src"), ("iframe", "src")}
_ARCHIVES = {".zip", ".zst"}
_VOID_OF_OTHERS = "report.html"
"""The pages that reports make have a style and a script of their own, by their hash."""


@dataclass(slots=True)
class _Reader(HTMLParser):
    """The ids, links and loads of a page."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    policy: str = ""
    inline: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loads += [given[name] for kind, name in _LOADS if kind == tag and name in given]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []


def read_page(path: Path) -> _Reader:
    """The page, read."""
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    return reader


def faults(site: Path) -> Iterator[str]:
    """The faults of the pages of a site, a line each."""
    pages = {path: read_page(path) for path in sorted(site.rglob("*.html"))}
    place = _places(site)
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        yield from (f"{name}: {one}" for one in _faults_of(path, page, pages, place))
    first, whole = (
        first_bytes(site),
        sum(path.stat().st_size for path in site.rglob("*") if path.is_file() and path.suffix not in _ARCHIVES),
    )
    if first > FIRST_BYTES:
        yield f"index.html: {first:,} bytes with all that it loads, more than {FIRST_BYTES:,}"
    if whole > MOST_BYTES:
        yield f"the site has {whole:,} bytes, more than {MOST_BYTES:,}"


def first_bytes(site: Path) -> int:
    """The bytes of the first page, with everything that it loads."""
    first = site / "index.html"
    return first.stat().st_size + sum((site / one).stat().st_size for one in set(read_page(first).loads))


def _places(site: Path) -> Callable[[Path, str], Path | None]:
    """A finder of the file to which a link in a folder leads, None for none in the site: the pages share most links."""
    root = site.resolve()

    @cache
    def place(folder: Path, target: str) -> Path | None:
        there = (folder / unquote(target)).resolve()
        return there if there.is_file() and root in there.parents else None

    return place


def _faults_of(
    path: Path, page: _Reader, pages: dict[Path, _Reader], place: Callable[[Path, str], Path | None]
) -> Iterator[str]:
    own = path.name != _VOID_OF_OTHERS
    if "default-src 'none'" not in page.policy or "unsafe-inline" in page.policy or "http" in page.policy:
        yield f"its policy is {page.policy or 'missing'}"
    if own and page.inline:
        yield f"has inline {', '.join(page.inline[:3])}"
    for one in page.loads:
        if "://" in one or one.startswith("/") or not (path.parent / unquote(one)).is_file():
            yield f"loads {one}"
    for one in set(page.links):
        if "://" in one:
            continue
        target, _, anchor = one.partition("#")
        there = place(path.parent, target) if target else path
        if one.startswith("/") or there is None:
            yield f"links to {one}"
        elif anchor and own and "=" not in anchor and there in pages and unquote(anchor) not in pages[there].ids:
            yield f"links to {one}, which has no such place"
