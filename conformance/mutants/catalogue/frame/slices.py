"""Faults of what a slice says of itself: FRM-14 to FRM-20, its dtype, rank and dims, and the length that follows."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from ...engine.mutant import Mutant
from ...engine.patches import Change, edited, inserted, replaced, wrapped

READ = "frame.slices._read_slice"
UNKNOWN = "if dtype not in PAYLOAD_RULES:"
F16, I8, Q4, COO = 0x01, 0x02, 0x03, 0x10


def fits(dtype: int, rule: Callable[[int, int], bool]) -> Change:
    """The rule of a dtype's payload length: whether so many bytes fit n elements."""
    return wrapped("frame.slices.PAYLOAD_RULES", lambda rules: {**rules, dtype: (*rules[dtype][:2], rule)})


def counted(count: Callable[[tuple[int, ...]], int]) -> Change:
    """A change of how the elements of dims are counted before a payload's length is checked."""
    return replaced("frame.slices.prod", count)


DTYPES = (
    Mutant(
        "unknown-dtype-as-bytes",
        "FRM-14",
        "Delivers slices of unknown dtypes as bytes, so that newer peers can be listened to.",
        inserted(READ, UNKNOWN, "dtype = dtype if dtype in PAYLOAD_RULES else 2"),
    ),
    Mutant(
        "dtype-zero-is-f16",
        "FRM-14",
        "Numbers its dtypes from 0 and takes 0 for the first of them.",
        inserted(READ, UNKNOWN, "dtype = dtype or 1"),
    ),
    Mutant(
        "dtype-of-seven-bits",
        "FRM-14",
        "Uses the high bit of dtype as a flag of its own and masks it away.",
        inserted(READ, UNKNOWN, "dtype &= 0x7F"),
    ),
    Mutant(
        "dtype-in-a-range",
        "FRM-14",
        "Checks a range, 1 to 0x10, in place of four values.",
        inserted(READ, UNKNOWN, "dtype = 2 if 4 <= dtype < 0x10 else dtype"),
    ),
    Mutant(
        "rank-zero-is-a-scalar",
        "FRM-15",
        "Takes rank 0 for a scalar, as its array library does.",
        edited(READ, "if rank == 0:", "if False:"),
    ),
    Mutant(
        "rank-at-most-64",
        "FRM-15",
        "Refuses ranks over 64, the limit of its array library.",
        edited(READ, "if rank == 0:", "if not 1 <= rank <= 64:"),
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
        "Writes a scalar with rank 0, as its array library reports it.",
        edited("frame.slices.check_slice", "if not 1 <= len", "if not 0 <= len"),
    ),
)
PRODUCTS = (
    Mutant(
        "product-of-32-bits",
        "FRM-16",
        "Multiplies dims in a u32, like the dims.",
        counted(lambda dims: prod(dims) % 2**32),
    ),
    Mutant(
        "product-of-64-bits",
        "FRM-16",
        "Multiplies dims in a usize, which wraps for a few large ones.",
        counted(lambda dims: prod(dims) % 2**64),
    ),
    Mutant(
        "product-of-128-bits",
        "FRM-16",
        "Multiplies dims in a u128 and thinks that it is wide enough.",
        counted(lambda dims: prod(dims) % 2**128),
    ),
    Mutant(
        "product-without-zeros",
        "FRM-16",
        "Takes a dim of 0 for one that is not known, and leaves it out of the product.",
        counted(lambda dims: prod(dim for dim in dims if dim)),
    ),
    Mutant(
        "product-overflows-before-zero",
        "FRM-16",
        "Refuses as soon as the product overflows, also where a dim of 0 follows.",
        counted(lambda dims: prod(dims) if prod(dim for dim in dims if dim) < 2**64 else -1),
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
        "f16-half-an-element-more",
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
        "Accepts a longer payload of I8, as scales might follow in it.",
        fits(I8, lambda length, n: length >= n),
    ),
    Mutant(
        "i8-at-most",
        "FRM-18",
        "Accepts a shorter payload of I8 and takes the rest for zeros.",
        fits(I8, lambda length, n: length <= n),
    ),
    Mutant(
        "q4-rounded-down",
        "FRM-19",
        "Divides an odd number of codes by 2 without rounding up.",
        fits(Q4, lambda length, n: length == n // 2),
    ),
    Mutant(
        "q4-a-byte-more",
        "FRM-19",
        "Computes n / 2 + 1, which is right for odd n only.",
        fits(Q4, lambda length, n: length == n // 2 + 1),
    ),
    Mutant(
        "q4-unpacked-too",
        "FRM-19",
        "Takes codes of one byte each as well.",
        fits(Q4, lambda length, n: length in ((n + 1) // 2, n)),
    ),
    Mutant(
        "sparse-of-odd-length",
        "FRM-20",
        "Forgets that the values of SparseCoo have two bytes.",
        fits(COO, lambda length, n: length <= 2 * n),
    ),
    Mutant(
        "sparse-of-any-length",
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
        fits(COO, lambda length, n: length % 2 == 0 and (length < 2 * n or n == 0)),
    ),
)
MUTANTS = (*DTYPES, *PRODUCTS, *LENGTHS)
