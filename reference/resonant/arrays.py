"""Arrays as tensors of messages, whole or in parts, and back: reference/arrays.md has the form of parts.

Nothing here knows a framework: `resonant.torch` and `resonant.jax` bring tensors to numpy, and this does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Any, Final, TypeAlias

from .arguments import instance, integer, real_array, text
from .errors import DropCode, RejectCode, ResonantError
from .lazy_numpy import NDArray, np
from .tensor import adapt, sparse
from .tensor.quant import BLOCK, Half, from_bfloat16, to_half
from .tensor.tensor import Tensor, check_kept
from .wire_values import DType

ADAPT: Final = "adapt"
FORMS: Final = (*adapt.FORMS, ADAPT)
"""The forms in which an array may go; the last is whichever of the others has the fewest bytes (specs/adaptive.md)."""
MAX_PART_BYTES: Final = 64_512
"""The bytes of one message's tensor: with table, seal and all, the frame of a part fits a datagram (FRM-28)."""
MIN_PART_BYTES: Final = 256
MAX_ARRAY_BYTES: Final = 1 << 30
"""How many bytes of float16 a receiver puts together at a time, if its program says nothing else."""
MAX_ARRAY_DIMS: Final = 64
"""More than numpy, PyTorch and JAX hold; a slice may have 255 (FRM-15)."""
ALIGNED_BYTES: Final = 64
"""The alignment with which XLA takes a buffer over without a copy."""
_INT8 = "int8"
_BFLOAT16 = "bfloat16"
Real: TypeAlias = NDArray[Any]


def to_wire(array: Any, form: str = "f16", *, tolerance: int | None = None) -> Tensor:
    """The tensor of an array of floating numbers, or of int8 with the form "i8", in one message's form.

    array: an array of numpy in any layout, bfloat16 of ml_dtypes among them, or a scalar, whose dims are [1] (FRM-15).
    form: one of FORMS. tolerance: in 2^-24 of the energy, with "adapt" and only there. What is wider than binary16 is
    rounded to it (QNT-2).

    Raises NON_FINITE for a number that only binary16 makes infinite, and with "i8" and "q4" for every infinity and NaN;
    the other forms keep both. Raises TOLERANCE and FIELD_RANGE as `adapt` does, TypeError for elements of another
    type, which the program has to convert as it sees fit, and ValueError for a form that there is not.
    """
    check_form(form, tolerance)
    return _MAKERS[form](real_elements(array, form), tolerance)


def from_wire(tensor: Tensor) -> Half:
    """The array of a tensor as float16 in its dims: a read-only view of an F16 tensor's payload, else a new array.

    Raises BAD_RANK for more dims than arrays have, LENGTH_MISMATCH for a sparse tensor of more than 4,194,304 elements.
    """
    check_rank(instance("tensor", tensor, Tensor).dims)
    return tensor.dense()


def real_elements(array: Any, form: str) -> Real:
    """The array as one of numpy's own floating types, or int8 for "i8". bfloat16 becomes float32, which is exact."""
    real = real_array("array", array)
    if real.dtype.name == _BFLOAT16:
        return from_bfloat16(real.view(np.uint16))
    if real.dtype.kind == "f" or (real.dtype.name == _INT8 and form == "i8"):
        return real
    advice = 'send it with form="i8"' if real.dtype.name == _INT8 else "convert it to a floating type"
    raise TypeError(f"array: the elements are {real.dtype}, and {form} holds floating numbers; {advice}")


def check_form(form: str, tolerance: int | None) -> None:
    """Refuse a form that there is not, and a tolerance where there is none. Raises as `to_wire` does."""
    if text("form", form) not in FORMS:
        raise ValueError(f"form: expected one of {', '.join(FORMS)}, got {form!r}")
    if (form == ADAPT) is (tolerance is None):
        raise ValueError(f'form="{ADAPT}" needs a tolerance, and no other form has one')
    if tolerance is not None:
        adapt.check_limits(tolerance, None)


def _as_i8(array: Real, _: int | None) -> Tensor:
    return Tensor.int8(array) if array.dtype.name == _INT8 else Tensor.quantized(array, 8)


_MAKERS: Mapping[str, Callable[[Real, int | None], Tensor]] = {
    "f16": lambda array, _: Tensor.half(array),
    "sparse": lambda array, _: Tensor.sparse(array),
    "i8": _as_i8,
    "q4": lambda array, _: Tensor.quantized(array, 4),
    ADAPT: lambda array, tolerance: Tensor.adapted(_kept_half(array), tolerance or 0),
}


def _kept_half(array: Real) -> Half:
    """Every element as binary16 by ADA-1, which would make infinite what is too great: here that is refused."""
    half = adapt.as_half(array)
    check_kept(array, half)
    return half.reshape(array.shape)


# Parts


def preface(shape: tuple[int, ...]) -> Tensor:
    """The tensor before the parts of an array: no elements, and the dims [0, …] that tell its shape."""
    return Tensor(DType.F16, (0, *(shape or (1,))), b"")


def is_preface(tensor: Tensor) -> bool:
    """Whether a tensor tells the shape of an array that comes in parts."""
    return tensor.dtype == DType.F16 and len(tensor.dims) > 1 and tensor.dims[0] == 0


