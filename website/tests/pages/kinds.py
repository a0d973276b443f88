"""A page of every kind that the site has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

KINDS = (
    "index.html",
    "start/index.html",
    "start/implementers.html",
    "start/failure.html",
    "start/repair.html",
    "guides/suite.html",
    "spec/1.0/index.html",
    "spec/1.0/frame.html#FRM-24",
    "spec/1.0/stream.html",
    "spec/1.0/limits.html",
    "spec/1.0/sync.html",
    "matrix/index.html",
    "matrix/clauses.html",
    "vectors/index.html",
    "vectors/index.html#q=crc",
    "vectors/frame/decode/crc.html#crc-zero",
    "vectors/xchacha/open/changed.html",
    "vectors/quant/quantize/blocks.html",
    "vectors/stream/plain/lost.html#server-data-1",
    "playground/index.html#hex=0103000000000000010000000000000000000000000000000000000000bb9857f5",
    "downloads/index.html",
)


def pages_of(site: Path, *, step: int = 1) -> Iterator[str]:
    """One page of each kind, or with PAGES=all in the environment every page.

    step: of groups of vectors, which are alike, one in so many is enough.
    """
    if os.environ.get("PAGES") == "all":
        groups = sorted(site.glob("vectors/*/**/*.html"))
        alike = set(groups) - set(groups[::step])
        yield from (path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html")) if path not in alike)
        return
    yield from (path for path in KINDS if (site / path.partition("#")[0]).is_file())
    yield from (path.relative_to(site).as_posix() for path in sorted(site.glob("matrix/*/index.html"))[:1])
