"""Frames that the peer under test sent, read strictly: by specs/ and the primitives alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from resonant.console import counted
from resonant.describe.registry import registry

from .body import NONCE_BYTES, WrongError, decompressed, opened

_REGISTRY = registry()
ZSTD, XCHACHA = map(_REGISTRY.mask, ("ZSTD", "XCHACHA"))
SYNC = _REGISTRY.types["Sync"]
F16, I8, Q4, SPARSE = (_REGISTRY.dtypes[name].value for name in ("F16", "I8", "Q4", "SparseCoo"))
_FIXED = struct.Struct("<BBHIQQ")
_TRAILER = struct.Struct("<IB")
_MIN, _MAX, _MAX_PLAIN = map(_REGISTRY.limit, ("min_frame_bytes", "max_frame_bytes", "max_plain_bytes"))
_TYPES = frozenset(_REGISTRY.types.values())
_MODALITIES = frozenset(modality.value for modality in _REGISTRY.modalities.values())
_FLAGS = sum(map(_REGISTRY.mask, _REGISTRY.flags))
PAYLOAD_BYTES: Mapping[int, Callable[[int], int]] = {F16: lambda n: 2 * n, I8: lambda n: n, Q4: lambda n: (n + 1) // 2}
"""dtype -> how many bytes so many elements take (FRM-17 to FRM-19)."""


class UnreadableError(Exception):
    """Bytes that are no frame a receiver would take; the text cites the clause."""


@dataclass(frozen=True, slots=True)
class WireSlice:
    """One slice of the plain body."""

    dtype: int
    dims: tuple[int, ...]
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WireFrame:
    """A valid frame. nonce: its first bytes where it is sealed."""

    type: int
    flags: int
    stream_id: int
    frame_seq: int
    space_hash32: int
    modality: int
    slices: tuple[WireSlice, ...]
    nonce: bytes | None = None

    def header(self) -> dict[str, Any]:
        """The fields of specs/ops/fields.json but for the slices."""
        return {
            "type": self.type,
            "flags": self.flags,
            "stream_id": self.stream_id,
            "frame_seq": str(self.frame_seq),
            "space_hash32": self.space_hash32,
            "modality": self.modality,
        }

    def content(self) -> list[dict[str, Any]]:
        """The slices, as they are there."""
        return [{"dtype": s.dtype, "dims": list(s.dims), "payload": s.payload.hex()} for s in self.slices]

    def fields(self) -> Mapping[str, Any]:
        """The frame as in specs/ops/fields.json."""
        return {**self.header(), "slices": self.content()}


def read_frame(datagram: bytes, key: bytes | None = None) -> WireFrame:
    """Read one frame of any transport. key: 32 bytes, for sealed frames. Raises UnreadableError and nothing else."""
    if not _MIN <= len(datagram) <= _MAX:
        raise UnreadableError(f"it has {counted(len(datagram), 'byte', ',')} (FRM-25, FRM-26)")
    version, kind, flags, stream_id, frame_seq, count = _FIXED.unpack_from(datagram)
    computed = struct.pack("<I", zlib.crc32(datagram[:-4]))
    if version != 1:
        raise UnreadableError(f"version is {version} (FRM-2)")
    if datagram[-4:] != computed:
        raise UnreadableError(f"crc32 is {datagram[-4:].hex()}, not {computed.hex()} (FRM-24)")
    if kind not in _TYPES:
        raise UnreadableError(f"type is {kind} (FRM-3)")
    if flags & ~_FLAGS:
        raise UnreadableError(f"flags are 0x{flags:04x} (FRM-39)")
    if _MIN + 4 * count > len(datagram):
        raise UnreadableError(f"num_slices is {count:,} (FRM-8)")
    lengths = struct.unpack_from(f"<{count}I", datagram, _FIXED.size)
    space_hash32, modality = _TRAILER.unpack_from(datagram, _FIXED.size + 4 * count)
    if modality not in _MODALITIES:
        raise UnreadableError(f"modality is {modality} (FRM-11)")
    _need(_MIN + 10 * count + sum(lengths) <= _MAX_PLAIN, "its slices are too long together (FRM-27)")
    end = _FIXED.size + 4 * count + _TRAILER.size
    header, body = datagram[:end], datagram[end:-4]
    nonce = body[:NONCE_BYTES] if flags & XCHACHA else None
    plain = _plain(header, body, flags, key)
    _need(_MIN + 4 * count + len(plain) <= _MAX_PLAIN, "its plain size is too large (ZST-4)")
    return WireFrame(kind, flags, stream_id, frame_seq, space_hash32, modality, _slices(plain, lengths), nonce)


def _plain(header: bytes, body: bytes, flags: int, key: bytes | None) -> bytes:
    try:
        if flags & XCHACHA:
            _need(key is not None, "it is sealed, and there is no key (XCH-4)")
            assert key is not None
            body = opened(body, header, key)
        return decompressed(body) if flags & ZSTD else body
    except WrongError as wrong:
        raise UnreadableError(wrong.summary) from None


def _slices(plain: bytes, lengths: tuple[int, ...]) -> tuple[WireSlice, ...]:
    found, at = [], 0
    for index, length in enumerate(lengths):
        if at + 2 > len(plain):
            raise UnreadableError(f"the plain body ends in slice {index} (FRM-21)")
        dtype, rank = plain[at], plain[at + 1]
        if dtype not in PAYLOAD_BYTES and dtype != SPARSE:
            raise UnreadableError(f"slice {index} has dtype {dtype} (FRM-14)")
        if rank == 0:
            raise UnreadableError(f"slice {index} has rank 0 (FRM-15)")
        start = at + 2 + 4 * rank
        if start + length > len(plain):
            raise UnreadableError(f"the plain body ends in slice {index} (FRM-21)")
        dims = struct.unpack_from(f"<{rank}I", plain, at + 2)
        if not _fits(dtype, prod(dims), length):
            raise UnreadableError(f"slice {index} has {counted(length, 'byte')} (FRM-17 to FRM-20)")
        at = start + length
        found.append(WireSlice(dtype, dims, plain[start:at]))
    if at != len(plain):
        raise UnreadableError(f"{counted(len(plain) - at, 'byte')} after the last slice (FRM-22)")
    return tuple(found)


def _fits(dtype: int, elements: int, length: int) -> bool:
    if dtype == SPARSE:
        return length % 2 == 0 and length <= 2 * elements
    return length == PAYLOAD_BYTES[dtype](elements)


def _need(holds: bool, text: str) -> None:
    if not holds:
        raise UnreadableError(text)
