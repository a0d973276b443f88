"""Sparse tensors in every size, place and digit: counts of values and elements, rows at fault, bytes of coordinates."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from math import prod

from ..model import Case, Group, accepts, refuses
from ..writer.raw_frame import F16, I8, SPARSE
from ..writer.tensors import ASK, CACHE, KINDS, SPARSE_KIND, THINK, Slice, bad, reads, sparse
from .ops import MAX_DENSE_ELEMENTS, ONE, Point, decode_input, op_case

COUNTS = (2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 129, 257)
RANKS = (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 65)
FEW = (2, 3, 9, 33)
NEEDS = ("frame", "message")
WORDS = (0x0001, 0x00FF, 0x0100, 0x03FF, 0x0400, 0x3C01, 0x7BFF, 0x7C00, 0x7FFF, 0x8001, 0x80FF, 0x8100, 0xFC01, 0xFFFF)


def groups() -> Iterator[Group]:
    """The ops; then sparse tensors in messages."""
    for op in ("sparse_encode", "sparse_decode"):
        yield Group("sparse", f"{op}/counts", op, "Elements and values around powers of two.", list(_counts(op)))
        about = "Every rank in steps, and dims that all differ."
        yield Group("sparse", f"{op}/ranks", op, about, list(_ranks(op)))
        about = "One value in each place, and each bit of a value."
        yield Group("sparse", f"{op}/places", op, about, list(_places(op)))
    about = "A row at fault in the first, a middle and the last place of many."
    yield Group("sparse", "sparse_decode/rows-at-fault", "sparse_decode", about, list(_rows()))
    about = "Each byte of a coordinate, and each axis, out of range."
    yield Group("sparse", "sparse_decode/digits", "sparse_decode", about, [*_digits(), *_axes()])
    about = "Lengths and dims of the index around what is right."
    yield Group("sparse", "sparse_decode/index-counts", "sparse_decode", about, list(_index_counts()))
    about = "The largest dense tensor that there may be."
    yield Group("sparse", "sparse_decode/at-the-limit", "sparse_decode", about, list(_limit()))
    about = "Broken index slices in each slot that takes a sparse tensor."
    yield Group("sparse", "read/faults-by-slot", "read_message", about, list(_by_slot()), NEEDS)
    about = "Sparse tensors of many values and of every rank in steps."
    yield Group("sparse", "read/counts", "read_message", about, list(_read()), NEEDS)


def _clauses(op: str) -> str:
    return "SPR-7" if op == "sparse_encode" else "SPR-3 SPR-5 SPR-8"


def _counts(op: str) -> Iterator[Case]:
    for count in COUNTS:
        full: Mapping[Point, int] = {(i,): ONE + i for i in range(count)}
        every_third: Mapping[Point, int] = {(i,): ONE + i for i in range(0, count, 3)}
        last: Mapping[Point, int] = {(count - 1,): 0x1234}
        yield op_case(op, f"all-of-{count}", f"All {count} elements.", _clauses(op), [count], full)
        if count < 300:
            about = f"Every third of {count} elements."
            yield op_case(op, f"thirds-of-{count}", about, _clauses(op), [count], every_third)
        yield op_case(op, f"last-of-{count}", f"The last of {count} elements.", _clauses(op), [count], last)
        if op == "sparse_encode":
            for length in (2 * count - 1, 2 * count - 2, 2 * count + 1, 2 * count + 2):
                given = {"dims": [count], "dense": bytes([0, 0x3C] * (count + 1))[:length].hex()}
                about = f"{length} bytes for {count} elements."
                yield refuses(f"length-{length}-of-{count}", about, "SPR-10", given, "LENGTH_MISMATCH")


def _ranks(op: str) -> Iterator[Case]:
    for rank in RANKS:
        for axis in sorted({0, rank // 2, rank - 1}):
            dims = [3 if i == axis else 1 for i in range(rank)]
            points = {tuple(step if i == axis else 0 for i in range(rank)): ONE + step for step in (1, 2)}
            about = f"{rank} dims, all of them 1 but dim {axis}."
            yield op_case(op, f"rank-{rank}-axis-{axis}", about, _clauses(op), dims, points)
    for dims in ([2, 3, 4], [4, 3, 2], [2, 3, 2, 3], [2, 1, 2, 1, 2, 1, 2], [2] * 9):
        places = [
            tuple(place // prod(dims[i + 1 :]) % dims[i] for i in range(len(dims))) for place in range(prod(dims))
        ]
        points = {place: ONE + number for number, place in enumerate(places) if number % 4 == 3}
        name = "-".join(map(str, dims))
        yield op_case(op, f"dims-{name}", f"Every fourth element of {dims}.", _clauses(op), dims, points)


def _places(op: str) -> Iterator[Case]:
    for place in range(33):
        yield op_case(op, f"place-{place}-of-33", f"Element {place} of 33.", _clauses(op), [33], {(place,): ONE})
    for bit in range(16):
        clauses = "SPR-7" if op == "sparse_encode" else "SPR-6 SPR-8"
        about = f"The value 0x{1 << bit:04x}: bit {bit} alone."
        if bit == 15 and op == "sparse_encode":
            about += " It is -0, and dropped."
        yield op_case(op, f"bit-{bit}", about, clauses, [2, 2], {(1, 0): 1 << bit})
    for word in WORDS:
        clauses = "SPR-7" if op == "sparse_encode" else "SPR-6 SPR-8"
        points: dict[Point, int] = {(i,): word for i in (0, 7, 8)}
        yield op_case(op, f"word-{word:04x}", f"0x{word:04x} in three places.", clauses, [9], points)


def _given(dims: Sequence[int], rows: Sequence[Point]) -> dict[str, object]:
    return decode_input(dims, [ONE + i % 64 for i in range(len(rows))], rows)


def _rows() -> Iterator[Case]:
    for count in (*FEW, 17, 65):
        rows = [(i // 8, i % 8) for i in range(count)]
        dims = [count // 8 + 2, 8]
        for place in sorted({0, count // 2, count - 1}):
            faults: dict[str, tuple[Point, str]] = {
                "row-too-great": ((dims[0], 0), "SPR-4"),
                "column-too-great": ((rows[place][0], 8), "SPR-4"),
            }
            if place:
                faults |= {"repeated": (rows[place - 1], "SPR-5"), "before-all": ((0, 0), "SPR-5")}
            for name, (row, clause) in faults.items():
                wrong = [*rows[:place], row, *rows[place + 1 :]]
                about = f"Row {place} of {count} is {list(row)}."
                case_id = f"{name}-{place}-of-{count}"
                yield refuses(case_id, about, f"{clause} SPR-9", _given(dims, wrong), "BAD_INDEX")
        if count > 2:
            swapped = [*rows[:-2], rows[-1], rows[-2]]
            about = f"The last two of {count} rows change places."
            yield refuses(f"last-two-of-{count}", about, "SPR-5 SPR-9", _given(dims, swapped), "BAD_INDEX")


def _digits() -> Iterator[Case]:
    for place in range(4):
        for row in ((1 + (1 << 8 * place), 0), (0, 1 + (1 << 8 * place))):
            if place or max(row) > 2:
                about = f"Row {list(row)} in dims [2, 2]: 1 in all bytes but one."
                case_id = f"byte-{place}-of-{'first' if row[0] else 'second'}"
                yield refuses(case_id, about, "SPR-4 SPR-3", _given([2, 2], [row]), "BAD_INDEX")
    for bit in range(2, 32):
        about = f"A coordinate of {1 << bit} for a dim of 3."
        yield refuses(f"bit-{bit}", about, "SPR-4 SPR-3", _given([3], [(1 << bit,)]), "BAD_INDEX")
    for first, second in ((256, 255), (257, 256), (65_280, 255), (65_535, 255), (512, 511), (4096, 4095)):
        rows: list[Point] = [(first, 0), (second, 1)]
        about = f"Row {first} before row {second}."
        yield refuses(f"{first}-before-{second}", about, "SPR-5", _given([2**16, 2], rows), "BAD_INDEX")


def _axes() -> Iterator[Case]:
    for rank in (2, 3, 4, 7, 8, 9, 17, 33, 65):
        dims = [2] * 3 + [1] * (rank - 3) if rank > 3 else [2] * rank
        for axis in sorted({0, rank // 2, rank - 1}):
            for over in (0, 1):
                row = tuple(dims[axis] + over if i == axis else 0 for i in range(rank))
                about = f"Coordinate {axis} of {rank} is {dims[axis] + over} for a dim of {dims[axis]}."
                case_id = f"rank-{rank}-axis-{axis}-over-by-{over}"
                yield refuses(case_id, about, "SPR-4", _given(dims, [row]), "BAD_INDEX")
            if dims[axis] > 1:
                high = tuple(int(i == axis) for i in range(rank))
                about = f"{rank} dims: the rows descend in dim {axis}."
                case_id = f"rank-{rank}-axis-{axis}-descends"
                yield refuses(case_id, about, "SPR-5", _given(dims, [high, (0,) * rank]), "BAD_INDEX")


def _index_counts() -> Iterator[Case]:
    for count in (0, 1, *FEW):
        rows: list[Point] = [(i, i % 3) for i in range(count)]
        good = decode_input([count + 1, 3], [ONE] * count, rows)
        others = {
            "one-more": [count + 1, 2, 4], "two-more": [count + 2, 2, 4], "rank-1": [count, 1, 4],
            "rank-3": [count, 3, 4], "three-bytes": [count, 2, 3], "five-bytes": [count, 2, 5],
            "eight-bytes": [count, 2, 8], "flat": [count * 8], "rank-2-by-8": [count, 8],
            "a-dim-more": [count, 2, 4, 1], "a-dim-before": [1, count, 2, 4], "turned": [4, 2, count],
        }  # fmt: skip
        if count:
            others["one-less"] = [count - 1, 2, 4]
        for name, dims in others.items():
            index = bytes.fromhex(str(good["index"])) + bytes(64)
            index = (index * 4)[: prod(dims)]
            given = good | {"index_dims": dims, "index": index.hex()}
            if dims != good["index_dims"]:
                about = f"{count} values and an index of dims {dims}."
                yield refuses(f"{name}-for-{count}", about, "SPR-2", given, "BAD_INDEX")
        given = good | {"values": str(good["values"]) + "3c"}
        yield refuses(f"odd-behind-{count}", f"{count} values and a half.", "SPR-10", given, "LENGTH_MISMATCH")


def _limit() -> Iterator[Case]:
    side = 2048
    dense = bytearray(2 * MAX_DENSE_ELEMENTS)
    struct.pack_into("<H", dense, 2 * MAX_DENSE_ELEMENTS - 2, ONE)
    given = decode_input([side, side], [ONE], [(side - 1, side - 1)])
    about = f"{MAX_DENSE_ELEMENTS} elements, the last of them stored."
    ok = {"dense_sha256": hashlib.sha256(dense).hexdigest()}
    yield accepts("last-of-2048-by-2048", about, "SPR-8 SPR-9", given, ok)


def _index(*rows: Point, dims: tuple[int, ...] | None = None) -> Slice:
    payload = b"".join(one.to_bytes(4, "little") for row in rows for one in row)
    return (I8, dims or (len(rows), len(rows[0]), 4), payload)


def _by_slot() -> Iterator[Case]:
    two: Slice = (SPARSE, (3, 4), b"\x01\x3c\x02\x3c")
    good = SPARSE_KIND.slices
    f16 = KINDS["f16"].slices
    faults: dict[str, tuple[tuple[Slice, ...], str, str]] = {
        "row-too-great": ((two, _index((0, 3), (3, 0))), "SPR-4", "BAD_INDEX"),
        "column-too-great": ((two, _index((0, 4), (2, 1))), "SPR-4", "BAD_INDEX"),
        "row-twice": ((two, _index((1, 1), (1, 1))), "SPR-5", "BAD_INDEX"),
        "descending": ((two, _index((1, 3), (1, 2))), "SPR-5", "BAD_INDEX"),
        "flat": ((two, (I8, (16,), bytes(16))), "SPR-2", "BAD_INDEX"),
        "one-row": ((two, _index((0, 3))), "SPR-2", "BAD_INDEX"),
        "index-f16": ((two, (F16, (2, 2, 2), bytes(16))), "SPR-1", "BAD_SLOTS"),
    }
    for name, (wrong, clause, code) in faults.items():
        slots: dict[str, tuple[int, tuple[Slice, ...]]] = {
            "hidden": (THINK, wrong), "keys": (CACHE, (*wrong, *good)), "keys-before-f16": (CACHE, (*wrong, *f16)),
            "values": (CACHE, (*good, *wrong)), "values-behind-f16": (CACHE, (*f16, *wrong)), "query": (ASK, wrong),
            "query-before-context": (ASK, (*wrong, *f16)), "context": (ASK, (*good, *wrong)),
            "context-behind-f16": (ASK, (*f16, *wrong)),
        }  # fmt: skip
        for slot, (mtype, slices) in slots.items():
            yield bad(f"{name}-{slot}", f"{name} in {slot.replace('-', ' ')}.", clause, mtype, slices, code)


def _read() -> Iterator[Case]:
    for count in (2, 3, 9, 17, 33, 65, 129):
        rows = [(i * 3 // 7, i * 3 % 7) for i in range(count)]
        part = sparse((count, 7), b"\x01\x3c" * count, *rows)
        message = {"kind": "think", "hidden": part.json}
        yield reads(f"values-{count}", f"{count} values.", "SPR-2 SPR-3 SPR-5", THINK, part.slices, message)
        for place in sorted({1, count // 2, count - 1}):
            wrong = [*rows[:place], rows[place - 1], *rows[place + 1 :]]
            slices = (part.slices[0], _index(*wrong))
            about = f"Row {place} of {count} repeats the one before."
            yield bad(f"repeated-{place}-of-{count}", about, "SPR-5", THINK, slices, "BAD_INDEX")
    for rank in (1, 3, 4, 9, 17, 65, 255):
        dims = (*[1] * (rank - 1), 3)
        part = sparse(dims, b"\x01\x3c\x02\x3c", (*[0] * (rank - 1), 0), (*[0] * (rank - 1), 2))
        message = {"kind": "think", "hidden": part.json}
        yield reads(f"rank-{rank}", f"{rank} coordinates a row.", "SPR-2 SPR-3", THINK, part.slices, message)
        late = (part.slices[0], _index((*[0] * (rank - 1), 0), (*[0] * (rank - 1), 3)))
        about = f"The last of {rank} coordinates is 3 for a dim of 3."
        yield bad(f"rank-{rank}-last-too-great", about, "SPR-4", THINK, late, "BAD_INDEX")
