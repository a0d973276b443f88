"""Sizes and counts as ladders: lengths of frames, elements and numbers of slices around every power of two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..model import Case, Group, frame_refused
from ..writer.laid_out import WireSlice, laid_out, read, written
from ..writer.raw_frame import F16, I8, Q4, SPARSE, Raw, one_slice, ramp, raw_slice

PAYLOADS = (*range(41), 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 513, 1025)
FLIPPED = (1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1025)
COUNTS = (3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 33, 64, 65, 129, 257)
WRITTEN_COUNTS = (3, 8, 17, 33, 64, 65, 129, 257)
PLACED_IN = (2, 3, 9, 17, 33)
Make = Callable[[str, str, str, Raw, Sequence[WireSlice]], Case]
NAMES = {F16: "f16", I8: "i8", Q4: "q4", SPARSE: "sparse-coo"}
LENGTH_CLAUSE = {F16: "FRM-17", I8: "FRM-18", Q4: "FRM-19", SPARSE: "FRM-20"}


def groups() -> Iterator[Group]:
    """Lengths of frames, with and without a flipped bit; elements by dtype; slices, and faults among them."""
    lengths = [(f"payload-{n}", f"{n} bytes of payload.", _bytes(n)) for n in PAYLOADS]
    for op, make, clauses in (("decode", read, "FRM-24 FRM-18"), ("encode", written, "FRM-32 FRM-24")):
        cases = [make(name, about, clauses, laid_out(slices), slices) for name, about, slices in lengths]
        about = "Payloads of every length up to 40 and around powers of two, so that no rest of a word is left out."
        yield Group("frame", f"{op}/payload-lengths", op, about, cases)
    about = "One bit flipped in payloads of many lengths, and the CRC left as it was."
    yield Group("frame", "decode/flipped-in-payload", "decode", about, list(_flipped()))
    about = "Elements around powers of two: a body that ends behind the dims tells a length that fits from others."
    yield Group("frame", "decode/element-counts", "decode", about, list(_elements()))
    about = "Q4 slices of odd and even counts, up to thousands of codes."
    yield Group("frame", "decode/q4-counts", "decode", about, [_q4(n, read) for n in _around(range(3, 11))])
    yield Group("frame", "encode/q4-counts", "encode", about, [_q4(n, written) for n in _around(range(3, 10))])
    yield Group(
        "frame", "decode/slice-counts", "decode", "Many slices, each another.", [_many(n, read) for n in COUNTS]
    )
    cases = [_many(n, written) for n in WRITTEN_COUNTS]
    yield Group("frame", "encode/slice-counts", "encode", "The same, to be encoded.", cases)
    about = "A fault in the first, a middle and the last of many slices."
    yield Group("frame", "decode/slice-places", "decode", about, list(_placed()))
    about = "More slices than any limit but that of sizes would let through."
    yield Group("frame", "decode/most-slices", "decode", about, list(_most()))


def _bytes(count: int) -> tuple[WireSlice, ...]:
    return ((I8, (count,), ramp(count)),)


def _around(powers: Sequence[int]) -> list[int]:
    return [2**power + step for power in powers for step in (-1, 0, 1)]


def _flipped() -> Iterator[Case]:
    for count in FLIPPED:
        frame = laid_out(_bytes(count)).frame()
        for place in sorted({0, count // 2, count - 1}):
            at = 39 + place  # behind the header and the slice's dtype, rank and dims
            data = frame[:at] + bytes([frame[at] ^ 1 << place % 8]) + frame[at + 1 :]
            about = f"A bit of byte {place} of {count} flipped."
            yield frame_refused(f"payload-{count}-byte-{place}", about, "FRM-24", data, "CRC_MISMATCH")


def _length(dtype: int, n: int) -> int:
    return {F16: 2 * n, I8: n, Q4: n // 2 + n % 2, SPARSE: 2 * n}[dtype]


def _elements() -> Iterator[Case]:
    """The length is compared with the dims before the payload is looked for, so that none is needed (FRM-29)."""
    for dtype, name in NAMES.items():
        for power in range(2, 17 if dtype == Q4 else 15):
            for n in (2**power - 1, 2**power + 1):
                fits = _length(dtype, n)
                step = 2 if dtype in (F16, SPARSE) else 1
                rows = [(fits, "fits", "TRUNCATED_BODY"), (fits + step, "more", "LENGTH_MISMATCH")]
                if dtype == SPARSE:  # fewer values are fine, half of one is not
                    rows.append((fits - 1, "odd", "LENGTH_MISMATCH"))
                else:
                    rows.append((fits - step, "less", "LENGTH_MISMATCH"))
                for length, kind, code in rows:
                    clause = LENGTH_CLAUSE[dtype]
                    clauses = f"FRM-21 {clause}" if code == "TRUNCATED_BODY" else clause
                    frame = Raw(slice_len=(length,), body=raw_slice(dtype, (n,), b"")).frame()
                    about = f"{n} elements of {name} and a length of {length}."
                    yield frame_refused(f"{name}-{n}-{kind}", about, clauses, frame, code)


def _q4(n: int, make: Make) -> Case:
    slices = ((Q4, (n,), ramp(n // 2 + n % 2)),)
    clauses = "FRM-19 FRM-9" if make is read else "FRM-19 FRM-32"
    return make(f"count-{n}", f"{n} codes.", clauses, laid_out(slices), slices)


def mixed(count: int) -> tuple[WireSlice, ...]:
    """That many short slices, the dtypes by turns and neighbours of other lengths."""
    kinds: tuple[WireSlice, ...] = (
        (I8, (3,), ramp(3)),
        (Q4, (1,), b"\x07"),
        (F16, (1,), b"\x34\x12"),
        (I8, (0,), b""),
        (SPARSE, (5,), b"\x01\x3c\x02\x3c"),
    )
    return tuple(kinds[i % 5] for i in range(count))


def _many(count: int, make: Make) -> Case:
    slices = mixed(count)
    clauses = "FRM-7 FRM-40 FRM-9 FRM-13" if make is read else "FRM-7 FRM-40 FRM-9 FRM-32"
    return make(f"slices-{count}", f"N = {count}, of all dtypes.", clauses, laid_out(slices), slices)


def _placed() -> Iterator[Case]:
    faults: dict[str, tuple[Callable[[bytes], bytes], str, str]] = {
        "dtype": (lambda payload: b"\xff\x01" + payload, "BAD_DTYPE", "FRM-14"),
        "rank": (lambda payload: b"\x02\x00" + payload, "BAD_RANK", "FRM-15"),
        "length": (lambda _: raw_slice(I8, (4,), ramp(3)), "LENGTH_MISMATCH", "FRM-18"),
        "q4-length": (lambda _: raw_slice(Q4, (7,), ramp(3)), "LENGTH_MISMATCH", "FRM-19"),
    }
    good = raw_slice(I8, (3,), ramp(3))
    for count in PLACED_IN:
        for place in sorted({0, count // 2, count - 1}):
            for name, (make, code, clause) in faults.items():
                parts = [good] * count
                parts[place] = make(good[2:])
                frame = Raw(slice_len=(3,) * count, body=b"".join(parts)).frame()
                about = f"The fault is in slice {place} of {count}."
                yield frame_refused(f"{name}-{place}-of-{count}", about, f"{clause} FRM-29", frame, code)
        cut = Raw(slice_len=(3,) * count, body=(good * count)[:-1]).frame()
        about = f"The last byte of the last of {count} slices is missing."
        yield frame_refused(f"cut-in-the-last-of-{count}", about, "FRM-21", cut, "TRUNCATED_BODY")
        more = Raw(slice_len=(3,) * count, body=good * count + b"\0").frame()
        about = f"A byte behind the last of {count} slices."
        yield frame_refused(f"byte-behind-{count}", about, "FRM-22", more, "TRAILING_BYTES")


def _most() -> Iterator[Case]:
    none = Raw(slice_len=(0,) * 6550).frame()
    about = "N = 6,550, the most that the size limit allows, and no slice: the body is cut, the table is fine."
    yield frame_refused("table-of-6550-and-no-slice", about, "FRM-21 FRM-27", none, "TRUNCATED_BODY")
    for count in (129, 1025):
        body = raw_slice(I8, (0,), b"") * 2 + b"\xff"
        frame = Raw(slice_len=(0,) * count, body=body).frame()
        about = f"N = {count}: the third slice has no valid dtype, the table is fine."
        yield frame_refused(f"table-of-{count}-third-dtype", about, "FRM-14 FRM-40", frame, "BAD_DTYPE")
    for count in (65, 257):
        last = Raw(slice_len=(0,) * count, body=raw_slice(I8, (0,), b"") * (count - 1) + b"\xff\x01").frame()
        about = f"The last of {count} slices has no valid dtype."
        yield frame_refused(f"last-dtype-of-{count}", about, "FRM-14 FRM-40", last, "BAD_DTYPE")
    for n in (1025, 2049):
        whole = one_slice(I8, (n, 1), ramp(n)).frame()
        data = whole[:-8] + bytes([whole[-8] ^ 0x40]) + whole[-7:]
        about = f"A bit near the end of {n} bytes flipped."
        yield frame_refused(f"late-bit-of-{n}", about, "FRM-24", data, "CRC_MISMATCH")
