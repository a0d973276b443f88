"""The form of a tensor with the fewest bytes that is exact enough: specs/adaptive.md, decided in integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Self, TypeAlias

from ..arguments import dims_of, integer, names, octets, real_array, text
from ..console import counted
from ..errors import RejectCode, ResonantError
from ..lazy_numpy import NDArray, np
from . import quant, sparse
from .quant import Half

MAX_TOLERANCE = 16_777_216  # ADA-2
MAX_BUDGET_BYTES = 4_294_967_295
FORMS = ("f16", "sparse", "i8", "q4")
"""In the order in which the first of equals is chosen (ADA-7)."""
SOURCES: Mapping[str, str] = {"f16": "<f2", "f32": "<f4", "bf16": "<u2"}
_UNITS = 2.0**24  # of 1; every finite binary16 is a whole number of them
_BITS = {"i8": 8, "q4": 4}
_CHUNK = 1 << 20
"""So many squares at once, of which no partial sum is beyond 63 bits."""
_LOW_BITS = 21
Payloads: TypeAlias = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A form, its one or two payloads in the order of their slices, and the bytes of them and their table entries."""

    form: str
    payloads: Payloads
    size: int


@dataclass(frozen=True, slots=True)
class Dense:
    """A tensor whose form is still to be chosen: the first three arguments of `adapt`.

    Raises TypeError for a value of another type, FIELD_RANGE for a dim that is no u32 and ValueError for no source.
    """

    source: str
    data: bytes
    dims: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", source_of(self.source))
        object.__setattr__(self, "data", octets("data", self.data))
        object.__setattr__(self, "dims", dims_of("dims", self.dims))

    @classmethod
    def of(cls, array: NDArray[Any]) -> Self:
        """The elements of a real array of any shape, in binary16 (ADA-1). Raises TypeError for what is none."""
        array = real_array("array", array)
        return cls("f16", as_half(array).tobytes(), array.shape or (1,))


def source_of(value: object) -> str:
    """The name of a source. Raises TypeError and ValueError."""
    name = text("source", value)
    if name not in SOURCES:
        raise ValueError(f"source: expected one of {', '.join(SOURCES)}, got {name!r}")
    return name


def adapt(
    source: str,
    data: bytes,
    dims: Iterable[int],
    *,
    allow: Iterable[str] = FORMS,
    tolerance: int,
    budget: int | None = None,
) -> Choice:
    """Choose a form for the little-endian elements of a tensor.

    source: f16, f32 or bf16. tolerance: in 2^-24 of the energy. Raises FIELD_RANGE, LENGTH_MISMATCH, TOLERANCE or
    BUDGET, in this order (ADA-10), and ValueError for names that there are not.
    """
    source, data = source_of(source), octets("data", data)
    allow = forms("allow", allow)
    tolerance, budget = check_limits(tolerance, budget)
    dims = dims_of("dims", dims)
    width = np.dtype(SOURCES[source]).itemsize
    if len(data) != prod(dims) * width:
        detail = f"{counted(len(data), 'byte')} for dims {list(dims)} and elements of {width}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "ADA-3", detail)
    elements: NDArray[Any] = np.frombuffer(data, SOURCES[source])
    half = as_half(quant.from_bfloat16(elements) if source == "bf16" else elements)
    return choose(half, dims, allow, tolerance, budget)


def check_limits(tolerance: int, budget: int | None) -> tuple[int, int | None]:
    """The tolerance and budget as plain integers. Raises FIELD_RANGE for one out of range (ADA-2)."""
    checked = _in_range("tolerance", tolerance, MAX_TOLERANCE)
    return checked, None if budget is None else _in_range("budget", budget, MAX_BUDGET_BYTES)


def _in_range(name: str, value: int, most: int) -> int:
    plain = integer(name, value)
    if not 0 <= plain <= most:
        raise ResonantError(RejectCode.FIELD_RANGE, "ADA-2", f"{name} is {plain}, and it may be 0 to {most}")
    return plain


def forms(name: str, value: Any) -> tuple[str, ...]:
    """Names of forms. Raises ValueError for another name."""
    found = names(name, value)
    unknown = [one for one in found if one not in FORMS]
    if unknown:
        raise ValueError(f"{name}: expected names of {', '.join(FORMS)}, got {unknown[0]!r}")
    return found