def wire_bytes(tensor: Tensor) -> int:
    """The bytes of a tensor's slices, without their table."""
    return len(tensor.payload) + len(tensor.scale or b"") + len(tensor.index or b"")


def parts(
    array: Any, form: str = "f16", *, tolerance: int | None = None, part_bytes: int = MAX_PART_BYTES
) -> tuple[Tensor, ...]:
    """The array in pieces of its row-major order, each with one axis and at most part_bytes (256 to 64,512).

    A piece ends between two blocks of scales, so that together they hold what the whole array would. Raises as
    `to_wire` does.
    """
    check_form(form, tolerance)
    check_part_bytes(part_bytes)
    real = real_elements(array, form)
    flat = real.reshape(-1) if real.dtype.name == _INT8 else _flat_half(real, form)
    ends = _sparse_ends if form == "sparse" else _even_ends(_elements_in(form, part_bytes))
    made, start = [], 0
    for end in ends(flat, part_bytes):
        made.append(_MAKERS[form](flat[start:end], tolerance))
        start = end
    return tuple(made)


def check_part_bytes(part_bytes: int) -> None:
    """Refuse a size that no part may have. Raises ValueError, TypeError for what is no integer."""
    if not MIN_PART_BYTES <= integer("part_bytes", part_bytes) <= MAX_PART_BYTES:
        raise ValueError(f"part_bytes {part_bytes} is not {MIN_PART_BYTES} to {MAX_PART_BYTES}")


def _flat_half(array: Real, form: str) -> Half:
    """Every element as binary16, and refused now if one of them cannot go in the form."""
    if form in ("i8", "q4"):
        return to_half(array)
    if form == ADAPT:
        return _kept_half(array).reshape(-1)
    return np.frombuffer(Tensor.half(array).payload, "<f2") if array.dtype != np.float16 else array.reshape(-1)


def _elements_in(form: str, part_bytes: int) -> int:
    """How many elements of a form have so many bytes, in whole blocks."""
    block_bytes = {"i8": BLOCK + 2, "q4": BLOCK // 2 + 2}.get(form, 2 * BLOCK)
    return part_bytes // block_bytes * BLOCK


Ends: TypeAlias = Callable[[Real, int], Iterator[int]]


def _even_ends(count: int) -> Ends:
    def ends(flat: Real, _: int) -> Iterator[int]:
        yield from range(count, flat.size, count)
        if flat.size:
            yield flat.size

    return ends


def _sparse_ends(flat: Real, part_bytes: int) -> Iterator[int]:
    """The end of each piece, by how many elements are stored: a value of 2 bytes and a coordinate of 4 each."""
    stored = np.flatnonzero(flat.view("<u2") & 0x7FFF)
    most, start = part_bytes // 6, 0
    while start < flat.size:
        after = int(np.searchsorted(stored, start)) + most
        end = int(stored[after]) if after < stored.size else flat.size
        start = min(end, start + sparse.MAX_DENSE_ELEMENTS)
        yield start


class Joining:
    """An array that comes in parts, of which `missing` elements are still to come."""

    __slots__ = ("_flat", "_shape", "missing")

    def __init__(self, tensor: Tensor, most_bytes: int) -> None:
        """tensor: the preface. Raises BAD_RANK, and BUFFER_LIMIT for an array of more than most_bytes."""
        self._shape = tensor.dims[1:]
        check_rank(self._shape)
        self.missing = prod(self._shape)
        if self.bytes > most_bytes:
            detail = f"an array of {list(self._shape)} has {self.bytes:,} bytes as float16; {most_bytes:,} are free"
            raise ResonantError(DropCode.BUFFER_LIMIT, "STM-8", detail)
        self._flat = aligned(self.missing)

    @property
    def bytes(self) -> int:
        """The bytes of the whole array as float16."""
        return 2 * prod(self._shape)

    def take(self, part: Tensor) -> None:
        """Put the next part where it belongs. Raises LENGTH_MISMATCH for one that has no place there."""
        if len(part.dims) != 1 or part.count > self.missing:
            detail = f"a part has dims {list(part.dims)}; of {list(self._shape)} {self.missing} elements are missing"
            raise ResonantError(RejectCode.LENGTH_MISMATCH, "FRM-17", detail)
        start = self._flat.size - self.missing
        self._flat[start : start + part.count] = part.dense()
        self.missing -= part.count

    def array(self) -> Half:
        """The whole array, writable, at a multiple of 64 bytes."""
        assert not self.missing
        return self._flat.reshape(self._shape)


def aligned(count: int) -> Half:
    """So many elements of float16 without a value yet, at a multiple of 64 bytes."""
    room = np.empty(2 * count + ALIGNED_BYTES, np.uint8)
    start = -room.ctypes.data % ALIGNED_BYTES
    return room[start : start + 2 * count].view("<f2")


def check_rank(dims: tuple[int, ...]) -> None:
    """Refuse more dims than arrays have, with BAD_RANK."""
    if len(dims) > MAX_ARRAY_DIMS:
        detail = f"a tensor of {len(dims)} dims is no array, which has at most {MAX_ARRAY_DIMS}"
        raise ResonantError(RejectCode.BAD_RANK, "FRM-15", detail)
