"""sparse_encode and sparse_decode (specs/sparse.md): dense tensors to sparse ones and back."""

from __future__ import annotations

import hashlib
import itertools
import struct
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from ..model import Case, Group, accepts, refuses

Point = tuple[int, ...]  # the coordinates of one element
MAX_U32 = 2**32 - 1
MAX_DENSE_ELEMENTS = 4_194_304  # SPR-9
CUBE = list(itertools.product(range(6), range(7), range(8)))
ONE, TWO, THREE = 0x3C00, 0x4000, 0x4200
SUBNORMAL = {"smallest-subnormal": 0x0001, "smallest-subnormal-negative": 0x8001, "greatest-subnormal": 0x03FF}
NOT_FINITE = {"infinity": 0x7C00, "infinity-negative": 0xFC00, "nan": 0x7E00, "nan-negative": 0xFE00}
ODD_NAN = {"nan-signalling": 0x7C01, "nan-all-ones": 0xFFFF}
ODD_BYTES = {"low-byte-zero": 0x3C00, "high-byte-zero": 0x0042, "high-byte-sign": 0x8042}
ODD_VALUES = SUBNORMAL | NOT_FINITE | ODD_NAN | ODD_BYTES


def groups() -> Iterator[Group]:
    """Both ops: values, shapes, and what is refused."""
    for op in ("sparse_encode", "sparse_decode"):
        about = "Values that are kept bit for bit, and zeros."
        yield Group("sparse", f"{op}/values", op, about, list(_values(op)))
        yield Group("sparse", f"{op}/shapes", op, "Ranks, dims and places.", list(_shapes(op)))
    rest = [
        ("sparse_encode/length", "Dense tensors of another length than 2n bytes.", _encode_length()),
        ("sparse_decode/index-dims", "Index slices of wrong dims.", _index_dims()),
        ("sparse_decode/rows", "Coordinates out of range, and rows out of order.", _rows()),
        ("sparse_decode/length", "Values of an odd length, and dense tensors that are too large.", _lengths()),
        ("sparse_decode/large", "A large dense tensor, by the SHA-256 of its bytes.", _large()),
    ]
    for name, about, cases in rest:
        yield Group("sparse", name, name.split("/")[0], about, list(cases))


def _halves(words: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(words)}H", *words)


def _dense(dims: Sequence[int], elements: Mapping[Point, int]) -> bytes:
    """Row-major: the last coordinate runs fastest, as in the product below."""
    if 0 in dims:
        return b""
    return _halves([elements.get(point, 0) for point in itertools.product(*map(range, dims))])


def decode_input(dims: Sequence[int], words: Sequence[int], rows: Sequence[Point]) -> dict[str, Any]:
    """The input of a request whose index slice has the right dims."""
    index = b"".join(struct.pack("<I", coordinate) for row in rows for coordinate in row)
    index_dims = [len(words), len(dims), 4]
    return {"dims": list(dims), "values": _halves(words).hex(), "index_dims": index_dims, "index": index.hex()}


def op_case(op: str, name: str, about: str, clauses: str, dims: Sequence[int], elements: Mapping[Point, int]) -> Case:
    """Both ops know the same tensors; what is encoded may hold zeros of either sign besides."""
    dense = {"dense": _dense(dims, elements).hex()}
    if op == "sparse_decode":
        rows = sorted(elements)
        return accepts(name, about, clauses, decode_input(dims, [elements[row] for row in rows], rows), dense)
    kept = sorted(row for row, word in elements.items() if word not in (0x0000, 0x8000))
    sparse = decode_input(dims, [elements[row] for row in kept], kept)
    ok = {member: sparse[member] for member in ("values", "index")}
    return accepts(name, about, clauses, {"dims": list(dims)} | dense, ok)


def _values(op: str) -> Iterator[Case]:
    clauses = "SPR-7" if op == "sparse_encode" else "SPR-6 SPR-8"
    for name, word in ODD_VALUES.items():
        about = f"The value 0x{word:04x} between zeros."
        yield op_case(op, name, about, clauses, [3], {(1,): word})
    every: Mapping[Point, int] = {(i,): word for i, word in enumerate(ODD_VALUES.values())}
    yield op_case(op, "all-kinds", "Every kind of value in one tensor, none of them 0.", clauses, [len(every)], every)
    zeros: Mapping[Point, int] = {(0,): 0x8000, (2,): ONE, (3,): 0x8000}
    kind = "-0 is dropped as 0 is" if op == "sparse_encode" else "A value of -0 is written with its sign"
    yield op_case(op, "negative-zeros", f"{kind}.", clauses, [4], zeros)
    yield op_case(
        op, "negative-zeros-alone", f"{kind}; nothing else.", clauses, [2, 1], {(0, 0): 0x8000, (1, 0): 0x8000}
    )
    kind = "0 is dropped" if op == "sparse_encode" else "A value of 0 is accepted"
    yield op_case(op, "zeros", f"{kind}.", clauses, [3], {(0,): 0, (1,): ONE, (2,): 0})


