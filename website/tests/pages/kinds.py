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
    "spec/1.0/handshake.html",
    "spec/1.0/limits.html",
    "spec/1.0/ops.html",
    "matrix/index.html",
    "matrix/clauses.html",
    "vectors/index.html",
    "vectors/index.html#q=crc",
    "vectors/frame/decode/crc.html#crc-zero",
    "vectors/xchacha/decode/product-zstd.html",
    "vectors/quant/quantize/blocks.html",
    "vectors/stream/plain/lost.html#server-data-1",
    "playground/index.html#hex=0103000000000000010000000000000000000000000000000000000000bb9857f5",
    "downloads/index.html",
)


def pages_of(site: Path) -> Iterator[str]:
    """One page of each kind, or with PAGES=all in the environment every page."""
    if os.environ.get("PAGES") == "all":
        yield from (path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html")))
        return
    yield from (path for path in KINDS if (site / path.partition("#")[0]).is_file())
    yield from (path.relative_to(site).as_posix() for path in sorted(site.glob("matrix/*/index.html"))[:1])
