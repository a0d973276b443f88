"""Valid frames at the edges: fields, counts, ranks, dims, sizes and payload values (specs/frame.md sections 1 to 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from resonant import DType, Frame, MessageType, Slice

from ..model import Case, Group, accepts
from ..writer.agreed_frame import decode_input, encode_expectation, encode_input, fields
from ..writer.raw_frame import STRONG_TAIL, ramp
from ..writer.wide import wide_slices

I8_1 = Slice(DType.I8, (1,), b"\x2a")
NamedFrame = tuple[str, str, str, Frame]  # id, about, clauses, frame


def frame_of(*slices: Slice, mtype: int = 0, seq: int = 1, stream_id: int = 0x1234, space: int = 0) -> Frame:
    """A frame whose other fields do not matter to the case."""
    return Frame(mtype, 0, stream_id, seq, space, 0, slices)


def sized(size: int) -> Frame:
    """A frame of exactly `size` bytes with one I8 slice."""
    count = size - 43
    return frame_of(Slice(DType.I8, (count,), bytes(count)))


def wide(size: int) -> Frame:
    """A frame of exactly `size` bytes with many slices of rank 255."""
    return frame_of(*(Slice(*one) for one in wide_slices(size)))


def groups() -> Iterator[Group]:
    """Each family as decode cases and as encode cases."""
    families = {
        "fields": ("Extreme and asymmetric values of the header's numbers.", list(_fields())),
        "counts": ("Few, many and most slices.", list(_counts())),
        "shapes": ("Ranks from 1 to 255, dims from 0 to 2^32 - 1.", list(_shapes())),
        "sizes": ("Frame sizes around the limits.", list(_sizes())),
        "payloads": ("Payload values that this layer must not look at.", list(_payloads())),
    }
    for name, (about, frames) in families.items():
        yield Group("frame", f"decode/{name}", "decode", about, [decoded(*one) for one in frames])
        more = _largest() if name == "sizes" else ()
        yield Group("frame", f"encode/{name}", "encode", about, [encoded(*one) for one in (*frames, *more)])


def decoded(case_id: str, about: str, clauses: str, frame: Frame) -> Case:
    """The frame's bytes are to give its fields."""
    return accepts(case_id, about, clauses, decode_input(frame), {"fields": fields(frame)})


def encoded(case_id: str, about: str, clauses: str, frame: Frame) -> Case:
    """The frame's fields are to give its bytes."""
    return accepts(case_id, about, f"{clauses} FRM-32", encode_input(frame), encode_expectation(frame))


def _fields() -> Iterator[NamedFrame]:
    extremes = {"zero": 0, "one": 1, "sign-bit": 1 << 31, "max": 2**32 - 1, "ascending-bytes": 0x04030201}
    for name, value in extremes.items():
        yield f"stream-id-{name}", f"stream_id {value}.", "FRM-5 FRM-1", frame_of(I8_1, stream_id=value)
        yield f"space-hash32-{name}", f"space_hash32 {value}.", "FRM-10 FRM-1", frame_of(I8_1, space=value)
    longer = {
        "zero": 0,
        "over-u32": 2**32,
        "over-exact-float": 2**53 + 1,
        "sign-bit": 2**63,
        "max": 2**64 - 1,
        "ascending-bytes": 0x0807060504030201,
    }
    for name, value in longer.items():
        yield f"frame-seq-{name}", f"frame_seq {value}.", "FRM-6 FRM-1", frame_of(I8_1, seq=value)
    strong = replace(frame_of(I8_1), flags=STRONG_TAIL)
    yield "flags-strong-tail", "flags 0x0004: bytes that are swapped would set a reserved flag.", "FRM-4 FRM-1", strong
    for mtype in MessageType:
        about = f"A {mtype.name} frame with no slice at all."
        yield f"no-slice-{mtype.name.lower()}", about, "FRM-12 FRM-3", frame_of(mtype=mtype)


def _counts() -> Iterator[NamedFrame]:
    yield "no-slice", "N = 0: no table, no body.", "FRM-7 FRM-40 FRM-12", frame_of()
    yield "one-slice", "N = 1.", "FRM-7 FRM-40", frame_of(I8_1)
    yield "two-equal-slices", "N = 2 with equal lengths: two entries all the same.", "FRM-40", frame_of(I8_1, I8_1)
    mixed = (
        Slice(DType.I8, (3,), b"\1\2\3"),
        Slice(DType.F16, (1, 2), ramp(4)),
        Slice(DType.SPARSE_COO, (9,), ramp(2)),
        Slice(DType.Q4, (7,), ramp(4)),
    )
    yield "four-slices-of-four-dtypes", "Each slice has its own length.", "FRM-40 FRM-9 FRM-13", frame_of(*mixed)
    empty = Slice(DType.I8, (0,), b"")
    gap = frame_of(empty, I8_1, empty)
    yield "empty-slices-around-a-full-one", "Lengths 0, 1, 0.", "FRM-7 FRM-13 FRM-16", gap
    yield "eleven-slices", "N = 11, with growing lengths.", "FRM-7 FRM-40 FRM-9", frame_of(*map(_growing, range(11)))


