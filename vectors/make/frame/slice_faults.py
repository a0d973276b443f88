"""Faults of the plain body, each with the right CRC (specs/frame.md section 4, steps 12 and 13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resonant import DType

from ..model import RESERVED, UNTIL_ASSIGNED, Case, Group, accepts, frame_refused
from ..writer.raw_frame import F16, I8, Q4, SPARSE, Raw, one_slice, ramp, raw_slice
from .header_faults import undefined

NAMES = {F16: "f16", I8: "i8", Q4: "q4", SPARSE: "sparse-coo"}
ONE = {F16: (2, ramp(4)), I8: (2, ramp(2)), Q4: (2, ramp(1)), SPARSE: (2, ramp(2))}  # dtype -> n, a fitting payload
LENGTH_CLAUSE = {F16: "FRM-17", I8: "FRM-18", Q4: "FRM-19", SPARSE: "FRM-20"}
GOOD = raw_slice(I8, (2,), ramp(2))


def groups() -> Iterator[Group]:
    """BAD_DTYPE, BAD_RANK, LENGTH_MISMATCH, TRUNCATED_BODY, TRAILING_BYTES; and products that must not wrap."""
    yield Group("frame", "decode/dtype", "decode", "Slices of unknown dtype.", list(_dtypes(RESERVED)))
    about = f"dtypes that no version has assigned yet: {UNTIL_ASSIGNED}"
    unassigned = list(_dtypes(undefined(DType, 0x00, 0x04, 0x05, 0x0F, 0x11, 0x20, 0x81, 0x90, 0xEF)))
    yield Group("frame", "decode/dtype-unassigned", "decode", about, unassigned)
    yield Group("frame", "decode/rank", "decode", "Slices of rank 0.", list(_ranks()))
    about = "Table entries that do not follow from dtype and dims."
    yield Group("frame", "decode/length", "decode", about, list(_lengths()))
    about = "Dims whose product leaves 32 or 64 bits."
    yield Group("frame", "decode/product-overflow", "decode", about, list(_products()))
    about = "Plain bodies that end inside a slice."
    yield Group("frame", "decode/truncated-body", "decode", about, list(_truncated()))
    about = "Plain bodies that go on after the last slice."
    yield Group("frame", "decode/trailing-bytes", "decode", about, list(_trailing()))


def _dtypes(values: Sequence[int]) -> Iterator[Case]:
    for value in values:
        data = one_slice(value, (2,), ramp(2)).frame()
        yield frame_refused(f"dtype-{value:02x}", f"dtype 0x{value:02x}.", "FRM-14", data, "BAD_DTYPE")
    last = max(values)
    second = Raw(slice_len=(2, 2), body=GOOD + raw_slice(last, (2,), ramp(2))).frame()
    about = f"The second slice's dtype is 0x{last:02x}."
    yield frame_refused(f"dtype-{last:02x}-second-slice", about, "FRM-14", second, "BAD_DTYPE")


def _ranks() -> Iterator[Case]:
    for dtype, name in NAMES.items():
        payload = ONE[dtype][1]
        data = one_slice(dtype, (), payload).frame()
        about = f"An {name} slice of rank 0 with {len(payload)} payload bytes."
        yield frame_refused(f"rank-0-{name}", about, "FRM-15", data, "BAD_RANK")
    scalar = one_slice(F16, (), bytes.fromhex("003c")).frame()
    about = "A scalar as rank 0 with one element, as numpy would have it; it is to be dims [1]."
    yield frame_refused("rank-0-scalar", about, "FRM-15", scalar, "BAD_RANK")
    empty = one_slice(I8, (), b"").frame()
    yield frame_refused("rank-0-empty", "rank 0 and no payload.", "FRM-15", empty, "BAD_RANK")
    second = Raw(slice_len=(2, 1), body=GOOD + raw_slice(I8, (), b"\1")).frame()
    yield frame_refused("rank-0-second-slice", "The second slice has rank 0.", "FRM-15", second, "BAD_RANK")


def _lengths() -> Iterator[Case]:
    # dtype, dims, payload length that is wrong for them, what an implementation that accepts it believes
    wrong = [
        ("f16-one-byte-an-element", F16, (4,), 4, "taking F16 for one byte an element"),
        ("f16-four-bytes-an-element", F16, (2,), 8, "taking F16 for four bytes an element"),
        ("f16-odd", F16, (2,), 3, "not noticing half an element"),
        ("f16-odd-and-longer", F16, (2,), 5, "not noticing half an element too many"),
        ("f16-empty", F16, (2,), 0, "taking a length of 0 for unknown"),
        ("f16-dims-with-0-not-empty", F16, (2, 0), 4, "skipping a dim of 0"),
        ("i8-one-missing", I8, (5,), 4, "accepting a short payload"),
        ("i8-one-more", I8, (5,), 6, "accepting a long payload"),
        ("i8-sum-of-dims", I8, (3, 4), 7, "adding dims up"),
        ("i8-first-dim-only", I8, (3, 4), 3, "looking at the first dim only"),
        ("i8-last-dim-only", I8, (3, 4), 4, "looking at the last dim only"),
        ("q4-rounded-down", Q4, (5,), 2, "rounding half a byte down"),
        ("q4-one-byte-an-element", Q4, (4,), 4, "storing one code a byte"),
        ("q4-rounded-up-for-even", Q4, (4,), 3, "adding a byte always"),
        ("q4-rounded-up-each-row", Q4, (3, 3), 6, "padding each row to a byte"),
        ("q4-empty-with-one-byte", Q4, (0,), 1, "rounding 0 up to one byte"),
        ("q4-single-empty", Q4, (1,), 0, "rounding half a byte down to nothing"),
        ("sparse-coo-odd", SPARSE, (4,), 3, "not noticing half a value"),
        ("sparse-coo-more-than-n", SPARSE, (4,), 10, "not comparing nnz with n"),
        ("sparse-coo-value-for-no-element", SPARSE, (0, 7), 2, "not comparing nnz with n = 0"),
    ]
    for case_id, dtype, dims, length, belief in wrong:
        data = one_slice(dtype, dims, ramp(length)).frame()
        about = f"Dims {list(dims)} with {length} bytes of {NAMES[dtype]}: passes by {belief}."
        yield frame_refused(case_id, about, LENGTH_CLAUSE[dtype], data, "LENGTH_MISMATCH")
    table = Raw(slice_len=(6,), body=raw_slice(I8, (2,), ramp(2))).frame()
    about = "slice_len counts dtype, rank and dims, or the file's bytes: 6 for a payload of 2."
    yield frame_refused("table-entry-with-slice-head", about, "FRM-9 FRM-18", table, "LENGTH_MISMATCH")
    swapped = Raw(slice_len=(3, 2), body=raw_slice(I8, (2,), ramp(2)) + raw_slice(I8, (3,), ramp(3))).frame()
    yield frame_refused(
        "table-entries-swapped",
        "The entries of two slices in the wrong order.",
        "FRM-7 FRM-18",
        swapped,
        "LENGTH_MISMATCH",
    )


def _products() -> Iterator[Case]:
    m = 2**32 - 1
    wrapping = [
        ("i8-product-2-pow-32", I8, (65_536, 65_536), "n = 2^32, 0 in a u32"),
        ("i8-product-2-pow-64", I8, (65_536,) * 4, "n = 2^64, 0 in a u64"),
        ("f16-bytes-2-pow-32", F16, (65_536, 32_768), "2n = 2^32, 0 in a u32"),
        ("f16-bytes-2-pow-64", F16, (2**31, 2**31, 2), "2n = 2^64, 0 in a u64"),
        ("q4-product-2-pow-32-minus-1", Q4, (m,), "n + 1 = 2^32, so that (n + 1) / 2 is 0 in a u32"),
        ("q4-product-2-pow-64-minus-1", Q4, (m, 6_700_417, 641), "n + 1 = 2^64, so that (n + 1) / 2 is 0 in a u64"),
        ("i8-product-2-pow-128", I8, (2**31,) * 4 + (16,), "n = 2^128"),
        ("i8-product-rank-255", I8, (2,) * 255, "n = 2^255"),
        ("f16-product-of-maxima", F16, (m,) * 255, "255 dims of 2^32 - 1"),
    ]
    for case_id, dtype, dims, why in wrapping:
        data = one_slice(dtype, dims, b"").frame()
        about = f"An empty {NAMES[dtype]} payload fits only if the product wraps: {why}."
        yield frame_refused(case_id, about, f"FRM-16 {LENGTH_CLAUSE[dtype]}", data, "LENGTH_MISMATCH")
    wraps_to_four = one_slice(I8, (2**31 + 2, 2), ramp(4)).frame()
    about = "n = 2^32 + 4 with 4 payload bytes: fits only if the product is cut to 32 bits."
    yield frame_refused("i8-product-wraps-to-payload", about, "FRM-16 FRM-18", wraps_to_four, "LENGTH_MISMATCH")
    yield from _zero_dims(m)


def _zero_dims(m: int) -> Iterator[Case]:
    for case_id, dims in {
        "zero-after-overflow": (m, m, m, 0),
        "zero-before-overflow": (0, m, m, m),
        "zero-between-overflow": (m, m, 0, m, m),
    }.items():
        for dtype, name in NAMES.items():
            raw = one_slice(dtype, dims, b"")
            about = f"n is 0 because one dim is, although the others alone overflow 64 bits ({name})."
            slices = [{"dtype": dtype, "dims": list(dims), "payload": ""}]
            ok = {"type": 0, "flags": 0, "stream_id": 0x1234, "frame_seq": "1", "space_hash32": 0, "modality": 0}
            given = {"frame": raw.frame().hex()}
            yield accepts(f"{case_id}-{name}", about, "FRM-16", given, {"fields": ok | {"slices": slices}})
    nnz = one_slice(SPARSE, (m, m, m), ramp(6))
    slices = [{"dtype": SPARSE, "dims": [m, m, m], "payload": ramp(6).hex()}]
    ok = {
        "type": 0,
        "flags": 0,
        "stream_id": 0x1234,
        "frame_seq": "1",
        "space_hash32": 0,
        "modality": 0,
        "slices": slices,
    }
    about = "Three values of a dense shape of (2^32 - 1)^3 elements: nnz <= n, exactly compared."
    yield accepts("sparse-coo-in-a-huge-shape", about, "FRM-16 FRM-20", {"frame": nnz.frame().hex()}, {"fields": ok})


def _truncated() -> Iterator[Case]:
    whole = raw_slice(F16, (2,), ramp(4))
    cuts = {
        "no-body": (0, "The body is empty although N = 1."),
        "rank-missing": (1, "The body ends after the dtype."),
        "dims-missing": (2, "The body ends after the rank."),
        "dims-cut-by-one": (5, "The last byte of the dims is missing."),
        "payload-missing": (6, "The body ends before the payload."),
        "payload-cut-by-one": (9, "The last payload byte is missing."),
    }
    for case_id, (keep, about) in cuts.items():
        data = Raw(slice_len=(4,), body=whole[:keep]).frame()
        yield frame_refused(case_id, about, "FRM-21", data, "TRUNCATED_BODY")
    missing = Raw(slice_len=(2, 2), body=GOOD).frame()
    yield frame_refused("second-slice-missing", "N = 2 and one slice.", "FRM-21 FRM-7", missing, "TRUNCATED_BODY")
    rank = Raw(slice_len=(0,), body=raw_slice(I8, (0,), b"", rank=255)).frame()
    yield frame_refused("rank-255-with-one-dim", "rank 255 and one dim.", "FRM-21", rank, "TRUNCATED_BODY")
    crc = Raw(slice_len=(4,), body=raw_slice(I8, (4,), b"")).frame()
    about = "The payload's four bytes would be those of the CRC."
    yield frame_refused("payload-would-be-the-crc", about, "FRM-21", crc, "TRUNCATED_BODY")


def _trailing() -> Iterator[Case]:
    tails = {
        "one-zero": (b"\0", "One zero byte, as padding to an even length would give."),
        "four-zeros": (bytes(4), "Four zero bytes, as a second CRC field would be."),
        "pad-to-16": (bytes(-len(GOOD) % 16), "Zeros up to a multiple of 16."),
        "slice-not-announced": (GOOD, "A whole valid slice that is not in the table."),
        "own-crc": (Raw(slice_len=(2,), body=GOOD).frame()[-4:], "The frame's own CRC, written twice."),
        "newline": (b"\n", "A line feed."),
    }
    for case_id, (tail, about) in tails.items():
        data = Raw(slice_len=(2,), body=GOOD + tail).frame()
        yield frame_refused(case_id, about, "FRM-22 FRM-13", data, "TRAILING_BYTES")
    heart = Raw(type=3, body=b"\0").frame()
    yield frame_refused("body-without-slices", "N = 0 and one byte of body.", "FRM-22 FRM-12", heart, "TRAILING_BYTES")
    rounded = Raw(slice_len=(2,), body=raw_slice(Q4, (3,), ramp(2)) + b"\0").frame()
    about = "A Q4 payload rounded up to its table entry and then once more."
    yield frame_refused("q4-rounded-up-twice", about, "FRM-22", rounded, "TRAILING_BYTES")
