"""Faults of what a slice says of itself: FRM-14 to FRM-20, dtype, rank, dims, and the length that follows."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from .changes import Change, edited, replaced, wrapped
from .mutant import Mutant

READ = "slices._read_slice"
KNOWN = "if dtype not in PAYLOAD_RULES:"
ANY_DTYPE = ("Slice(DType(dtype)", "Slice(dtype")
F16, I8, Q4, COO = 0x01, 0x02, 0x03, 0x10


def fits(dtype: int, rule: Callable[[int, int], bool]) -> Change:
    """The rule of a dtype's payload length: whether so many bytes fit n elements."""
    return wrapped("slices.PAYLOAD_RULES", lambda rules: {**rules, dtype: (*rules.get(dtype, rules[F16])[:2], rule)})


def product(count: Callable[[tuple[int, ...]], int]) -> Change:
    """How the elements of dims are counted before a payload's length is checked."""
    return replaced("slices.prod", count)


def saturating(dims: tuple[int, ...]) -> int:
    """A product that stays at the greatest u64."""
    count = 1
    for dim in dims:
        count = min(count * dim, 2**64 - 1)
    return count


DTYPES = (
    Mutant(
        "dtype-five-is-bf16",
        "FRM-14",
        "Knows a dtype of the next draft, two bytes an element.",
        edited(READ, KNOWN, "dtype = 1 if dtype == 5 else dtype\n    " + KNOWN),
    ),
    Mutant(
        "dtype-zero-is-f16",
        "FRM-14",
        "Numbers its dtypes from 0 and lets a 0 fall into the first of them.",
        edited(READ, KNOWN, "dtype = dtype or 1\n    " + KNOWN),
    ),
    Mutant(
        "dtype-of-seven-bits",
        "FRM-14",
        "Uses the high bit of dtype as a flag of its own and masks it away.",
        edited(READ, KNOWN, "dtype &= 0x7F\n    " + KNOWN),
    ),
    Mutant(
        "unknown-dtype-as-bytes",
        "FRM-14",
        "Delivers slices of unknown dtypes as bytes, so that newer peers can be listened to.",
        edited(READ, KNOWN, "dtype = dtype if dtype in PAYLOAD_RULES else 2\n    " + KNOWN),
    ),
    Mutant(
        "unknown-dtype-skipped",
        "FRM-14",
        "Leaves slices of unknown dtypes to the message layer, their lengths unchecked.",
        edited(
            READ,
            KNOWN,
            "if dtype == 0:",
            ANY_DTYPE,
            ("    check_payload_length(", "    dtype in PAYLOAD_RULES and check_payload_length("),
        ),
    ),
    Mutant(
        "dtype-at-most-sixteen",
        "FRM-14",
        "Checks a range, 1 to 0x10, in place of four values.",
        edited(READ, KNOWN, "dtype = 2 if 4 <= dtype < 16 else dtype\n    " + KNOWN),
    ),
)
RANKS = (
    Mutant(
        "rank-zero-is-a-scalar",
        "FRM-15",
        "Takes rank 0 for a scalar, as numpy does.",
        edited(READ, "if rank == 0:", "if False:"),
    ),
    Mutant(
        "rank-at-most-eight",
        "FRM-15",
        "Refuses ranks that its tensors cannot have, more than 8.",
        edited(READ, "if rank == 0:", "if not 1 <= rank <= 8:"),
    ),
    Mutant(
        "rank-at-most-64",
        "FRM-15",
        "Refuses ranks over 64, the limit of its array library.",
        edited(READ, "if rank == 0:", "if not 1 <= rank <= 64:"),
    ),
    Mutant(
        "rank-signed",
        "FRM-15",
        "Keeps the rank in an i8, so that 128 and more are negative.",
        edited(READ, "if rank == 0:", "if not 1 <= rank <= 127:"),
    ),
    Mutant(
        "rank-255-refused",
        "FRM-15",
        "Refuses the greatest rank with < in place of <=.",
        edited(READ, "if rank == 0:", "if rank in (0, 255):"),
    ),
    Mutant(
        "encoder-writes-rank-zero",
        "FRM-15",
        "Writes a scalar with rank 0.",
        edited("slices.check_slice", "if not 1 <= len", "if not 0 <= len"),
    ),
)
PRODUCTS = (
    Mutant(
        "product-of-32-bits",
        "FRM-16",
        "Multiplies dims in a u32, like the dims themselves.",
        product(lambda dims: prod(dims) % 2**32),
    ),
    Mutant(
        "product-of-64-bits",
        "FRM-16",
        "Multiplies dims in a usize, which wraps for a few large ones.",
        product(lambda dims: prod(dims) % 2**64),
    ),
    Mutant(
        "product-of-128-bits",
        "FRM-16",
        "Multiplies dims in a u128 and thinks that it is wide enough.",
        product(lambda dims: prod(dims) % 2**128),
    ),
    Mutant(
        "product-saturates",
        "FRM-16",
        "Lets the product stay at the greatest i32 in the hope that no payload is as long, but halves it for Q4 later.",
        product(lambda dims: 0 if saturating(dims) == 2**64 - 1 else prod(dims)),
    ),
    Mutant(
        "product-without-zeros",
        "FRM-16",
        "Takes a dim of 0 for one that is not known, and leaves it out of the product.",
        product(lambda dims: prod(dim for dim in dims if dim)),
    ),
    Mutant(
        "overflow-before-a-zero",
        "FRM-16",
        "Refuses as soon as the product overflows, also where a dim of 0 follows.",
        product(lambda dims: -1 if 0 in dims and prod(dim for dim in dims if dim) >= 2**64 else prod(dims)),
    ),
    Mutant(
        "zero-at-the-end-only",
        "FRM-16",
        "Returns the elements counted so far when it meets a dim of 0.",
        product(lambda dims: prod(dims[: dims.index(0)]) if 0 in dims[1:] else prod(dims)),
    ),
    Mutant(
        "product-as-double",
        "FRM-16",
        "Multiplies dims in binary64 and tests for a remainder that is lost there.",
        product(lambda dims: int(float(prod(dims)) % 2.0**32) if prod(dims) < 2**1000 else 0),
    ),
    Mutant(
        "dims-signed",
        "FRM-16",
        "Keeps dims in i32, so that 2^31 and more are negative.",
        edited(READ, 'f"<{rank}I"', 'f"<{rank}i"'),
    ),
)
LENGTHS = (
    Mutant(
        "f16-at-least",
        "FRM-17",
        "Accepts a longer payload of F16 and reads the front of it.",
        fits(F16, lambda length, n: length >= 2 * n),
    ),
    Mutant(
        "f16-half-an-element",
        "FRM-17",
        "Divides the length by 2 and loses an odd byte.",
        fits(F16, lambda length, n: length // 2 == n),
    ),
    Mutant(
        "f16-padded-to-four",
        "FRM-17",
        "Expects F16 payloads padded to four bytes.",
        fits(F16, lambda length, n: length == (2 * n + 3) // 4 * 4),
    ),
    Mutant(
        "i8-at-least",
        "FRM-18",
        "Accepts a longer payload of I8, as the scales might follow in it.",
        fits(I8, lambda length, n: length >= n),
    ),
    Mutant(
        "i8-at-most",
        "FRM-18",
        "Accepts a shorter payload of I8 and fills it up with zeros.",
        fits(I8, lambda length, n: length <= n),
    ),
    Mutant(
        "i8-padded-to-two",
        "FRM-18",
        "Expects I8 payloads padded to two bytes.",
        fits(I8, lambda length, n: length == (n + 1) // 2 * 2),
    ),
    Mutant(
        "q4-rounded-down",
        "FRM-19",
        "Divides an odd number of codes by 2 without rounding up.",
        fits(Q4, lambda length, n: length == n // 2),
    ),
    Mutant(
        "q4-one-byte-more",
        "FRM-19",
        "Computes n / 2 + 1, which is right for odd n only.",
        fits(Q4, lambda length, n: length == n // 2 + 1),
    ),
    Mutant(
        "q4-a-byte-each",
        "FRM-19",
        "Expects unpacked codes, one byte each.",
        fits(Q4, lambda length, n: length in ((n + 1) // 2, n)),
    ),
    Mutant(
        "sparse-odd-length",
        "FRM-20",
        "Forgets that the values of SparseCoo have two bytes.",
        fits(COO, lambda length, n: length <= 2 * n),
    ),
    Mutant(
        "sparse-any-length",
        "FRM-20",
        "Knows no upper limit of SparseCoo, since nnz is not in the frame.",
        fits(COO, lambda length, n: length % 2 == 0),
    ),
    Mutant(
        "sparse-at-most-n-bytes",
        "FRM-20",
        "Compares bytes with elements, so that at most half of them may be there.",
        fits(COO, lambda length, n: length % 2 == 0 and length <= n),
    ),
    Mutant(
        "sparse-never-full",
        "FRM-20",
        "Refuses a SparseCoo slice with every element, which is not sparse.",
        fits(COO, lambda length, n: length % 2 == 0 and length < 2 * max(n, 1)),
    ),
)
MUTANTS = (*DTYPES, *RANKS, *PRODUCTS, *LENGTHS)