def _shapes(op: str) -> Iterator[Case]:
    m, ones, far = MAX_U32, [1] * 254, (*[0] * 254, 2)
    tensors: dict[str, tuple[str, Sequence[int], Mapping[Point, int]]] = {
        "nnz-0": ("nothing but zeros", [5], {}),
        "nnz-0-rank-3": ("nothing but zeros", [2, 3, 2], {}),
        "one-element": ("one element and no zero", [1], {(0,): ONE}),
        "full": ("no zero at all", [3, 4], {(i, j): ONE + 16 * i + j for i in range(3) for j in range(4)}),
        "first": ("the first element", [9], {(0,): ONE}),
        "last": ("the last element", [9], {(8,): ONE}),
        "corners": ("the corners of a matrix", [3, 5], {(0, 0): ONE, (0, 4): TWO, (2, 0): THREE, (2, 4): 0x4400}),
        "row-major": ("an element off the diagonal: (1, 0) comes after (0, 1)", [2, 2], {(0, 1): ONE, (1, 0): TWO}),
        "row-major-rank-3": ("each coordinate in turn", [2, 3, 4], {(0, 0, 1): 1, (0, 1, 0): 2, (1, 0, 0): 3}),
        "not-square": ("dims that must not be swapped", [2, 5], {(0, 4): ONE, (1, 0): TWO, (1, 3): THREE}),
        "rank-3": ("a slab", [3, 1, 4], {(0, 0, 3): ONE, (2, 0, 0): TWO, (2, 0, 3): THREE}),
        "rank-8": ("eight dims", [2, 1, 3, 1, 2, 1, 1, 2], {(0,) * 8: ONE, (1, 0, 2, 0, 1, 0, 0, 1): TWO}),
        "rank-255": ("255 dims, all but the last 1", [*ones, 3], {far: ONE}),
        "rank-255-both-ends": ("the first dim and the last are 2", [2, *ones[1:], 2], {(1, *[0] * 253, 1): ONE}),
        "rank-255-nnz-0": ("255 dims and no value", [*ones, 2], {}),
        "ones-around": ("dims of 1 around one of 4", [1, 4, 1], {(0, 1, 0): ONE, (0, 3, 0): TWO}),
        "dim-0": ("no elements", [0], {}),
        "dim-0-first": ("no elements", [0, 3], {}),
        "dim-0-last": ("no elements", [3, 0], {}),
        "dim-0-between": ("no elements", [2, 0, 2], {}),
        "dim-0-behind-overflow": ("no elements, although the other dims overflow 64 bits", [m, m, m, 0], {}),
        "dim-0-before-overflow": ("no elements, although the other dims overflow 64 bits", [0, m, m, m], {}),
        "255-and-256": ("coordinates on both sides of a byte's end", [300], {(1,): 1, (255,): 2, (256,): 3, (299,): 4}),
        "256-in-first-dim": ("257 rows", [258, 2], {(1, 1): 1, (255, 1): 2, (256, 0): 3, (257, 1): 4}),
        "many": ("two of five elements", [6, 7, 8], {p: 0x2E00 + i for i, p in enumerate(CUBE) if i % 5 % 3 == 0}),
    }
    clauses = "SPR-7" if op == "sparse_encode" else "SPR-2 SPR-3 SPR-5 SPR-6 SPR-8"
    for name, (what, dims, elements) in tensors.items():
        yield op_case(op, name, f"{_shape(dims)}: {what}.", clauses, dims, elements)


def _shape(dims: Sequence[int]) -> str:
    return str(list(dims)) if len(dims) < 9 else f"{len(dims)} dims"


def _encode_length() -> Iterator[Case]:
    rows: list[tuple[str, str, list[int], int]] = [
        ("one-byte-missing", "half an element is missing", [3], 5),
        ("one-byte-more", "half an element too many", [3], 7),
        ("element-missing", "an element is missing", [3], 4),
        ("element-more", "an element too many", [3], 8),
        ("empty", "nothing, for three elements", [3], 0),
        ("one-byte-an-element", "as many bytes as elements", [2, 2], 4),
        ("sum-of-dims", "the dims added up", [2, 3], 10),
        ("bytes-for-no-elements", "an element, for a dim of 0", [0], 2),
        ("dim-0-skipped", "elements as if the dim of 0 were not there", [2, 0, 2], 8),
        ("count-wraps-32", "n = 2^32, 0 in a u32", [65_536, 65_536], 0),
        ("bytes-wrap-32", "2n = 2^32, 0 in a u32", [2**31], 0),
        ("count-wraps-64", "n = 2^64, 0 in a u64", [65_536] * 4, 0),
        ("bytes-wrap-64", "2n = 2^64, 0 in a u64", [2**31, 2**31, 2], 0),
        ("count-wraps-to-4", "n = 2^32 + 4, 4 in a u32", [2**31 + 2, 2], 8),
        ("rank-255", "n = 2^255", [2] * 255, 0),
    ]
    for name, what, dims, length in rows:
        given = {"dims": dims, "dense": bytes([0, 0x3C] * length)[:length].hex()}
        yield refuses(name, f"{length} bytes: {what}.", "SPR-10", given, "LENGTH_MISMATCH")


