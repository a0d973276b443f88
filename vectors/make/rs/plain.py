"""Reed-Solomon by the definitions of specs/reed-solomon.md, byte by byte, with no thought of speed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import count

POLYNOMIAL = 0x11D
Row = list[int]


@cache
def products_of(a: int) -> tuple[int, ...]:
    """The product of a with each byte (RSC-1): of the polynomials first, then what is left of it by POLYNOMIAL."""
    found = []
    for b in range(256):
        product = 0
        for power in range(8):
            if b >> power & 1:
                product ^= a << power
        for power in range(14, 7, -1):
            if product >> power & 1:
                product ^= POLYNOMIAL << (power - 8)
        found.append(product)
    return tuple(found)


def times(a: int, b: int) -> int:
    """The product of two elements."""
    return products_of(a)[b]


@cache
def inv(a: int) -> int:
    """The element whose product with a is 1."""
    return products_of(a).index(1)


def coefficient(k: int, i: int, j: int) -> int:
    """That of data shard j in parity i (RSC-2)."""
    return inv((k + i) ^ j)


def parity_of(k: int, r: int, data: Sequence[bytes]) -> list[bytes]:
    """RSC-3."""
    return [_sum(k, i, data) for i in range(r)]


def _sum(k: int, i: int, data: Sequence[bytes]) -> bytes:
    total = [0] * len(data[0])
    for j, shard in enumerate(data):
        row = products_of(coefficient(k, i, j))
        total = [one ^ row[byte] for one, byte in zip(total, shard, strict=True)]
    return bytes(total)


def all_shards(k: int, r: int, shards: Sequence[bytes | None]) -> list[bytes]:
    """RSC-7: each shard that is there is an equation for the data; the k of lowest number are solved."""
    used = [number for number, shard in enumerate(shards) if shard is not None][:k]
    rows = [_equation(k, number, shards[number] or b"") for number in used]
    for place in range(k):
        pivot = next(index for index in range(place, k) if rows[index][place])
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = _scaled(rows[place], inv(rows[place][place]))
        for index in range(k):
            if index != place and rows[index][place]:
                rows[index] = _without(rows[index], _scaled(rows[place], rows[index][place]))
    data = [bytes(row[k:]) for row in rows]
    computed = [*data, *parity_of(k, r, data)]
    return [own if shard is None else shard for shard, own in zip(shards, computed, strict=True)]


def _equation(k: int, number: int, shard: bytes) -> Row:
    """The coefficients of the data in a shard, and behind them its bytes."""
    left = [int(j == number) if number < k else coefficient(k, number - k, j) for j in range(k)]
    return [*left, *shard]


def _scaled(row: Row, by: int) -> Row:
    return [products_of(by)[one] for one in row]


def _without(row: Row, other: Row) -> Row:
    return [one ^ two for one, two in zip(row, other, strict=True)]


def drawn(shards: int, size: int, name: str) -> list[bytes]:
    """So many shards of so many bytes, of which each is as good as random and the same in every run."""
    found = b""
    for number in count():
        if len(found) >= shards * size:
            break
        found += sha256(f"{name} {number}".encode()).digest()
    return [found[start * size : (start + 1) * size] for start in range(shards)]
