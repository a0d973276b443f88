"""The values of the wire as types, and the limits of specs/frame.md. Data only: nothing here reads or writes bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

VERSION = 1
MIN_FRAME_BYTES = 33  # header with N = 0, and the CRC
MAX_FRAME_BYTES = 65_536  # FRM-26; also the limit of the plain size, FRM-27 and FRM-34
MAX_DATAGRAM_BYTES = 65_507  # FRM-28
MAX_RANK = 255


class MessageType(IntEnum):
    """The `type` field (FRM-3)."""

    THINK = 0
    CACHE = 1
    ASK = 2
    SYNC = 3
    CRITIQUE = 4


class Flags(IntFlag):
    """The `flags` field (FRM-4)."""

    NONE = 0
    ZSTD = 1
    XCHACHA = 2
    STRONG_TAIL = 4

    def __and__(self, other: int) -> Flags:
        """As any IntFlag, in half its time: every frame is asked for its flags several times."""
        bits = int.__and__(self, other)
        return _FLAGS[bits] if 0 <= bits < len(_FLAGS) else Flags(bits)


ALL_FLAGS = 0b111
_FLAGS = tuple(map(Flags, range(ALL_FLAGS + 1)))


class DType(IntEnum):
    """The `dtype` of a slice (FRM-14)."""

    F16 = 0x01
    I8 = 0x02
    Q4 = 0x03
    SPARSE_COO = 0x10


class Modality(IntEnum):
    """The `modality` field (FRM-11)."""

    TEXT = 0
    IMAGE = 1
    AUDIO = 2
    GRAPH = 3
    MIXED = 4


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of the plain body.

    dtype: a DType. dims: 1 to 255 sizes, each 0 to 2**32 - 1. payload: the elements' bytes as on the wire,
    little-endian; how many follows from dtype and dims (FRM-17 to FRM-20). Nothing is checked before `encode`.
    """

    dtype: DType | int
    dims: tuple[int, ...]
    payload: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """A V-Frame as data; field names are those of specs/frame.md.

    What follows from these fields (version, num_slices, slice_len, crc32) is not stored. A frame that `decode` returns
    is valid; one built by hand is checked by `encode`. space_hash32 of 0 means that no embedding space is named.
    """

    type: MessageType | int
    flags: Flags | int
    stream_id: int
    frame_seq: int
    space_hash32: int
    modality: Modality | int
    slices: tuple[Slice, ...] = ()