def _growing(count: int) -> Slice:
    return Slice(DType.I8, (count,), ramp(count))


def _shapes() -> Iterator[NamedFrame]:
    for rank in (1, 2, 3, 8, 32, 127, 128, 254, 255):
        dims = (2,) + (1,) * (rank - 1)
        yield f"rank-{rank}", f"rank {rank}, n = 2.", "FRM-15", frame_of(Slice(DType.F16, dims, ramp(4)))
    distinct = (2, 1, 3, 1, 1, 2, 1, 1)
    yield (
        "rank-8-order-of-dims",
        "Dims are delivered in order.",
        "FRM-15",
        frame_of(Slice(DType.I8, distinct, ramp(12))),
    )
    m = 2**32 - 1
    yield "scalar", "A single value is dims [1].", "FRM-15", frame_of(Slice(DType.F16, (1,), b"\x00\x3c"))
    for name, dims in {"only": (0,), "first": (0, 5), "middle": (4, 0, 5), "last": (4, 0), "all": (0, 0, 0)}.items():
        about = f"Dims {list(dims)} and no payload."
        yield f"dim-0-{name}", about, "FRM-16", frame_of(Slice(DType.F16, dims, b""))
    yield "dim-max-and-0", "Dims [2^32 - 1, 0].", "FRM-16", frame_of(Slice(DType.I8, (m, 0), b""))
    huge = frame_of(Slice(DType.SPARSE_COO, (m,), ramp(2)))
    yield "dim-max-sparse", "One value of a dense shape of 2^32 - 1.", "FRM-16 FRM-20", huge
    for n in (0, 1, 2, 3, 15, 31, 32, 33):
        about = f"{n} codes in {(n + 1) // 2} bytes."
        yield f"q4-count-{n}", about, "FRM-19", frame_of(Slice(DType.Q4, (n,), ramp((n + 1) // 2)))
    for nnz in (0, 1, 5, 6):
        about = f"{nnz} of 6 values are there."
        yield f"sparse-coo-{nnz}-of-6", about, "FRM-20", frame_of(Slice(DType.SPARSE_COO, (2, 3), ramp(2 * nnz)))


def _sizes() -> Iterator[NamedFrame]:
    yield "size-33", "The shortest frame.", "FRM-25 FRM-12", frame_of(mtype=MessageType.SYNC)
    yield "size-44", "33 bytes plus a table entry and the smallest slice with a byte in it.", "FRM-25", sized(44)
    about = "1200 bytes: the recommended limit outside a local network."
    yield "size-1200", about, "FRM-26 FRM-27", sized(1200)


def _largest() -> Iterator[NamedFrame]:
    """The limit itself, for encoders; for decoders a frame assembled by hand is as long."""
    yield "size-65536", "65536 bytes, in 64 slices: the limit.", "FRM-26 FRM-27 FRM-34", wide(65_536)


def _payloads() -> Iterator[NamedFrame]:
    halves = "007e007c00fc00800100ff7b01fe"
    special = frame_of(Slice(DType.F16, (7,), bytes.fromhex(halves)))
    yield "f16-specials", "NaN, infinities, -0, a subnormal, the largest, a NaN with payload.", "FRM-23", special
    yield "i8-minus-128", "The I8 code -128.", "FRM-23", frame_of(Slice(DType.I8, (2,), b"\x80\x7f"))
    yield "q4-minus-8", "The Q4 code -8 in both nibbles.", "FRM-23", frame_of(Slice(DType.Q4, (2,), b"\x88"))
    yield (
        "q4-pad-nibble-set",
        "An odd count whose pad nibble is not 0.",
        "FRM-23",
        frame_of(Slice(DType.Q4, (1,), b"\xf3")),
    )
    nan = frame_of(Slice(DType.SPARSE_COO, (2,), bytes.fromhex("007e")))
    yield "sparse-coo-nan", "A sparse value that is NaN.", "FRM-23", nan
    text = b'{"method":"ping"'
    yield (
        "sync-bad-json",
        "A Sync whose JSON is cut: no matter here.",
        "FRM-23",
        frame_of(Slice(DType.I8, (len(text),), text), mtype=MessageType.SYNC),
    )
    zeros = frame_of(Slice(DType.I8, (4,), b"\1\2\0\0"))
    yield "zeros-at-the-end", "A payload that ends in zeros, which are elements.", "FRM-23", zeros
    every = frame_of(Slice(DType.I8, (256,), bytes(range(256))))
    yield "every-byte", "All 256 byte values.", "FRM-23", every
