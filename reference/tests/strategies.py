"""Hypothesis strategies: valid frames as values, and frames built by hand and then spoiled at one stage or another."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import zstandard
from hypothesis import settings
from hypothesis import strategies as st
from resonant import DType, Flags, Frame, MessageType, Modality, Slice

from reference.tests.support import KEY, NONCE, XCHACHA, ZSTD, raw_header, raw_slice, raw_zstd, sealed, with_crc

U32 = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2**31, 2**32 - 1]))
U64 = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**32, 2**63, 2**64 - 1]))
PER_TEST = 100
"""Hypothesis's own number of examples, by which those of a profile are counted."""
BYTES_PER_ELEMENT: dict[DType, Callable[[int], int]] = {
    DType.F16: lambda n: 2 * n,
    DType.I8: lambda n: n,
    DType.Q4: lambda n: (n + 1) // 2,
}


def examples(count: int) -> settings:
    """So many generated examples for each 100 that the profile has (conftest.py)."""
    return settings(max_examples=count * settings().max_examples // PER_TEST)


@st.composite
def slices(draw: st.DrawFn) -> Slice:
    dtype = draw(st.sampled_from(DType))
    dims = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    n = prod(dims)
    length = 2 * draw(st.integers(0, n)) if dtype is DType.SPARSE_COO else BYTES_PER_ELEMENT[dtype](n)
    payload = draw(st.one_of(st.binary(min_size=length, max_size=length), st.just(bytes(length))))
    if n == 0:
        dims.append(draw(U32))
    return Slice(dtype, tuple(dims), payload)


def frames(flags: st.SearchStrategy[Flags] | None = None) -> st.SearchStrategy[Frame]:
    return st.builds(
        Frame,
        st.sampled_from(MessageType),
        st.integers(0, 7).map(Flags) if flags is None else flags,
        U32,
        U64,
        U32,
        st.sampled_from(Modality),
        st.lists(slices(), max_size=4).map(tuple),
    )


@dataclass(frozen=True, slots=True)
class Spoiling:
    """A change of some bytes at `at`, counted modulo the length of what is spoiled."""

    kind: str
    at: int
    count: int
    data: bytes

    def apply(self, target: bytes) -> bytes:
        at = self.at % (len(target) + 1)
        before, here, after = target[:at], target[at : at + self.count], target[at + self.count :]
        match self.kind:
            case "replace":
                return (before + self.data + target[at + len(self.data) :])[: max(len(target), at)]
            case "insert":
                return before + self.data + here + after
            case "delete":
                return before + after
            case "duplicate":
                return before + here + here + after
            case "flip":
                return before + bytes(byte ^ 1 << self.count % 8 for byte in here[:1]) + here[1:] + after
            case _:
                return before


KINDS = ("replace", "insert", "delete", "duplicate", "flip", "truncate")
EDGES = [bytes(4), b"\xff" * 4, b"\xff" * 8, struct.pack("<Q", 2**62), b"\x28\xb5\x2f\xfd", b"\x01", b"\x00"]
spoilings = st.builds(
    Spoiling,
    st.sampled_from(KINDS),
    st.one_of(st.integers(0, 40), st.integers(0, 2**16)),
    st.integers(1, 12),
    st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from(EDGES)),
)

STAGES = ("plain", "header", "compressed", "sealed", "wire", "frame")


@st.composite
def spoiled_frames(draw: st.DrawFn) -> bytes:
    """Frame bytes with one to three changes, each before or after a transform, and mostly with a right CRC."""
    frame = draw(frames())
    spoil = {stage: draw(spoilings) for stage in draw(st.sets(st.sampled_from(STAGES), min_size=1, max_size=3))}

    def stage(name: str, data: bytes) -> bytes:
        return spoil[name].apply(data) if name in spoil else data

    body = stage("plain", b"".join(raw_slice(one.dtype, one.dims, one.payload) for one in frame.slices))
    header = raw_header(
        mtype=frame.type,
        flags=frame.flags,
        stream_id=frame.stream_id,
        frame_seq=frame.frame_seq,
        slice_len=[len(one.payload) for one in frame.slices],
        space_hash32=frame.space_hash32,
        modality=frame.modality,
    )
    header = stage("header", header)
    if frame.flags & ZSTD:
        compress = draw(st.sampled_from([raw_zstd, zstandard.ZstdCompressor().compress]))
        body = stage("compressed", compress(body))
    if frame.flags & XCHACHA:
        body = stage("sealed", sealed(body, header, KEY, NONCE))
    return stage("frame", with_crc(stage("wire", header + body)))
