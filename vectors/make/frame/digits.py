"""Every byte of every number of a frame, alone and beside its neighbours: a reader that looks at some of them fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..model import RESERVED_BITS, Case, Group, frame_refused
from ..writer.laid_out import WireSlice, laid_out, read, written
from ..writer.raw_frame import F16, I8, Q4, SPARSE, Raw, one_slice, ramp, raw_slice

ONE: tuple[WireSlice, ...] = ((I8, (2,), ramp(2)),)
FIELDS = (("stream_id", 4, "FRM-5"), ("frame_seq", 8, "FRM-6"), ("space_hash32", 4, "FRM-10"))
LETTER = 0xA5
"""Neither a sign nor a bit less where it is: 1010 0101."""


def groups() -> Iterator[Group]:
    """The fields of the header, the counts and lengths, and the dims."""
    numbers = list(_numbers())
    for op, make, clause in (("decode", read, "FRM-1"), ("encode", written, "FRM-32")):
        about = "Each byte of stream_id, frame_seq and space_hash32 alone, and all but it."
        cases = [make(name, about_it, f"{of} {clause}", raw, ONE) for name, about_it, of, raw in numbers]
        yield Group("frame", f"{op}/digits", op, about, cases)
    about = "Payloads of which one byte is another."
    yield Group("frame", "decode/payload-digits", "decode", about, [_payload(place) for place in range(13)])
    about = "Slice counts that are right in some of their bytes: N = 1 or 2, and one bit more."
    yield Group("frame", "decode/count-digits", "decode", about, list(_counts()))
    about = "Table entries that are right in some of their bytes."
    yield Group("frame", "decode/length-digits", "decode", about, list(_lengths()))
    dims = list(_dims())
    for op, make, clause in (("decode", read, "FRM-1"), ("encode", written, "FRM-32")):
        about = "Each byte of a dim alone, and dims that all differ."
        cases = [make(name, what, f"FRM-16 FRM-15 {clause}", laid_out(slices), slices) for name, what, slices in dims]
        yield Group("frame", f"{op}/dim-digits", op, about, cases)
    about = "Dims that are right in some of their bytes, and ranks of which one dim is wrong."
    yield Group("frame", "decode/dims-off", "decode", about, list(_dims_off()))
    about = "Each flag that no version has, beside every flag that this one has."
    yield Group("frame", "decode/unassigned-beside-flags", "decode", about, list(_flags(range(3, 15))))
    about = "The bit that no version will assign, beside the flags that there are."
    yield Group("frame", "decode/reserved-beside-flags", "decode", about, list(_flags(RESERVED_BITS)))


def _numbers() -> Iterator[tuple[str, str, str, Raw]]:
    for field, size, clause in FIELDS:
        name = field.replace("_", "-")
        for place in range(size):
            alone = LETTER << 8 * place
            others = ((1 << 8 * size) - 1) ^ 0xFF << 8 * place
            fields = {field: alone}
            yield f"{name}-byte-{place}", f"{field} {alone:#x}.", clause, laid_out(ONE, **fields)
            fields = {field: others}
            yield f"{name}-all-but-byte-{place}", f"{field} {others:#x}.", clause, laid_out(ONE, **fields)


def _payload(place: int) -> Case:
    payload = bytearray(ramp(12))
    if place < 12:
        payload[place] ^= 0x81
    slices: tuple[WireSlice, ...] = ((I8, (12,), bytes(payload)),)
    about = f"Byte {place} of 12 is another." if place < 12 else "No byte is another."
    return read(f"payload-byte-{place}" if place < 12 else "payload", about, "FRM-23", laid_out(slices), slices)


def _counts() -> Iterator[Case]:
    body = raw_slice(*ONE[0])
    for count in (1, 2):
        whole = Raw(slice_len=(2,) * count, body=body * count)
        for bit in range(3, 64):
            if bit < 16 or bit % 8 in (0, 5) or count == 1:
                data = replace(whole, num_slices=count | 1 << bit).frame()
                about = f"N = {count} + 2^{bit}, where the frame holds {count}."
                yield frame_refused(f"count-{count}-and-bit-{bit}", about, "FRM-8", data, "BAD_SLICE_TABLE")


def _lengths() -> Iterator[Case]:
    for bit in range(32):
        code, clause = ("PLAIN_TOO_LARGE", "FRM-27") if bit > 15 else ("LENGTH_MISMATCH", "FRM-18")
        wrong = 2 ^ 1 << bit
        data = Raw(slice_len=(wrong,), body=raw_slice(*ONE[0])).frame()
        about = f"An entry of {wrong} for a payload of 2."
        yield frame_refused(f"entry-bit-{bit}", about, clause, data, code)
        late = Raw(slice_len=(2, wrong), body=raw_slice(*ONE[0]) * 2).frame()
        if bit % 3 == 0:
            yield frame_refused(f"second-entry-bit-{bit}", f"The second entry is {wrong}.", clause, late, code)


def _dims() -> Iterator[tuple[str, str, tuple[WireSlice, ...]]]:
    for place in range(4):
        dim = LETTER << 8 * place
        yield f"sparse-dim-byte-{place}", f"A dim of {dim:#x}.", ((SPARSE, (dim,), ramp(2)),)
        yield f"second-dim-byte-{place}", f"Dims [0, {dim:#x}].", ((I8, (0, dim), b""),)
    distinct = tuple(0x01020304 + 0x05060708 * i & 0xFFFFFFFF for i in range(7))
    yield "dims-all-differ", "Eight dims, one of them 0.", ((Q4, (*distinct, 0), b""),)
    for rank in (4, 5, 6, 7, 9, 15, 16, 17, 31, 33, 63, 64, 65, 129, 253):
        dims = (0, *(0x01010101 * (i % 255) + i for i in range(1, rank)))
        yield f"rank-{rank}-dims-all-differ", f"rank {rank}, every dim another.", ((F16, dims, b""),)
    for rank in (4, 9, 16, 17, 33, 65, 129, 255):
        for place in sorted({0, rank // 2, rank - 1}):
            dims = tuple(3 if i == place else 1 for i in range(rank))
            yield f"rank-{rank}-3-in-place-{place}", f"n = 3, by dim {place} of {rank}.", ((I8, dims, ramp(3)),)


def _dims_off() -> Iterator[Case]:
    for bit in range(32):
        if bit != 1:
            data = one_slice(I8, (2 ^ 1 << bit,), ramp(2)).frame()
            about = f"A dim of {2 ^ 1 << bit} for a payload of 2."
            yield frame_refused(f"dim-bit-{bit}", about, "FRM-18 FRM-16", data, "LENGTH_MISMATCH")
    for rank in (2, 3, 4, 8, 9, 16, 17, 33, 65, 128, 129, 255):
        for place in sorted({0, rank // 2, rank - 1}):
            dims = tuple(2 if i == place else 1 for i in range(rank))
            data = one_slice(I8, dims, ramp(1)).frame()
            about = f"Dim {place} of {rank} is 2, for a payload of 1."
            yield frame_refused(f"rank-{rank}-dim-{place}-is-2", about, "FRM-16 FRM-18", data, "LENGTH_MISMATCH")


def _flags(bits: Iterable[int]) -> Iterator[Case]:
    valid = one_slice(F16, (2,), bytes.fromhex("003c00c0"))
    for known in (1, 2, 4, 7):
        for bit in bits:
            data = replace(valid, flags=known | 1 << bit).frame()
            about = f"Flag bit {bit} beside 0x{known:04x}."
            yield frame_refused(f"bit-{bit}-beside-{known:x}", about, "FRM-39", data, "RESERVED_FLAGS")