def as_half(array: NDArray[Any]) -> Half:
    """Floating elements in row-major order as binary16; of those that are converted, NaN becomes 0x7e00 (ADA-1)."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.dtype == np.dtype("<f2"):
        return flat
    with np.errstate(over="ignore"):
        half = flat.astype("<f2")
    half.view("<u2")[np.isnan(flat)] = 0x7E00
    return half


def choose(half: Half, dims: tuple[int, ...], allow: Iterable[str], tolerance: int, budget: int | None) -> Choice:
    """The choice for flat elements. Raises TOLERANCE or BUDGET (ADA-8)."""
    stored = int(np.count_nonzero(half.view("<u2") & 0x7FFF))
    sizes = sizes_of(half.size, len(dims), stored)
    for form in sorted(allow, key=lambda one: (sizes[one], FORMS.index(one))):
        payloads = _CANDIDATES[form](half, dims, tolerance)
        if payloads is not None:
            break
    else:
        detail = f"none of {', '.join(allow) or 'no forms'} is exact enough for a tolerance of {tolerance}"
        raise ResonantError(RejectCode.TOLERANCE, "ADA-8", detail)
    if budget is not None and sizes[form] > budget:
        raise ResonantError(
            RejectCode.BUDGET, "ADA-8", f"{form} takes {counted(sizes[form], 'byte')} of a budget of {budget}"
        )
    return Choice(form, payloads, sizes[form])


def sizes_of(count: int, rank: int, stored: int) -> Mapping[str, int]:
    """The bytes of each form: its payloads, and for each slice 6 bytes and 4 for each dim (adaptive.md, section 2)."""
    entry, scales = 6 + 4 * rank, 2 * quant.blocks_of(count) + 10
    return {
        "f16": 2 * count + entry,
        "sparse": 2 * stored + 4 * rank * stored + entry + 18,
        "i8": count + scales + entry,
        "q4": (count + 1) // 2 + scales + entry,
    }


def _f16(half: Half, _dims: tuple[int, ...], _tolerance: int) -> Payloads:
    return (half.tobytes(),)  # ADA-5


def _sparse(half: Half, dims: tuple[int, ...], _tolerance: int) -> Payloads:
    return sparse.sparse_encode(dims, half.tobytes())  # ADA-5


def _quantized(form: str) -> Callable[[Half, tuple[int, ...], int], Payloads | None]:
    def candidate(half: Half, _dims: tuple[int, ...], tolerance: int) -> Payloads | None:
        if not np.isfinite(half).all():  # ADA-4
            return None
        made = quant.quantize(half, _BITS[form])
        back = quant.dequantize(made.codes, bits=made.bits, count=made.count, scale=made.scale)
        return (made.codes, made.scale) if passes(half, back, tolerance) else None

    return candidate


def passes(half: Half, back: Half, tolerance: int) -> bool:
    """Whether the energy of the error is within the tolerance (ADA-6)."""
    exact, found = _in_units(half), _in_units(back)
    return sum_of_squares(exact - found) << 24 <= tolerance * sum_of_squares(exact)


def _in_units(half: Half) -> NDArray[np.int64]:
    return (half.astype(np.float64) * _UNITS).astype(np.int64)


def sum_of_squares(values: NDArray[np.int64]) -> int:
    """The sum of the squares of integers below 2^41, exactly: each in two parts, (h·2^21 + l)²."""
    total = 0
    for start in range(0, values.size, _CHUNK):
        part = np.abs(values[start : start + _CHUNK])
        high, low = part >> _LOW_BITS, part & ((1 << _LOW_BITS) - 1)
        total += (int(high @ high) << 2 * _LOW_BITS) + (int(high @ low) << _LOW_BITS + 1) + int(low @ low)
    return total


_CANDIDATES: Mapping[str, Callable[[Half, tuple[int, ...], int], Payloads | None]] = {
    "f16": _f16,
    "sparse": _sparse,
    "i8": _quantized("i8"),
    "q4": _quantized("q4"),
}
"""The payloads of each form, None where it does not pass."""
