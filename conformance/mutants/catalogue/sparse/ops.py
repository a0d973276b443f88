"""Faults of sparse tensors as numbers: SPR-6 to SPR-10."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, refusing

INDEX = "tensor.sparse.check_index"
ENCODE = "tensor.sparse.sparse_encode"
DECODE = "tensor.sparse.sparse_decode"
KEPT = "np.flatnonzero(bits & 0x7FFF)"
WRITTEN = "bits[kept].tobytes()"
DENSE = "dense = np.zeros"
FITS = "if len(dense) != 2 * prod(dims):"
READ = ('np.frombuffer(dense, "<u2")', 'np.frombuffer(dense[: 2 * prod(dims)], "<u2")')
CHECKED = "rows = check_index(dims, len(values) // 2, index_dims, index)"
LIMIT = "if count > MAX_DENSE_ELEMENTS:"
ODD = "if len(values) % 2:"

VALUES = (
    Mutant(
        "no-values-refused",
        "SPR-6",
        "Refuses a sparse tensor without values as one that says nothing.",
        edited(INDEX, "if tuple(index_dims)", "if not nnz or tuple(index_dims)"),
    ),
    Mutant(
        "zero-value-refused",
        "SPR-6",
        "Refuses a value of zero, which needs no place.",
        inserted(
            DECODE,
            DENSE,
            refusing('not (np.frombuffer(values, "<u2") & 0x7FFF).all()', "BAD_INDEX"),
        ),
    ),
    Mutant(
        "nan-value-refused",
        "SPR-6",
        "Refuses values that are not finite before they do harm.",
        inserted(
            DECODE,
            DENSE,
            refusing('not np.isfinite(np.frombuffer(values, "<f2")).all()', "BAD_INDEX"),
        ),
    ),
    Mutant(
        "minus-zero-kept",
        "SPR-7",
        "Compares bits with 0, and −0 has one set.",
        edited(ENCODE, KEPT, "np.flatnonzero(bits)"),
    ),
    Mutant(
        "subnormals-dropped",
        "SPR-7",
        "Computes in a mode in which subnormals are flushed to zero.",
        edited(ENCODE, KEPT, "np.flatnonzero(bits & 0x7C00)"),
    ),
    Mutant(
        "nan-dropped",
        "SPR-7",
        "Keeps what is greater or less than 0, and NaN is neither.",
        edited(ENCODE, KEPT, 'np.flatnonzero(np.abs(bits.view("<f2")) > 0)'),
    ),
    Mutant(
        "nan-made-quiet",
        "SPR-7",
        "Passes values through arithmetic, which makes NaN quiet.",
        edited(
            ENCODE, WRITTEN, '(bits[kept] | np.where((bits[kept] & 0x7FFF) > 0x7C00, 0x200, 0).astype("<u2")).tobytes()'
        ),
    ),
    Mutant(
        "encoded-column-major",
        "SPR-7",
        "Walks over the dense tensor with the first dim fastest.",
        edited(ENCODE, "reversed(range(len(dims)))", "range(len(dims))"),
    ),
    Mutant(
        "decoded-column-major",
        "SPR-8",
        "Fills the dense tensor with the first dim fastest.",
        edited(DECODE, "in enumerate(dims):", "in reversed(tuple(enumerate(dims))):"),
    ),
    Mutant(
        "decoded-by-adding",
        "SPR-8",
        "Adds values to the zeros that are there, so that −0 becomes 0.",
        edited(
            DECODE, 'return dense.view("<f2")', 'return np.where(dense == 0x8000, 0, dense).astype("<u2").view("<f2")'
        ),
    ),
    Mutant(
        "decoded-places-of-16-bits",
        "SPR-8",
        "Computes places in a u16, in which the 65,537th is the first again.",
        edited(DECODE, "dense[places]", "dense[places & 0xFFFF]"),
    ),
)
LIMITS = (
    Mutant(
        "dense-limit-of-bytes",
        "SPR-9",
        "Takes the 8,388,608 bytes that the largest tensor has for its number of elements.",
        edited(DECODE, LIMIT, "if count > 2 * MAX_DENSE_ELEMENTS:"),
    ),
    Mutant(
        "dense-limit-one-over",
        "SPR-9",
        "Accepts one element more than the limit.",
        edited(DECODE, LIMIT, "if count > MAX_DENSE_ELEMENTS + 1:"),
    ),
    Mutant(
        "dense-size-of-64-bits",
        "SPR-9",
        "Multiplies dims in a u64, where great ones may give little.",
        edited(DECODE, "count = prod(dims)", "count = prod(dims) % 2**64"),
    ),
    Mutant(
        "dense-limit-as-bad-index",
        "SPR-9",
        "Says BAD_INDEX for a tensor that is too large.",
        edited(DECODE, 'RejectCode.LENGTH_MISMATCH, "SPR-9"', 'RejectCode.BAD_INDEX, "SPR-9"'),
    ),
    Mutant(
        "decoded-unchecked",
        "SPR-9",
        "Trusts an index, as read_message has checked it.",
        edited(DECODE, CHECKED, 'rows = np.frombuffer(index, "<u4").reshape(-1, len(dims))'),
    ),
    Mutant(
        "longer-dense-accepted",
        "SPR-10",
        "Reads as many elements as it needs.",
        edited(ENCODE, FITS, FITS.replace("!=", "<"), READ),
    ),
    Mutant(
        "shorter-dense-accepted",
        "SPR-10",
        "Takes the elements that are missing for zeros.",
        edited(ENCODE, FITS, "if len(dense) % 2 or len(dense) > 2 * prod(dims):"),
    ),
    Mutant(
        "dense-length-of-32-bits",
        "SPR-10",
        "Multiplies dims in a u32, like the dims themselves.",
        edited(ENCODE, FITS, "if len(dense) != 2 * prod(dims) % 2**32:"),
    ),
    Mutant(
        "odd-values-accepted",
        "SPR-10",
        "Divides the length of the values by 2 and loses a byte.",
        edited(DECODE, ODD, "values = values[: len(values) // 2 * 2]\nif False:"),
    ),
    Mutant(
        "odd-values-after-index",
        "SPR-10",
        "Looks at the index first, which cannot fit half a value.",
        inserted(DECODE, ODD, "check_index(dims, (len(values) + 1) // 2, index_dims, index)"),
    ),
)
MUTANTS = (*VALUES, *LIMITS)
