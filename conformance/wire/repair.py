"""Repair datagrams without the reference: specs/fec.md section 1, with the code of specs/reed-solomon.md."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import cache, reduce
from operator import xor

from resonant.console import counted

_HEAD = struct.Struct("<4sIQBBBB")
_CRC_BYTES = 4
MAGIC = b"RSF1"
_POLYNOMIAL, _FIELD = 0x11D, 1 << 8


def repair_datagrams(stream_id: int, base: int, r: int, step: int, frames: Sequence[bytes]) -> list[bytes]:
    """The r repair datagrams of a group, in ascending order of index (FEC-1). Nothing that is given is checked."""
    k, size = len(frames), 2 + max(map(len, frames))
    symbols = [(struct.pack("<H", len(frame)) + frame).ljust(size, b"\0") for frame in frames]
    bodies = [
        _HEAD.pack(MAGIC, stream_id, base, k, r, index, step) + parity
        for index, parity in enumerate(parities(r, symbols))
    ]
    return [body + struct.pack("<I", zlib.crc32(body)) for body in bodies]


def as_of(datagram: bytes, *, base: int, k: int, r: int, index: int) -> bytes:
    """The repair as if it were of another group, with the checksum of what it says then."""
    magic, stream_id, *_, step = _HEAD.unpack_from(datagram)
    head = _HEAD.pack(magic, stream_id, base, k, r, index, step)
    crc = zlib.crc32(datagram[_HEAD.size : -_CRC_BYTES], zlib.crc32(head))
    return head + datagram[_HEAD.size : -_CRC_BYTES] + struct.pack("<I", crc)


def parities(r: int, shards: Sequence[bytes]) -> list[bytes]:
    """The r parity shards of data shards of equal length (RSC-3)."""
    return [_parity(len(shards) + index, shards) for index in range(r)]


def _parity(number: int, shards: Sequence[bytes]) -> bytes:
    products = (shard.translate(_times(_inverse(number ^ j))) for j, shard in enumerate(shards))
    total = reduce(xor, (int.from_bytes(product, "little") for product in products))
    return total.to_bytes(len(shards[0]), "little")


@cache
def _times(factor: int) -> bytes:
    """The products of every element of GF(2^8) with a factor (RSC-1)."""
    return bytes(_product(factor, other) for other in range(_FIELD))


def _product(one: int, other: int) -> int:
    product = 0
    while other:
        product ^= one if other & 1 else 0
        one, other = one << 1, other >> 1
        one ^= _POLYNOMIAL if one & _FIELD else 0
    return product


@cache
def _inverse(element: int) -> int:
    return _times(element).index(1)


def repair_text(datagram: bytes) -> str | None:
    """Repair on one line; None for what does not claim to be repair."""
    if not datagram.startswith(MAGIC):
        return None
    if len(datagram) < _HEAD.size + _CRC_BYTES:
        return f"repair cut off after {counted(len(datagram), 'byte')}"
    _, stream_id, base, k, r, index, step = _HEAD.unpack_from(datagram)
    parity = len(datagram) - _HEAD.size - _CRC_BYTES
    of, size = counted(k, "frame"), counted(parity, "byte", ",")
    return f"repair {index} of {r}, stream {stream_id}, {of} from #{base} by {step}, {size} of parity"
