"""A second writer of frames, straight from specs/frame.md: every field can be wrong, the CRC is right unless given.

It shares no code with the reference's encoder. Where both can write a frame, the generator asserts that they agree.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

ZSTD, XCHACHA, STRONG_TAIL = 1, 2, 4
F16, I8, Q4, SPARSE = 0x01, 0x02, 0x03, 0x10

TEST_KEY = bytes(range(32))  # a test key: published here, never to be used for anything else
TEST_SALT = bytes(range(0x40, 0x50))


@dataclass(frozen=True, slots=True)
class Raw:
    """A frame before it is bytes, by default a valid HEART. num_slices and crc override what would follow."""

    version: int = 1
    type: int = 0
    flags: int = 0
    stream_id: int = 0x1234
    frame_seq: int = 1
    slice_len: tuple[int, ...] = ()
    num_slices: int | None = None
    space_hash32: int = 0
    modality: int = 0
    body: bytes = b""
    crc: int | None = None

    def header(self) -> bytes:
        """The 29 + 4N bytes before the body."""
        count = len(self.slice_len) if self.num_slices is None else self.num_slices
        fixed = struct.pack("<BBHIQQ", self.version, self.type, self.flags, self.stream_id, self.frame_seq, count)
        table = b"".join(struct.pack("<I", length) for length in self.slice_len)
        return fixed + table + struct.pack("<IB", self.space_hash32, self.modality)

    def frame(self) -> bytes:
        """The frame's bytes."""
        return close(self.header() + self.body, self.crc)

    def sealed(self, *, nonce: bytes | None = None, key: bytes = TEST_KEY) -> Raw:
        """The same frame with XCHACHA set and its body sealed."""
        frame = replace(self, flags=self.flags | XCHACHA)
        return replace(frame, body=seal_body(frame.header(), self.body, nonce or nonce_of(self.frame_seq), key))


def seal_body(header: bytes, body: bytes, nonce: bytes, key: bytes = TEST_KEY) -> bytes:
    """nonce ‖ ciphertext ‖ tag (XCH-2, XCH-3)."""
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(body, header, nonce, key)


def nonce_of(frame_seq: int) -> bytes:
    """The nonce of the test sender (XCH-10)."""
    return TEST_SALT + struct.pack("<Q", frame_seq)


def close(data: bytes, crc: int | None = None) -> bytes:
    """Append the CRC to everything before it."""
    return data + struct.pack("<I", zlib.crc32(data) if crc is None else crc)


def reclose(frame: bytes) -> bytes:
    """The frame with its last four bytes replaced by the right CRC."""
    return close(frame[:-4])


def raw_slice(dtype: int, dims: Sequence[int], payload: bytes, *, rank: int | None = None) -> bytes:
    """One slice of the plain body; rank overrides the number of dims."""
    shape = b"".join(struct.pack("<I", dim) for dim in dims)
    return bytes([dtype, len(dims) if rank is None else rank]) + shape + payload


def one_slice(dtype: int, dims: Sequence[int], payload: bytes, **fields: int) -> Raw:
    """A frame with one slice whose table entry is the payload's true length."""
    return Raw(slice_len=(len(payload),), body=raw_slice(dtype, dims, payload), **fields)


def ramp(count: int, start: int = 1) -> bytes:
    """`count` bytes that differ from their neighbours, so that a swap or shift shows."""
    return bytes((start + 7 * i) % 251 for i in range(count))
