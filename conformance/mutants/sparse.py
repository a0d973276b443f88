"""Faults of sparse tensors: SPR-1 to SPR-10."""

from __future__ import annotations

from .changes import edited
from .mutant import Mutant

INDEX = "sparse.check_index"
ENCODE = "sparse.sparse_encode"
DECODE = "sparse.sparse_decode"
TENSOR = "slots.SlotReader.tensor"
DIMS = "if tuple(index_dims) != (nnz, rank, 4) or len(index) != nnz * rank * 4:"
OUTSIDE = 'rows >= np.array(dims, "<u8")'
ORDER = "before[places, first] >= after[places, first]"
KEPT = "np.flatnonzero(bits & 0x7FFF)"
TAKEN = 'index = self._take(f"the index of {slot}", (DType.I8,), "SPR-1")'
FLAT = "places = places * dim + rows[:, axis]"
ROWS = 'np.frombuffer(index, "<u4").reshape(nnz, rank)'
ODD = "if len(values) % 2:"
FITS = "if len(dense) != 2 * prod(dims):"

SLICES = (
    Mutant(
        "index-optional",
        "SPR-1",
        "Takes a SparseCoo slice at the end for one that has no values.",
        edited(
            TENSOR,
            TAKEN,
            f"if not self.left:\n                return Tensor(dtype, first.dims, first.payload)\n            {TAKEN}",
        ),
    ),
    Mutant(
        "index-of-any-dtype",
        "SPR-1",
        "Reads the index from whatever slice follows.",
        edited(TENSOR, TAKEN, TAKEN.replace("(DType.I8,)", "tuple(DType)")),
    ),
    Mutant(
        "index-before-values",
        "SPR-1",
        "Expects the index before the values, as some formats have it.",
        edited(
            TENSOR,
            "        if dtype == DType.SPARSE_COO:\n",
            "        if dtype == DType.I8 and self.left and self._slices[self._next].dtype == DType.SPARSE_COO:\n            self._next += 1\n        if dtype == DType.SPARSE_COO:\n",
        ),
    ),
    Mutant(
        "index-missing-as-bad-index",
        "SPR-1",
        "Says BAD_INDEX where the index is missing.",
        edited(
            "slots.SlotReader._take",
            "RejectCode.BAD_SLOTS, clause,",
            "RejectCode.BAD_INDEX if clause == 'SPR-1' else RejectCode.BAD_SLOTS, clause,",
        ),
    ),
    Mutant(
        "index-dims-not-checked",
        "SPR-2",
        "Computes the rows from the bytes of the index.",
        edited(INDEX, DIMS, "if len(index) != nnz * rank * 4:"),
    ),
    Mutant(
        "index-dims-flat",
        "SPR-2",
        "Accepts a flat index as well.",
        edited(
            INDEX,
            DIMS,
            "if len(index) != nnz * rank * 4 or tuple(index_dims) not in ((nnz, rank, 4), (nnz * rank * 4,)):",
        ),
    ),
    Mutant(
        "index-dims-swapped",
        "SPR-2",
        "Accepts dims with nnz and rank swapped.",
        edited(
            INDEX,
            DIMS,
            "if len(index) != nnz * rank * 4 or sorted(index_dims[:2]) != sorted((nnz, rank)) or index_dims[2:] != (4,):",
        ),
    ),
    Mutant(
        "index-without-4",
        "SPR-2",
        "Accepts dims [nnz, rank], as of an array of u32.",
        edited(
            INDEX, DIMS, "if len(index) != nnz * rank * 4 or tuple(index_dims) not in ((nnz, rank, 4), (nnz, rank)):"
        ),
    ),
    Mutant(
        "index-longer",
        "SPR-2",
        "Reads the rows it needs and leaves the rest.",
        edited(
            INDEX,
            DIMS,
            "if len(index) < nnz * rank * 4 or len(index_dims) != 3:",
            ('np.frombuffer(index, "<u4")', 'np.frombuffer(index[: nnz * rank * 4], "<u4")'),
        ),
    ),
    Mutant("index-big-endian", "SPR-3", "Reads coordinates in network byte order.", edited(INDEX, '"<u4"', '">u4"')),
    Mutant(
        "index-of-columns",
        "SPR-3",
        "Reads the index as one array for each dim.",
        edited(INDEX, ROWS, 'np.frombuffer(index, "<u4").reshape(rank, nnz).T'),
    ),
    Mutant("index-of-16-bits", "SPR-3", "Keeps coordinates in a u16.", edited(INDEX, ROWS, ROWS + " & 0xFFFF")),
    Mutant(
        "index-axes-reversed",
        "SPR-3",
        "Takes the last coordinate for the first dim, as Fortran has them.",
        edited(INDEX, ROWS, ROWS + "[:, ::-1]"),
    ),
)
ROWS_CHECKED = (
    Mutant(
        "coordinate-equal-accepted",
        "SPR-4",
        "Compares coordinates with > dim.",
        edited(INDEX, OUTSIDE, OUTSIDE.replace(">=", ">")),
    ),
    Mutant(
        "coordinate-flat-bound",
        "SPR-4",
        "Checks the flat position only.",
        edited(INDEX, OUTSIDE, 'rows >= np.array([max(prod(dims), 1)] * rank, "<f8")'),
    ),
    Mutant(
        "coordinate-first-only",
        "SPR-4",
        "Checks the first coordinate of each row.",
        edited(INDEX, OUTSIDE, f"({OUTSIDE})[:, :1]"),
    ),
    Mutant(
        "coordinate-last-row-not-checked", "SPR-4", "Stops one row early.", edited(INDEX, OUTSIDE, f"({OUTSIDE})[:-1]")
    ),
    Mutant(
        "coordinate-signed",
        "SPR-4",
        "Compares coordinates as i32, so that the greatest are negative.",
        edited(INDEX, OUTSIDE, 'rows.view("<i4") >= np.array(dims, "<i8")'),
    ),
    Mutant(
        "dim-signed",
        "SPR-4",
        "Compares with dims as i32, so that for great dims everything is outside.",
        edited(INDEX, OUTSIDE, 'rows >= np.array(dims, "<u4").view("<i4")'),
    ),
    Mutant("rows-not-ordered", "SPR-5", "Takes rows in any order.", edited(INDEX, "if nnz > 1:", "if False:")),
    Mutant(
        "rows-may-repeat",
        "SPR-5",
        "Compares rows with > where >= is meant.",
        edited(INDEX, ORDER, ORDER.replace(">=", ">")),
    ),
    Mutant(
        "rows-ordered-by-first",
        "SPR-5",
        "Orders rows by the first coordinate only.",
        edited(INDEX, ORDER, "before[:, 0] > after[:, 0]"),
    ),
    Mutant(
        "rows-ordered-by-last",
        "SPR-5",
        "Takes the last coordinate for the most significant.",
        edited(INDEX, "before, after = rows[:-1], rows[1:]", "before, after = rows[:-1, ::-1], rows[1:, ::-1]"),
    ),
    Mutant(
        "rows-all-coordinates-ascend",
        "SPR-5",
        "Wants every coordinate to ascend.",
        edited(INDEX, ORDER, "(before > after).any(axis=1) | (before == after).all(axis=1)"),
    ),
    Mutant("rows-first-pair-only", "SPR-5", "Compares the first two rows.", edited(INDEX, ORDER, f"({ORDER})[:1]")),
    Mutant(
        "rows-compared-as-bytes",
        "SPR-5",
        "Compares rows as bytes, which little-endian numbers are not ordered by.",
        edited(INDEX, ORDER, "np.array([one.tobytes() >= other.tobytes() for one, other in zip(before, after)])"),
    ),
)
VALUES = (
    Mutant(
        "no-values-refused",
        "SPR-6",
        "Refuses a sparse tensor without values.",
        edited(INDEX, DIMS, DIMS.replace("if ", "if not nnz or ")),
    ),
    Mutant(
        "stored-zero-refused",
        "SPR-6",
        "Refuses a value that is zero, which needs no place.",
        edited(
            DECODE,
            "    dense = ",
            '    if not (np.frombuffer(values, "<u2") & 0x7FFF).all():\n        raise ResonantError(RejectCode.BAD_INDEX, "SPR-6", "")\n    dense = ',
        ),
    ),
    Mutant(
        "stored-nan-refused",
        "SPR-6",
        "Refuses values that are not finite.",
        edited(
            DECODE,
            "    dense = ",
            '    if not np.isfinite(np.frombuffer(values, "<f2")).all():\n        raise ResonantError(RejectCode.BAD_INDEX, "SPR-6", "")\n    dense = ',
        ),
    ),
    Mutant(
        "encode-keeps-minus-zero",
        "SPR-7",
        "Compares bits with 0, and −0 has one set.",
        edited(ENCODE, KEPT, "np.flatnonzero(bits)"),
    ),
    Mutant(
        "encode-drops-subnormals",
        "SPR-7",
        "Computes with subnormals flushed to zero.",
        edited(ENCODE, KEPT, "np.flatnonzero((bits & 0x7C00))"),
    ),
    Mutant(
        "encode-drops-nan",
        "SPR-7",
        "Keeps what is greater or less than 0, which NaN is not.",
        edited(ENCODE, KEPT, "np.flatnonzero((bits.view('<f2') > 0) | (bits.view('<f2') < 0))"),
    ),
    Mutant(
        "encode-drops-tiny",
        "SPR-7",
        "Drops what is smaller than 1e-6 as noise.",
        edited(ENCODE, KEPT, "np.flatnonzero(np.abs(bits.view('<f2').astype('<f4')) >= 1e-6)"),
    ),
    Mutant(
        "encode-quiets-nan",
        "SPR-7",
        "Passes values through arithmetic, which makes NaN quiet.",
        edited(
            ENCODE,
            "bits[kept].tobytes()",
            "np.where((bits[kept] & 0x7FFF) > 0x7C00, 0x7E00, bits[kept]).astype('<u2').tobytes()",
        ),
    ),
    Mutant(
        "encode-column-major",
        "SPR-7",
        "Walks the dense tensor with the first dim fastest.",
        edited(ENCODE, "reversed(range(len(dims)))", "range(len(dims))"),
    ),
    Mutant(
        "decode-column-major",
        "SPR-8",
        "Fills the dense tensor with the first dim fastest.",
        edited(DECODE, "for axis, dim in enumerate(dims):", "for axis, dim in reversed(tuple(enumerate(dims))):"),
    ),
    Mutant(
        "decode-adds",
        "SPR-8",
        "Adds values to the zeros that are there, so that −0 becomes +0.",
        edited(DECODE, 'return dense.view("<f2")', 'return dense.view("<f2") + np.float16(0)'),
    ),
    Mutant(
        "decode-fills-minus-zero",
        "SPR-8",
        "Fills up with a zero of the wrong sign.",
        edited(DECODE, 'np.zeros(count, "<u2")', 'np.full(count, 0x8000, "<u2")'),
    ),
    Mutant(
        "decode-places-of-16-bits",
        "SPR-8",
        "Computes places in a u16.",
        edited(DECODE, "dense[places]", "dense[places & 0xFFFF]"),
    ),
    Mutant(
        "decode-value-order-reversed",
        "SPR-8",
        "Pops values from the end.",
        edited(DECODE, 'np.frombuffer(values, "<u2")', 'np.frombuffer(values, "<u2")[::-1]'),
    ),
)
LIMITS = (
    Mutant(
        "dense-not-limited",
        "SPR-9",
        "Has no limit but its memory, and dies of a larger tensor.",
        edited(DECODE, "if count > MAX_DENSE_ELEMENTS:", "if count > 2**60:"),
    ),
    Mutant(
        "dense-limit-one-more",
        "SPR-9",
        "Accepts one element more than the limit.",
        edited(DECODE, "if count > MAX_DENSE_ELEMENTS:", "if count > MAX_DENSE_ELEMENTS + 1:"),
    ),
    Mutant(
        "dense-limit-in-bytes",
        "SPR-9",
        "Compares the limit with bytes.",
        edited(DECODE, "if count > MAX_DENSE_ELEMENTS:", "if 2 * count > MAX_DENSE_ELEMENTS:"),
    ),
    Mutant(
        "dense-size-wraps",
        "SPR-9",
        "Multiplies dims in a u64, where a few great ones give little.",
        edited(DECODE, "count = prod(dims)", "count = prod(dims) % 2**64"),
    ),
    Mutant(
        "dense-limit-as-bad-index",
        "SPR-9",
        "Says BAD_INDEX for a tensor that is too large.",
        edited(DECODE, 'RejectCode.LENGTH_MISMATCH, "SPR-9"', 'RejectCode.BAD_INDEX, "SPR-9"'),
    ),
    Mutant(
        "decode-index-not-checked",
        "SPR-9",
        "Trusts the index, as read_message has checked it already.",
        edited(
            DECODE,
            "rows = check_index(dims, len(values) // 2, index_dims, index)",
            'rows = np.frombuffer(index[: len(index) // 4 * 4], "<u4")\n    rows = rows[: len(rows) // len(dims) * len(dims)].reshape(-1, len(dims))',
        ),
    ),
    Mutant(
        "encode-longer-accepted",
        "SPR-10",
        "Reads as many elements as it needs.",
        edited(
            ENCODE,
            FITS,
            "if len(dense) < 2 * prod(dims):",
            ('np.frombuffer(dense, "<u2")', 'np.frombuffer(dense[: 2 * prod(dims)], "<u2")'),
        ),
    ),
    Mutant(
        "encode-shorter-accepted",
        "SPR-10",
        "Takes missing elements for zeros.",
        edited(ENCODE, FITS, "if len(dense) > 2 * prod(dims) or len(dense) % 2:"),
    ),
    Mutant(
        "encode-odd-accepted",
        "SPR-10",
        "Divides the length by 2 and loses a byte.",
        edited(
            ENCODE,
            FITS,
            "if len(dense) // 2 != prod(dims):",
            ('np.frombuffer(dense, "<u2")', 'np.frombuffer(dense[: 2 * prod(dims)], "<u2")'),
        ),
    ),
    Mutant(
        "encode-length-wraps",
        "SPR-10",
        "Multiplies dims in a u32.",
        edited(ENCODE, FITS, "if len(dense) != 2 * prod(dims) % 2**32:"),
    ),
    Mutant(
        "decode-odd-values-accepted",
        "SPR-10",
        "Divides the length of values by 2 and loses a byte.",
        edited(DECODE, ODD, "values = values[: len(values) // 2 * 2]\n    if False:"),
    ),
    Mutant(
        "decode-odd-values-after-index",
        "SPR-10",
        "Looks at the index first, which then does not fit.",
        edited(DECODE, ODD, "check_index(dims, (len(values) + 1) // 2, index_dims, index)\n    if len(values) % 2:"),
    ),
)
MUTANTS = (*SLICES, *ROWS_CHECKED, *VALUES, *LIMITS)
