"""Inputs of the profile rs: shards of small and large codes, with losses and with faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..inputs import Draw, Input, Kind

_SIZES = (0, 1, 2, 3, 8, 15, 16, 17, 31, 32, 33, 64, 65)
_OUT = (0, 129, 160, 255, 256, 257, 2**16 + 1, 2**32 - 1)


def _counts(draw: Draw) -> tuple[int, int]:
    k = draw.choice((1, 2, 3, 4, 5, 6, 8, draw.randrange(1, 40), draw.randrange(1, 129)))
    return k, draw.choice((1, 2, 3, 4, 8, draw.randrange(1, 33)))


def _shard(draw: Draw, size: int) -> str:
    return draw.choice(
        (draw.randbytes(size), draw.randbytes(size), bytes(size), bytes([draw.randrange(256)]) * size)
    ).hex()


def _spoiled(draw: Draw, given: dict[str, Any]) -> None:
    """A fault, seldom two."""
    shards = given["shards"]
    for _ in range(draw.choice((1, 1, 1, 2))):
        match draw.randrange(4):
            case 0:
                given[draw.choice(("k", "r"))] = draw.choice((*_OUT, 33))
            case 1:
                shards.append(draw.choice(shards) if shards else "")
            case 2 if shards:
                shards.pop(draw.randrange(len(shards)))
            case _ if shards:
                at = draw.randrange(len(shards))
                shards[at] = draw.choice(((shards[at] or "") + "00", "", (shards[at] or "00")[2:]))


def encoded(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Data shards, some with a fault."""
    for _ in range(count):
        k, r = _counts(draw)
        size = draw.choice(_SIZES) if k * r < 200 else draw.randrange(4)
        given: dict[str, Any] = {"k": k, "r": r, "shards": [_shard(draw, size) for _ in range(k)]}
        if not draw.randrange(5):
            _spoiled(draw, given)
        yield Input("rs_encode", given)


def decoded(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Shards that mostly agree with no code, some of them lost, seldom too many; some with a fault."""
    for _ in range(count):
        k, r = _counts(draw)
        size = draw.choice(_SIZES) if k * r < 200 else draw.randrange(4)
        shards: list[str | None] = [_shard(draw, size) for _ in range(k + r)]
        lost = draw.choice((r, r, draw.randrange(r + 1), min(k + r, r + 1)))
        for at in draw.sample(range(k + r), lost):
            shards[at] = None
        given: dict[str, Any] = {"k": k, "r": r, "shards": shards}
        if not draw.randrange(5):
            _spoiled(draw, given)
        yield Input("rs_decode", given)


KINDS = (Kind("rs/encode", encoded, 100), Kind("rs/decode", decoded, 150))
