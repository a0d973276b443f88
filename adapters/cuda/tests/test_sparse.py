from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from itertools import product

import pytest

from adapters.cuda.host import HostBackend

from .model import halves_bytes

DIMS = [(1,), (7,), (3, 5), (2, 1, 4), (0,), (3, 0, 2), (64, 33), (1,) * 254 + (3,)]


@pytest.fixture(params=["host", "emulated"])
def backend(request: pytest.FixtureRequest) -> HostBackend:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, HostBackend)
    return found


def dense_of(dims: tuple[int, ...], share: float) -> list[int]:
    chance = random.Random(repr((dims, share)))
    positions = product(*map(range, dims))
    zeros = (0, 0x8000)
    return [chance.randrange(0x10000) if chance.random() < share else chance.choice(zeros) for _ in positions]


def rows_of(rows: Sequence[tuple[int, ...]]) -> bytes:
    return b"".join(struct.pack(f"<{len(row)}I", *row) for row in rows)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("dims", DIMS, ids=lambda dims: f"{len(dims)}-dims-{dims[0]}-{dims[-1]}")
def test_there_and_back(backend: HostBackend, dims: tuple[int, ...], share: float) -> None:
    dense = dense_of(dims, share)
    kept = [(row, half) for row, half in zip(product(*map(range, dims)), dense, strict=True) if half & 0x7FFF]
    sizes: list[int] = []
    values, index = backend.sparse_encode(dims, halves_bytes(dense), sizes.append)
    assert (values, index) == (halves_bytes([half for _, half in kept]), rows_of([row for row, _ in kept]))
    assert sizes == [len(values) + len(index)]
    back = halves_bytes([half if half & 0x7FFF else 0 for half in dense])  # SPR-8: −0 is not kept
    assert backend.sparse_decode(dims, values, index) == back


@pytest.mark.parametrize("values", [[0x0000], [0x8000], [0x7C00], [0x7E01]])
def test_any_value_is_placed(backend: HostBackend, values: list[int]) -> None:
    assert backend.sparse_decode((2, 2), halves_bytes(values), rows_of([(1, 0)])) == halves_bytes([0, 0, *values, 0])


@pytest.mark.parametrize(
    "rows",
    [
        [(3, 0)],
        [(0, 4)],
        [(0xFFFF_FFFF, 0)],
        [(0, 0xFFFF_FFFF)],
        [(0, 1), (0, 1)],
        [(1, 0), (0, 3)],
        [(0, 0), (0, 2), (0, 1)],
        [(0, 0), (1, 1), (2, 4)],
        *([(n // 4 % 3, n % 4) for n in range(last)] + [(0, 0)] for last in range(1, 12)),
    ],
)
def test_bad_rows(backend: HostBackend, rows: list[tuple[int, int]]) -> None:
    assert backend.sparse_decode((3, 4), halves_bytes([1] * len(rows)), rows_of(rows)) is None


def test_no_coordinate_fits_a_dim_of_zero(backend: HostBackend) -> None:
    assert backend.sparse_decode((0xFFFF_FFFF, 0), b"", b"") == b""
    assert backend.sparse_decode((0xFFFF_FFFF, 0), b"\1\0", rows_of([(5, 0)])) is None
