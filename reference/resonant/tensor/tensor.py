"""Tensors of messages, as numpy arrays and as slices: specs/message.md, specs/sparse.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Self

from ..arguments import defined, dims_of, field, octets, real_array
from ..errors import RejectCode, ResonantError
from ..lazy_numpy import NDArray, np
from ..wire_values import DType, Slice
from . import adapt, quant, sparse
from .quant import Half

_BITS = {DType.I8: 8, DType.Q4: 4}
_FORMS = {"f16": DType.F16, "sparse": DType.SPARSE_COO, "i8": DType.I8, "q4": DType.Q4}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: a slice, and its scale slice or index slice where it has one.

    payload, scale and index are bytes as on the wire; bytearray and memoryview become bytes. Arrays of F16 and I8 are
    views of the payload, read-only and without a copy. numpy holds at most 64
    dims: the array methods raise ValueError for more.

    Raises BAD_DTYPE and FIELD_RANGE for a dtype or dim that no slice has, TypeError for an argument of another type.
    Whether payload, scale and index fit the dims is seen when the tensor is encoded.
    """

    dtype: DType
    dims: tuple[int, ...]
    payload: bytes
    scale: bytes | None = None
    """binary16, one for each block of 32 elements; only with I8 and Q4."""
    index: bytes | None = None
    """nnz × rank u32 coordinates; with SparseCoo, and only there."""

    def __post_init__(self) -> None:
        if type(self.dtype) is not DType:
            object.__setattr__(self, "dtype", _dtype(self.dtype))
        if type(self.dims) is not tuple or not all(type(dim) is int and 0 <= dim < 2**32 for dim in self.dims):
            object.__setattr__(self, "dims", dims_of("dims", self.dims))
        for name in ("payload", "scale", "index"):
            value = getattr(self, name)
            if type(value) is not bytes and (value is not None or name == "payload"):
                object.__setattr__(self, name, octets(name, value))

    @classmethod
    def half(cls, array: NDArray[Any]) -> Self:
        """An F16 tensor of a real array, rounded to binary16 where it is wider. Infinities and NaN stay what they are.

        Raises NON_FINITE for a number that only binary16 makes infinite, TypeError for what is no array of real
        numbers, such as a complex or a masked one, or a list.
        """
        array = real_array("array", array)
        with np.errstate(over="ignore"):
            half = np.asarray(array, "<f2")
        check_kept(array, half)
        return cls(DType.F16, array.shape or (1,), half.tobytes())

    @classmethod
    def int8(cls, array: NDArray[np.int8], scale: NDArray[np.float16] | None = None) -> Self:
        """An I8 tensor of codes, with a scale for each block of 32 if they are not plain integers.

        Raises FIELD_RANGE for a code that is no i8, BAD_SCALE for scales that no receiver takes (MSG-8, MSG-9),
        TypeError for what is no array of integers.
        """
        array = real_array("array", array)
        if array.dtype.kind not in "iub":
            raise TypeError(f"array: codes are integers, and the elements are {array.dtype}")
        codes = np.ascontiguousarray(array, np.int8)
        _check_codes(array, codes)
        return cls(DType.I8, array.shape or (1,), codes.tobytes(), _scale_bytes(scale, array.size))

    @classmethod
    def quantized(cls, array: NDArray[Any], bits: int) -> Self:
        """An I8 (bits 8) or Q4 (bits 4) tensor with scales, by specs/quant.md. Raises as `quantize` does."""
        array = real_array("array", array)
        result = quant.quantize(array, bits)
        dtype = DType.I8 if result.bits == 8 else DType.Q4
        return cls(dtype, array.shape or (1,), result.codes, result.scale)

    @classmethod
    def sparse(cls, array: NDArray[Any]) -> Self:
        """A SparseCoo tensor of the elements of a floating array that are not zero."""
        dense = cls.half(array)
        values, index = sparse.sparse_encode(dense.dims, dense.payload)
        return cls(DType.SPARSE_COO, dense.dims, values, index=index)

    @classmethod
    def adapted(
        cls, array: NDArray[Any], tolerance: int, *, allow: Sequence[str] = adapt.FORMS, budget: int | None = None
    ) -> Self:
        """The tensor of a real array in the form with the fewest bytes that is exact enough, by specs/adaptive.md.

        allow: names of forms. Raises FIELD_RANGE, TOLERANCE or BUDGET, and ValueError for names that there are not.
        """
        array = real_array("array", array)
        tolerance, budget = adapt.check_limits(tolerance, budget)
        dims = array.shape or (1,)
        made = adapt.choose(adapt.as_half(array), dims, adapt.forms("allow", allow), tolerance, budget)
        return cls.chosen(made, dims)

    @classmethod
    def chosen(cls, choice: adapt.Choice, dims: tuple[int, ...]) -> Self:
        """The tensor of what `resonant.adapt` chose for these dims."""
        first, *second = choice.payloads
        part = {"sparse": "index", "i8": "scale", "q4": "scale"}.get(choice.form)
        return cls(_FORMS[choice.form], dims, first, **({part: second[0]} if part else {}))

    @property
    def count(self) -> int:
        """n, the product of the dims."""
        return prod(self.dims)

    def codes(self) -> NDArray[np.int8]:
        """The integer codes of an I8 or Q4 tensor, shaped by its dims. Raises ValueError for one of another dtype."""
        return quant.unpack(self.payload, self._bits(), self.count).reshape(self.dims)

    def _bits(self) -> int:
        if self.dtype not in _BITS:
            raise ValueError(f"a tensor of {self.dtype.name} has no codes; see values and dense")
        return _BITS[self.dtype]

    def scales(self) -> Half | None:
        """The scales of an I8 or Q4 tensor, one a block of 32; None where each is 1."""
        return None if self.scale is None else np.frombuffer(self.scale, "<f2")

    def values(self) -> Half:
        """The stored values: an F16 tensor's elements in their shape, a sparse one's in the order of its rows."""
        flat = np.frombuffer(self.payload, "<f2")
        return flat if self.dtype == DType.SPARSE_COO else flat.reshape(self.dims)

    def coordinates(self) -> NDArray[np.uint32]:
        """The coordinates of a sparse tensor, shape (nnz, rank)."""
        return np.frombuffer(self.index or b"", "<u4").reshape(-1, len(self.dims))

    def dense(self) -> Half:
        """The tensor as float16 in its shape, whatever it is made of: dequantized, or filled up with +0.

        Raises LENGTH_MISMATCH for a sparse tensor of more than 4,194,304 elements.
        """
        if self.dtype == DType.F16:
            return self.values()
        if self.dtype == DType.SPARSE_COO:
            index_dims = (len(self.payload) // 2, len(self.dims), 4)
            flat = sparse.sparse_decode(self.dims, self.payload, index_dims, self.index or b"")
        else:
            flat = quant.dequantize(self.payload, bits=self._bits(), count=self.count, scale=self.scale)
        return flat.reshape(self.dims)

    def slices(self) -> tuple[Slice, ...]:
        """The one or two slices of the tensor."""
        first = Slice(self.dtype, self.dims, self.payload)
        if self.scale is not None:
            return first, Slice(DType.F16, (len(self.scale) // 2,), self.scale)
        if self.index is not None:
            return first, Slice(DType.I8, (len(self.payload) // 2, len(self.dims), 4), self.index)
        return (first,)


def text_slice(payload: bytes) -> Slice:
    """A JSON slice."""
    return Slice(DType.I8, (len(payload),), payload)


def mask_array(payload: bytes, dims: Sequence[int]) -> NDArray[np.bool_]:
    """A mask in the shape of its divergence, as a view."""
    return np.frombuffer(payload, np.bool_).reshape(tuple(dims))


def _dtype(value: object) -> DType:
    code = field("dtype", value, RejectCode.BAD_DTYPE, "FRM-14")
    if code not in set(DType):
        raise ResonantError(RejectCode.BAD_DTYPE, "FRM-14", f"dtype {code:#x}; defined are {defined(DType)}")
    return DType(code)


def _scale_bytes(scale: Any, count: int) -> bytes | None:
    if scale is None:
        return None
    with np.errstate(over="ignore"):
        data = np.ascontiguousarray(real_array("scale", scale), "<f2").tobytes()
    quant.check_scale(data, count)
    return data


def check_kept(array: NDArray[Any], half: Half) -> None:
    """Refuse a number that is none any more as binary16: NON_FINITE. half: the elements of array, in whatever dims."""
    if array.dtype == half.dtype:
        return
    lost = np.flatnonzero(np.isinf(half.reshape(-1)) & np.isfinite(array).reshape(-1))
    if lost.size:
        found = f"element {lost[0]} is {array.reshape(-1)[lost[0]]}, and the greatest number of binary16 is 65504"
        raise ResonantError(RejectCode.NON_FINITE, "QNT-3", f"array: {found}")


def _check_codes(array: NDArray[Any], codes: NDArray[np.int8]) -> None:
    lost = np.flatnonzero(array != codes)
    if lost.size:
        detail = f"array: element {lost[0]} is {array.reshape(-1)[lost[0]]}, which is not an i8"
        raise ResonantError(RejectCode.FIELD_RANGE, "FRM-36", detail)