def _index_dims() -> Iterator[Case]:
    # name, what is wrong, the tensor's dims, nnz, dims of the index slice; its payload is as long, and valid rows
    rows: list[tuple[str, str, list[int], int, list[int]]] = [
        ("flat", "all bytes in one dim", [2, 2], 2, [16]),
        ("rank-2", "coordinates of a row run together", [2, 2], 2, [2, 8]),
        ("rank-2-without-4", "a u32 counted as one element", [2, 2], 2, [2, 2]),
        ("rank-4", "one dim of 1 more", [2, 2], 2, [2, 2, 4, 1]),
        ("rank-0", "no dims", [2, 2], 2, []),
        ("transposed", "rank before nnz", [2, 2, 2], 2, [3, 2, 4]),
        ("last-first", "4 in the first place", [2, 2], 2, [4, 2, 2]),
        ("u8-coordinates", "coordinates of one byte", [2, 2], 2, [2, 2, 1]),
        ("u16-coordinates", "coordinates of two bytes", [2, 2], 2, [2, 2, 2]),
        ("rank-mismatch-fewer", "one coordinate a row, as for flat positions", [2, 2], 2, [2, 1, 4]),
        ("rank-mismatch-more", "three coordinates a row", [2, 2], 2, [2, 3, 4]),
        ("row-missing", "fewer rows than values", [2, 2], 2, [1, 2, 4]),
        ("row-more", "more rows than values", [2, 2], 2, [3, 2, 4]),
        ("nnz-counts-bytes", "as many rows as bytes of values", [2, 2], 2, [4, 2, 4]),
        ("no-rows-for-a-value", "a value and no row", [2], 1, [0, 1, 4]),
        ("row-without-value", "a row and no value", [2], 0, [1, 1, 4]),
        ("nnz-0-flat", "an empty index of rank 1", [2], 0, [0]),
        ("nnz-0-rank-0", "an empty index whose rows have no coordinates", [2], 0, [0, 0, 4]),
        ("nnz-0-without-4", "an empty index whose coordinates have no bytes", [2], 0, [0, 1, 0]),
        ("nnz-0-rank-mismatch", "an empty index for another rank", [2, 2], 0, [0, 1, 4]),
    ]
    for name, what, dims, nnz, index_dims in rows:
        valid = [(0,) * len(dims), (*[0] * (len(dims) - 1), 1)][:nnz]
        given = decode_input(dims, [ONE] * nnz, valid)
        index = bytes.fromhex(given["index"]) + bytes(64)
        given |= {"index_dims": index_dims, "index": index[: prod(index_dims)].hex()}
        yield refuses(name, f"{what[0].upper()}{what[1:]}: {index_dims}.", "SPR-2 SPR-9", given, "BAD_INDEX")
    for count in (0, 1, 8, 12, 15, 17, 20, 24, 32):
        given = decode_input([2, 2], [ONE, TWO], [(0, 1), (1, 0)])
        index = bytes.fromhex(given["index"])
        given["index"] = (index + bytes.fromhex("01000000") * 4)[:count].hex()
        about = f"The right dims, and {count} bytes in place of {len(index)}."
        yield refuses(f"payload-of-{count}", about, "SPR-2 SPR-9", given, "BAD_INDEX")
    given = decode_input([2], [], []) | {"index": "00000000"}
    yield refuses("nnz-0-payload-of-4", "No rows, and a coordinate.", "SPR-2 SPR-9", given, "BAD_INDEX")


def _rows() -> Iterator[Case]:
    for clauses, tensors in (("SPR-4 SPR-9", _out_of_range()), ("SPR-5 SPR-9", _out_of_order())):
        for name, (fault, dims, rows) in tensors.items():
            given = decode_input(dims, [ONE + i for i in range(len(rows))], rows)
            yield refuses(name, f"{_shape(dims)}: passes who {fault}.", clauses, given, "BAD_INDEX")


