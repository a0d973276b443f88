"""All shards of a code as Intel's ISA-L computes them, of which Debian's libisal2 has the library."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterable, Sequence

LIBRARY = ctypes.util.find_library("isal")
TABLE_BYTES = 32
"""For each coefficient."""


def whole(k: int, r: int, shards: Sequence[bytes | None]) -> list[bytes]:
    """The k + r shards: data from the first k that are there, then parity from the data."""
    isal = ctypes.CDLL(str(LIBRARY))
    generator = (ctypes.c_ubyte * ((k + r) * k))()
    isal.gf_gen_cauchy1_matrix(generator, k + r, k)
    there = [number for number, shard in enumerate(shards) if shard is not None][:k]
    used = _bytes(one for number in there for one in generator[number * k : (number + 1) * k])
    inverse = (ctypes.c_ubyte * (k * k))()
    if isal.gf_invert_matrix(used, inverse, k):
        raise ValueError(f"ISA-L finds no inverse for shards {there}")
    data = _encoded(isal, k, inverse, [shards[number] or b"" for number in there])
    computed = [*data, *_encoded(isal, k, _bytes(generator[k * k :]), data)]
    return [own if shard is None else shard for shard, own in zip(shards, computed, strict=True)]


def _bytes(values: Iterable[int]) -> ctypes.Array[ctypes.c_ubyte]:
    listed = list(values)
    return (ctypes.c_ubyte * len(listed))(*listed)


def _encoded(isal: ctypes.CDLL, k: int, wanted: ctypes.Array[ctypes.c_ubyte], data: Sequence[bytes]) -> list[bytes]:
    rows, size = len(wanted) // k, len(data[0])
    tables = (ctypes.c_ubyte * (TABLE_BYTES * k * rows))()
    isal.ec_init_tables(k, rows, wanted, tables)
    sources = [_bytes(shard) for shard in data]
    results = [(ctypes.c_ubyte * size)() for _ in range(rows)]
    pointers = ctypes.POINTER(ctypes.c_ubyte)
    isal.ec_encode_data(
        size,
        k,
        rows,
        tables,
        (pointers * k)(*(ctypes.cast(one, pointers) for one in sources)),
        (pointers * rows)(*(ctypes.cast(one, pointers) for one in results)),
    )
    return [bytes(one) for one in results]
