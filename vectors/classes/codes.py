"""The classes of the ops rs_encode, rs_decode and adapt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import prod
from typing import Any

from .row import Row, around
from .view import View

_MAX_R = 32


def _counts(view: View) -> Iterable[Any]:
    return [(view.given["k"], view.given["r"])]


def _data_count(view: View) -> Iterable[int]:
    return [view.given["k"]]


def _parity_count(view: View) -> Iterable[int]:
    return [view.given["r"]]


def _shard_bytes(view: View) -> Iterable[int]:
    return {len(shard) // 2 for shard in view.given["shards"] if shard is not None}


def _lost(view: View) -> Iterable[Any]:
    """The missing shards of a code up to 6 and 3."""
    given = view.given
    if given["k"] > 6 or given["r"] > 3:
        return []
    missing = tuple(number for number, shard in enumerate(given["shards"]) if shard is None)
    return [(given["k"], given["r"], missing)]


def _missing(view: View) -> Iterable[int]:
    return [sum(shard is None for shard in view.given["shards"])]


def _damaged(view: View) -> Iterable[int]:
    number = view.id.partition("damaged/shard-")[2].partition("-")[0]
    return [int(number)] if number else []


def _losses() -> Iterable[tuple[int, int, tuple[int, ...]]]:
    """All losses that leave k of up to 6 + 3 shards."""
    for k in range(1, 7):
        for r in range(1, 4):
            for pattern in range(1 << (k + r)):
                missing = tuple(number for number in range(k + r) if pattern >> number & 1)
                if len(missing) <= r:
                    yield k, r, missing


def _elements(view: View) -> Iterable[int]:
    return [prod(view.given["dims"])]


def _rank(view: View) -> Iterable[int]:
    return [len(view.given["dims"])]


def _choice(view: View) -> Iterable[Any]:
    return [(view.given["source"], view.result.get("dtype", ""))]


def _sets(view: View) -> Iterable[Any]:
    return [tuple(form for form in _FORMS if form in view.given["allow"])]


_FORMS = ("f16", "sparse", "i8", "q4")
_SETS = [one for size in range(len(_FORMS) + 1) for one in combinations(_FORMS, size)]
_SMALL = tuple((k, r) for k in range(1, 7) for r in range(1, 4))
CODES: Mapping[str, tuple[Row, ...]] = {
    "rs_encode": (
        Row(
            "sizes",
            "bytes of a shard: 0 to 9, around 16 to 256; 1,025",
            _shard_bytes,
            (*range(10), *around(4, 5, 6, 7, 8), 1025),
        ),
        Row(
            "counts",
            "data: 1 to 6, around 8 to 64; 128",
            _data_count,
            (*range(1, 7), *around(3, 4, 5, 6), 127, 128),
            (0, 129, 255),
        ),
        Row("counts", "parity: 1 to 32", _parity_count, range(1, _MAX_R + 1), (0, 33)),
        Row("combinations", "data up to 6 × parity up to 3", _counts, (*_SMALL, (128, 32), (128, 1), (1, 32))),
    ),
    "rs_decode": (
        Row(
            "sizes",
            "bytes of a shard: 0, 1, 3, 4 and around 8 to 128",
            _shard_bytes,
            (0, 1, 3, 4, *around(3, 4, 5, 6, 7)),
        ),
        Row("counts", "missing shards: 0 to 8, 32; one too many", _missing, (0, 1, 2, 3, 8, 32), (2, 3, 4, 33, 160)),
        Row("combinations", "every loss of codes up to 6 and 3", _lost, tuple(_losses())),
        Row("places", "a changed byte in each shard", _damaged, range(7)),
    ),
    "adapt": (
        Row(
            "sizes",
            "elements: 0 to 4, around 8, 16, 32, 64; 1,000",
            _elements,
            (*range(5), 7, 9, *around(4, 5, 6), 1000),
            (3, 32),
        ),
        Row("counts", "ranks: 1, 2, 3, 6, 255", _rank, (1, 2, 3, 6, 255), (1, 2, 255)),
        Row(
            "combinations",
            "source × choice",
            _choice,
            [(source, form) for source in ("f16", "f32", "bf16") for form in ("f16", "i8", "q4")],
        ),
        Row("combinations", "every set of forms", _sets, tuple(_SETS[1:]), ((), ("i8",), ("q4",), ("i8", "q4"))),
    ),
}
