"""A page of every kind that the site has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

KINDS = (
    "index.html",
    "start/index.html",
    "start/implementers.html",
    "start/failure.html",
    "start/repair.html",
    "guides/suite.html",
    "guides/changelog.html",
    "spec/index.html",
    "spec/1.0/index.html",
    "spec/1.0/frame.html#FRM-24",
    "spec/1.0/stream.html",
    "spec/1.0/limits.html",
    "spec/1.0/sync.html",
    "matrix/index.html",
    "matrix/clauses.html",
    "vectors/index.html",
    "vectors/index.html#q=crc",
    "vectors/index.html#q=nothing+has+this",
    "vectors/frame/decode/crc.html#crc-zero",
    "vectors/xchacha/open/changed.html",
    "vectors/quant/quantize/blocks.html",
    "vectors/stream/plain/lost.html#server-data-1",
    "vectors/quic/connections.html#many",
    "playground/index.html",
    "playground/index.html#hex=0103000000000000010000000000000000000000000000000000000000bb9857f5",
    "downloads/index.html",
)
"""Also as what they become: with a search, a case or a frame behind the #."""
_MAIN = re.compile(r"<main\b[^>]*>")


def pages_of(site: Path, *, step: int = 1) -> Iterator[str]:
    """One page of each kind, or with PAGES=all in the environment every page.

    step: of groups of vectors, which are alike, one in so many is enough.
    """
    if os.environ.get("PAGES") == "all":
        groups = sorted(site.glob("vectors/*/**/*.html"))
        alike = set(groups) - set(groups[::step])
        yield from (path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html")) if path not in alike)
        return
    yield from kinds_of(site)


def kinds_of(site: Path) -> Iterator[str]:
    """One page of each kind, the pages and the report of an implementation among them."""
    yield from (path for path in KINDS if (site / path.partition("#")[0]).is_file())
    for name in ("index", "report"):
        yield from (path.relative_to(site).as_posix() for path in sorted(site.glob(f"matrix/*/{name}.html"))[:1])


def kind_of(site: Path, path: str) -> tuple[str, int, str]:
    """The kind of a page: the folder of its part of the site, how deep it lies, if not among vectors, and its frame."""
    folders = path.partition("#")[0].split("/")
    text = (site / path.partition("#")[0]).read_text("utf-8")
    main = _MAIN.search(text)
    return folders[0], 0 if folders[0] == "vectors" else len(folders), main[0] if main else ""