def _out_of_range() -> Mapping[str, tuple[str, list[int], list[Point]]]:
    return {
        "first-behind-end": ("counts from 1", [3], [(3,)]),
        "second-dim-behind-end": ("checks the flat position only: it is that of (1, 0)", [2, 2], [(0, 2)]),
        "last-dim-behind-end": ("checks the first dim only", [2, 2, 2], [(0, 0, 2)]),
        "first-dim-behind-end": ("checks the last dim only", [2, 3], [(2, 0)]),
        "dims-swapped": ("checks against the dim of another place", [2, 5], [(4, 1)]),
        "dim-of-1": ("skips dims of 1", [4, 1], [(0, 1)]),
        "last-row": ("checks the first row only", [4], [(0,), (1,), (4,)]),
        "row-between": ("checks both ends only", [3, 3], [(0, 0), (1, 3), (2, 0)]),
        "greatest": ("reads coordinates as signed: -1", [3], [(MAX_U32,)]),
        "greatest-in-second-dim": ("reads coordinates as signed: -1", [3, 3], [(1, MAX_U32)]),
        "two-pow-31": ("reads coordinates as signed", [3], [(2**31,)]),
        "position-wraps": ("computes positions in 32 bits: 2^31 times 2 is 0", [3, 2], [(2**31, 0)]),
        "two-pow-8": ("reads coordinates of one byte", [3], [(0x100,)]),
        "big-endian": ("reads coordinates big-endian", [3], [(0x01000000,)]),
        "rank-255": ("checks some of 255 dims", [1] * 254 + [2], [(*[0] * 253, 1, 0)]),
    }


def _out_of_order() -> Mapping[str, tuple[str, list[int], list[Point]]]:
    return {
        "repeated": ("takes the later of two values", [2, 2], [(0, 1), (0, 1)]),
        "repeated-last": ("looks at the first rows only", [4], [(0,), (2,), (3,), (3,)]),
        "repeated-later": ("compares neighbours for equality only", [4], [(1,), (2,), (1,)]),
        "descending": ("does not check the order", [3], [(1,), (0,)]),
        "descending-last": ("looks at the first rows only", [4], [(0,), (1,), (3,), (2,)]),
        "descending-in-last-coordinate": ("compares first coordinates only", [2, 2], [(1, 1), (1, 0)]),
        "descending-in-first-coordinate": ("compares last coordinates only", [2, 2], [(1, 0), (0, 1)]),
        "column-major": ("takes the last coordinate for the most significant", [2, 2], [(0, 0), (1, 0), (0, 1)]),
        "descending-between": ("compares the ends only", [2, 2, 2], [(0, 1, 0), (0, 0, 1), (1, 0, 0)]),
        "ascending-as-bytes": ("compares rows as bytes", [300], [(256,), (1,)]),
        "ascending-as-bytes-rank-2": ("compares rows as bytes", [300, 2], [(256, 0), (255, 1)]),
        "full-reversed": ("sorts the rows", [2, 2], [(1, 1), (1, 0), (0, 1), (0, 0)]),
    }


def _lengths() -> Iterator[Case]:
    for count in (0, 1, 2):
        given = decode_input([4], [ONE] * count, [(i,) for i in range(count)])
        given["values"] += "3c"
        about = f"{2 * count + 1} bytes of values, rows for the whole ones."
        yield refuses(f"odd-{2 * count + 1}", about, "SPR-10", given, "LENGTH_MISMATCH")
    over, m = MAX_DENSE_ELEMENTS + 1, MAX_U32
    shapes: dict[str, list[int]] = {"one-more": [over], "one-row-more": [2048, 2049], "twice": [2] * 23}
    shapes |= {"one-more-among-ones": [1, over, 1], "greatest-dim": [m], "greatest-dims": [m] * 255}
    shapes |= {"count-2-pow-31": [2**31], "count-2-pow-32": [65_536] * 2, "count-2-pow-64": [65_536] * 4}
    shapes |= {"count-2-pow-32-plus-4": [2**31 + 2, 2]}
    for name, dims in shapes.items():
        for nnz in (0, 1):
            about = f"{'A value' if nnz else 'No values'} in a dense tensor of more than {MAX_DENSE_ELEMENTS} elements."
            given = decode_input(dims, [ONE] * nnz, [(0,) * len(dims)] * nnz)
            yield refuses(f"{name}-nnz-{nnz}", about, "SPR-9", given, "LENGTH_MISMATCH")


def _large() -> Iterator[Case]:
    count = 65_537
    places = {0: ONE, 65_535: TWO, 65_536: THREE}
    dense = bytearray(2 * count)
    for place, word in places.items():
        struct.pack_into("<H", dense, 2 * place, word)
    given = decode_input([count], list(places.values()), [(place,) for place in places])
    about = f"{count} elements: the last place is 0 in a u16."
    yield accepts("place-65536", about, "SPR-8 SPR-3", given, {"dense_sha256": hashlib.sha256(dense).hexdigest()})
