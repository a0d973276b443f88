"""Frames by their layout, faults included: what a field says and what is there are two things here.

The same layout is read back from bytes, as far as they are a frame, so that a finding can be made smaller part by part
with its checksums mended.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property

import zstandard
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from ..wire.body import NONCE_BYTES, WrongError, decompressed, opened
from ..wire.build import FIXED, XCHACHA, ZSTD

_TRAILER = struct.Struct("<IB")
_FIXED_BYTES = FIXED.size
_MIN = _FIXED_BYTES + _TRAILER.size + 4
NONCE = bytes(range(0x40, 0x58))
_MOST_SLICES = 16_384  # no frame has room for more


@dataclass(frozen=True)
class RawSlice:
    """A slice; rank and length are what is announced, where that is not what is there."""

    dtype: int
    dims: tuple[int, ...]
    payload: bytes = field(repr=False)
    rank: int | None = None
    length: int | None = None

    @cached_property
    def data(self) -> bytes:
        """Its bytes in the plain body, which all smaller frames that have it as it is share."""
        rank = len(self.dims) if self.rank is None else self.rank
        return struct.pack(f"<BB{len(self.dims)}I", self.dtype, rank, *self.dims) + self.payload


@dataclass(frozen=True, slots=True)
class Layout:
    """A frame in parts."""

    type: int = 0
    flags: int = 0
    stream_id: int = 0x1234
    frame_seq: int = 1
    space_hash32: int = 0
    modality: int = 0
    slices: tuple[RawSlice, ...] = ()
    version: int = 1
    num_slices: int | None = None
    """The number that the header announces, where it is not the number of slices."""
    extra: bytes = field(default=b"", repr=False)
    """The bytes after the last slice in the plain body."""
    packed: bytes | None = field(default=None, repr=False)
    """With ZSTD: what stands in place of the compressed plain body."""
    key: bytes | None = None
    nonce: bytes = NONCE
    crc_xor: int = 0

    def header(self) -> bytes:
        """The bytes up to and including modality."""
        lengths = [len(one.payload) if one.length is None else one.length for one in self.slices]
        count = len(lengths) if self.num_slices is None else self.num_slices
        fixed = FIXED.pack(self.version, self.type, self.flags, self.stream_id, self.frame_seq, count)
        return fixed + struct.pack(f"<{len(lengths)}I", *lengths) + _TRAILER.pack(self.space_hash32, self.modality)

    def plain(self) -> bytes:
        """The plain body."""
        return b"".join([one.data for one in self.slices]) + self.extra

    def unsealed(self) -> bytes:
        """The body before it is sealed."""
        if not self.flags & ZSTD:
            return self.plain()
        return packed(self.plain()) if self.packed is None else self.packed

    def data(self) -> bytes:
        """The frame."""
        header, body = self.header(), self.unsealed()
        if self.flags & XCHACHA and self.key is not None:
            body = self.nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(body, header, self.nonce, self.key)
        whole = header + body
        return whole + struct.pack("<I", zlib.crc32(whole) ^ self.crc_xor)


def packed(plain: bytes, level: int = 3) -> bytes:
    """One Zstandard frame of the permitted form."""
    return zstandard.ZstdCompressor(level=level, write_checksum=False, write_content_size=True).compress(plain)


def read_layout(frame: bytes, key: bytes | None = None) -> Layout | None:
    """The layout whose bytes these are, None where the frame is too broken to be taken apart."""
    if len(frame) < _MIN:
        return None
    version, kind, flags, stream_id, frame_seq, count = FIXED.unpack_from(frame)
    there = count if count <= _MOST_SLICES and _MIN + 4 * count <= len(frame) else 0
    end = _FIXED_BYTES + 4 * there + _TRAILER.size
    lengths = struct.unpack_from(f"<{there}I", frame, _FIXED_BYTES)
    space_hash32, modality = _TRAILER.unpack_from(frame, end - _TRAILER.size)
    crc_xor = zlib.crc32(frame[:-4]) ^ int.from_bytes(frame[-4:], "little")
    bare = Layout(kind, flags, stream_id, frame_seq, space_hash32, modality, version=version, crc_xor=crc_xor)
    try:
        made = _with_body(bare, frame[end:-4], frame[:end], key, lengths)
    except WrongError:
        return None
    if there != count:
        made = replace(made, num_slices=count)
    return made if made.data() == frame else None


def _with_body(bare: Layout, body: bytes, header: bytes, key: bytes | None, lengths: tuple[int, ...]) -> Layout:
    if bare.flags & XCHACHA and key is not None:
        plain = opened(body, header, key)
        bare, body = replace(bare, key=key, nonce=body[:NONCE_BYTES]), plain
    if bare.flags & ZSTD:
        packing = body
        body = decompressed(packing)
        bare = bare if packed(body) == packing else replace(bare, packed=packing)
    found, at = [], 0
    for length in lengths:
        if at + 2 > len(body) or at + 2 + 4 * body[at + 1] > len(body):
            raise WrongError("the table and the body do not agree")
        dims = struct.unpack_from(f"<{body[at + 1]}I", body, at + 2)
        start = at + 2 + 4 * len(dims)
        payload = body[start : start + length]
        found.append(RawSlice(body[at], dims, payload, length=None if len(payload) == length else length))
        at = start + len(payload)
    return replace(bare, slices=tuple(found), extra=body[at:])
