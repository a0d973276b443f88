"""Faults of the index slice in a message: SPR-1 to SPR-5."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted

INDEX = "tensor.sparse.check_index"
TENSOR = "message.slots.SlotReader.tensor"
TAKEN = 'index = self._take(f"the index of {slot}", (DType.I8,), "SPR-1")'
DIMS = "if tuple(index_dims) != (nnz, rank, 4) or len(index) != nnz * rank * 4:"
LENGTH = "if len(index) != nnz * rank * 4"
ROWS = 'rows = np.frombuffer(index, "<u4").reshape(nnz, rank)'
OUTSIDE = 'rows >= np.array(dims, "<u8")'
ORDER = "before[places, first] >= after[places, first]"

SLICE = (
    Mutant(
        "index-optional",
        "SPR-1",
        "Takes a SparseCoo slice at the end for a tensor without values.",
        inserted(TENSOR, TAKEN, "if not self.left:\n    return Tensor(dtype, first.dims, first.payload, index=b'')"),
    ),
    Mutant(
        "index-of-any-dtype",
        "SPR-1",
        "Reads the index from whatever slice follows.",
        edited(TENSOR, TAKEN, TAKEN.replace("(DType.I8,)", "tuple(DType)")),
    ),
    Mutant(
        "index-missing-as-bad-index",
        "SPR-1",
        "Says BAD_INDEX where there is no index.",
        inserted(TENSOR, TAKEN, 'if not self.left:\n    sparse.check_index(first.dims, 1, (), b"")'),
    ),
    Mutant(
        "index-of-any-dims",
        "SPR-2",
        "Counts the bytes of the index and does not look at its dims.",
        edited(INDEX, DIMS, f"{LENGTH}:"),
    ),
    Mutant(
        "index-flat-accepted",
        "SPR-2",
        "Accepts a flat index as well, since its bytes are the same.",
        edited(INDEX, DIMS, f"{LENGTH} or tuple(index_dims) not in ((nnz, rank, 4), (nnz * rank * 4,)):"),
    ),
    Mutant(
        "index-transposed-accepted",
        "SPR-2",
        "Accepts nnz and rank the other way round.",
        edited(INDEX, DIMS, f"{LENGTH} or tuple(index_dims) not in ((nnz, rank, 4), (rank, nnz, 4)):"),
    ),
    Mutant(
        "index-longer-accepted",
        "SPR-2",
        "Reads as many rows as there are values and leaves the rest.",
        edited(
            INDEX,
            DIMS,
            "if len(index) < nnz * rank * 4 or tuple(index_dims[1:]) != (rank, 4):",
            ('np.frombuffer(index, "<u4")', 'np.frombuffer(index[: nnz * rank * 4], "<u4")'),
        ),
    ),
    Mutant(
        "index-big-endian",
        "SPR-3",
        "Reads coordinates in network byte order, as they look like a header.",
        edited(INDEX, '"<u4"', '">u4"'),
    ),
    Mutant(
        "index-in-columns",
        "SPR-3",
        "Reads the index as one array for each dim, as its library of sparse matrices has them.",
        edited(INDEX, ROWS, 'rows = np.frombuffer(index, "<u4").reshape(rank, nnz).T'),
    ),
    Mutant(
        "index-of-16-bits",
        "SPR-3",
        "Keeps coordinates in a u16, as no dim of its models is larger.",
        edited(INDEX, ROWS, f"{ROWS} & 0xFFFF"),
    ),
)
COORDINATES = (
    Mutant(
        "coordinate-equal-to-dim",
        "SPR-4",
        "Compares coordinates with > dim where >= is meant.",
        edited(INDEX, OUTSIDE, OUTSIDE.replace(">=", ">")),
    ),
    Mutant(
        "coordinate-by-position",
        "SPR-4",
        "Checks whether the flat position is in the tensor.",
        edited(
            INDEX,
            OUTSIDE,
            "(rows @ np.array([prod(dims[at + 1 :]) for at in range(rank)], object) >= prod(dims))[:, None]",
        ),
    ),
    Mutant(
        "coordinate-first-checked",
        "SPR-4",
        "Checks the first coordinate of each row and takes the rest on trust.",
        edited(INDEX, OUTSIDE, f"({OUTSIDE})[:, :1]"),
    ),
    Mutant(
        "coordinate-last-row-free",
        "SPR-4",
        "Stops one row early when it checks coordinates.",
        edited(INDEX, OUTSIDE, f"({OUTSIDE})[:-1]"),
    ),
    Mutant(
        "coordinate-signed",
        "SPR-4",
        "Keeps coordinates in i32, so that the greatest are negative.",
        edited(INDEX, OUTSIDE, 'rows.view("<i4") >= np.array(dims, "<i8")'),
    ),
    Mutant(
        "rows-in-any-order",
        "SPR-5",
        "Takes rows in any order, as it writes them one by one anyway.",
        edited(INDEX, "if nnz > 1:", "if False:"),
    ),
    Mutant(
        "rows-repeated",
        "SPR-5",
        "Compares rows with > where >= is meant.",
        edited(INDEX, ORDER, ORDER.replace(">=", ">")),
    ),
    Mutant(
        "rows-by-first-coordinate",
        "SPR-5",
        "Compares the first coordinates only, which is enough for vectors.",
        edited(INDEX, ORDER, "before[:, 0] > after[:, 0]"),
    ),
    Mutant(
        "rows-column-major",
        "SPR-5",
        "Takes the last coordinate for the most significant.",
        edited(INDEX, "rows[:-1], rows[1:]", "rows[:-1, ::-1], rows[1:, ::-1]"),
    ),
    Mutant(
        "rows-ascending-everywhere",
        "SPR-5",
        "Compares coordinate by coordinate and wants none to descend.",
        edited(INDEX, ORDER, "(before > after).any(axis=1) | (before == after).all(axis=1)"),
    ),
)
MUTANTS = (*SLICE, *COORDINATES)
