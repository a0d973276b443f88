"""Your implementation, as the testee calls it: fill in the four functions of the profile frame.

Requests are checked before they come here. Return the result, or refuse the input by one of REFUSALS; any other
exception is a crash, and the run says so. For more than frame write further functions: README.md has their arguments.
"""

from __future__ import annotations

from testee_kit import Codes, Fields, UnsupportedError

NAME, VERSION = "@NAME@", "0.1"
PROFILES = ("frame",)

REFUSALS: Codes = {}
"""The exceptions by which your library refuses an input -> the reject code (specs/README.md), or what finds it in the
exception, or "REJECTED" where it names none: {mine.CrcError: "CRC_MISMATCH", mine.Error: lambda error: error.code}."""


def decode(frame: bytes, key: bytes | None = None) -> Fields:
    """A frame to its fields: Fields(type, flags, stream_id, frame_seq, space_hash32, modality, slices)."""
    raise UnsupportedError("decode")  # slices: a list of Slice(dtype, dims, payload)


def encode(fields: Fields, key: bytes | None = None, nonce: bytes | None = None, level: int | None = None) -> bytes:
    """Fields to a frame. They may be wrong on purpose: what your library would refuse is to be refused."""
    raise UnsupportedError("encode")


def space_hash(space_id: str, arch: str, data_sig: str) -> int:
    """The space_hash32 of an embedding space."""
    raise UnsupportedError("space_hash")


def tail_hash(data: bytes) -> int:
    """The strong tail hash: XXH3, 64 bits, seed 0."""
    raise UnsupportedError("tail_hash")
