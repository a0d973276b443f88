"""Quantizers, sparse tensors and the choice among them of Resonant Protocol 1 in PyTorch.

Written from specs/quant.md, specs/sparse.md and specs/adaptive.md.

Tensors in, tensors out, on the device they are on, and every element and scale the bits of the specification.
`elements` and `payload` lead from the bytes of a slice to a tensor and back. A refusal is a ResonantError; anything
else is a mistake of the caller.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from enum import StrEnum
from math import prod
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor

BLOCK: Final = 32  # QNT-1
MAX_DENSE_ELEMENTS: Final = 4_194_304  # SPR-9
INFINITY: Final = 0x7C00
"""The bits of binary16 infinity: as int16, finite numbers with sign bit 0 are from 0 up to it."""

# bits -> Q and the bits of the greatest scale, of the table in quant.md
QUANTIZERS: Final = {4: (7, 0x7091), 8: (127, 0x6007)}
SOURCES: Final = {"f16": torch.float16, "f32": torch.float32, "bf16": torch.bfloat16}

# Of adapt, in the order in which the first of equals is chosen (ADA-7)
FORMS: Final = ("f16", "sparse", "i8", "q4")
MAX_TOLERANCE: Final = 2**24  # ADA-2
MAX_BUDGET_BYTES: Final = 2**32 - 1


class RejectCode(StrEnum):
    """The codes of the registry that can come of these operations."""

    LENGTH_MISMATCH = "LENGTH_MISMATCH"
    NON_FINITE = "NON_FINITE"
    BAD_SCALE = "BAD_SCALE"
    BAD_INDEX = "BAD_INDEX"
    FIELD_RANGE = "FIELD_RANGE"
    TOLERANCE = "TOLERANCE"
    BUDGET = "BUDGET"


class ResonantError(ValueError):
    """An input that the specification refuses."""

    def __init__(self, code: RejectCode, clause: str, detail: str) -> None:
        super().__init__(f"{code} ({clause}): {detail}")
        self.code = code
        self.clause = clause
        self.detail = detail


class Quantized(NamedTuple):
    """Codes and scales as they stand in their slices."""

    codes: Tensor
    """uint8, two codes a byte (Q4), or int8 (I8); one axis."""
    scale: Tensor
    """float16, one for each block; one axis."""


class Sparse(NamedTuple):
    """The elements of a tensor that are not zero."""

    values: Tensor
    """float16 [nnz]."""
    coordinates: Tensor
    """int64 [nnz, rank], the rows ascending."""


class Choice(NamedTuple):
    """A form of a tensor, and what travels of it."""

    form: str
    """One of FORMS."""
    payloads: tuple[Tensor, ...]
    """The elements of "f16"; values and coordinates of "sparse"; codes and scale of "i8" and "q4"."""


# Bytes


def elements(data: Any, source: str) -> Tensor:
    """The elements in a bytes-like object, "f16", "f32" or "bf16" little-endian, as a tensor of one axis (QNT-15).

    The tensor is a view: do not write to it if the bytes are not yours to change.
    """
    dtype = SOURCES[source]
    size = memoryview(data).nbytes
    if size % dtype.itemsize:
        detail = f"{size} bytes are not a whole number of {source} elements"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-15", detail)
    return view(data, dtype)


def view(data: Any, dtype: torch.dtype) -> Tensor:
    """A bytes-like object as a tensor of one axis, without a copy."""
    if not memoryview(data).nbytes:  # frombuffer takes no empty one
        return torch.empty(0, dtype=dtype)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given buffer is not writable")
        return torch.frombuffer(data, dtype=dtype)


def payload(tensor: Tensor) -> memoryview:
    """The bytes of a tensor in row-major order: a view that keeps it alive; a copy if it has gaps or is not on CPU."""
    flat: memoryview = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data
    return flat


def index_elements(data: Any, rank: int) -> Tensor:
    """The rows of an index payload as int64 [nnz, rank] (SPR-3)."""
    return view(data, torch.int32).to(torch.int64).bitwise_and_(0xFFFF_FFFF).reshape(-1, rank)


def index_payload(index: Tensor) -> memoryview:
    """An index as its payload: 2 ** 31 and more, as int32 negative, have the same bytes as u32 (SPR-3)."""
    return payload(index.to(torch.int32))


# Quantizers


def quantize(x: Tensor, bits: int) -> Quantized:
    """Codes and scales of a float16, float32 or bfloat16 tensor of any shape; bits is 4 or 8.

    Raises ResonantError with NON_FINITE (QNT-3).
    """
    if x.dtype not in SOURCES.values():
        raise TypeError(f"expected a tensor of float16, float32 or bfloat16, not of {x.dtype}")
    q, greatest_scale = QUANTIZERS[bits]
    n = x.numel()
    half = _padded(x.detach().reshape(-1).to(torch.float16), -n % BLOCK)  # QNT-2; the zeros change no magnitude
    half = half.reshape(-1, BLOCK)
    greatest = (half.view(torch.int16) & 0x7FFF).amax(dim=1)
    if bool((greatest >= INFINITY).any()):
        raise ResonantError(RejectCode.NON_FINITE, "QNT-3", "an element is NaN or infinite in binary16")
    # A divisor that is a number and no tensor can become a multiplication with its reciprocal.
    divisor = torch.full_like(greatest, q, dtype=torch.float32)
    scale = greatest.view(torch.float16).float().div_(divisor).to(torch.float16).view(torch.int16)
    scale = scale.clamp_(max=greatest_scale)  # QNT-4
    divisor = scale.view(torch.float16).float().masked_fill_(scale == 0, 1)  # QNT-5: what is left there is below 2**-17
    codes = half.float().div_(divisor[:, None]).round_().clamp_(-q, q)  # QNT-6: round is to even
    codes = codes.to(torch.int8).reshape(-1)[:n]
    return Quantized(_packed(codes) if bits == 4 else codes, scale.view(torch.float16))


def dequantize(codes: Tensor, count: int, bits: int, scale: Tensor | None = None) -> Tensor:
    """`count` float16 elements of codes (uint8 or int8 of one axis) and scales (float16, one a block).

    Raises ResonantError with LENGTH_MISMATCH or BAD_SCALE (QNT-14).
    """
    size = -(-count // 2) if bits == 4 else count
    if codes.shape != (size,):
        detail = f"{count} elements have {size} bytes of codes, not {list(codes.shape)}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-14", detail)
    blocks = -(-count // BLOCK)
    if scale is not None:
        if scale.shape != (blocks,):
            detail = f"{blocks} blocks have as many scales, not {list(scale.shape)}"
            raise ResonantError(RejectCode.BAD_SCALE, "QNT-14", detail)
        held = scale.view(torch.int16)
        if bool(((held < 0) | (held >= INFINITY)).any()):
            raise ResonantError(RejectCode.BAD_SCALE, "MSG-9", "a scale is negative, NaN or infinite")
    q = (_unpacked(codes)[:count] if bits == 4 else codes.view(torch.int8)).float()
    if scale is None:
        return q.to(torch.float16)  # QNT-13
    product = _padded(q, -count % BLOCK).reshape(-1, BLOCK).mul(scale.float()[:, None])
    return product.to(torch.float16).reshape(-1)[:count]  # QNT-12: 8 and 11 significant bits, so the product is exact


def _padded(flat: Tensor, zeros: int) -> Tensor:
    return torch.nn.functional.pad(flat, (0, zeros)) if zeros else flat


def _packed(codes: Tensor) -> Tensor:
    nibbles = _padded(codes.view(torch.uint8) & 15, codes.numel() % 2).reshape(-1, 2)
    return nibbles[:, 0] | nibbles[:, 1] << 4  # QNT-9, QNT-10


def _unpacked(codes: Tensor) -> Tensor:
    codes = codes.view(torch.uint8)
    nibbles = torch.stack([codes & 15, codes >> 4], dim=1).reshape(-1).view(torch.int8)
    return (nibbles ^ 8) - 8  # the sign of four bits becomes that of eight


# Sparse tensors


def sparse_encode(dense: Tensor, dims: tuple[int, ...] | None = None) -> Sparse:
    """The nonzero elements of a float16 tensor. dims: given if its shape is another, or has more dims than tensors may.

    Raises ResonantError with LENGTH_MISMATCH (SPR-10).
    """
    dims = tuple(dense.shape) or (1,) if dims is None else dims
    if dense.numel() != prod(dims):
        detail = f"dims {dims} have {prod(dims)} elements, not {dense.numel()}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-10", detail)
    half = dense.detach().reshape(-1).view(torch.int16)  # as integers, so that no NaN is touched
    at = torch.nonzero(half & 0x7FFF)  # SPR-7; ascending
    if not at.numel():
        return Sparse(dense.new_empty(0), at.new_empty(0, len(dims)))
    return Sparse(half[at[:, 0]].view(torch.float16), at // at.new_tensor(strides(dims)) % at.new_tensor(dims))


def sparse_decode(dims: tuple[int, ...], values: Tensor, index: Tensor) -> Tensor:
    """The dense float16 tensor with these values (float16 [nnz]) at these coordinates (int64 [nnz, rank]), of one axis.

    Raises ResonantError with BAD_INDEX (SPR-2 to SPR-5) or LENGTH_MISMATCH (SPR-9).
    """
    if index.shape != (values.numel(), len(dims)):
        detail = f"{values.numel()} values of rank {len(dims)} do not have an index of {list(index.shape)}"
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-2", detail)
    if bool(((index < 0) | (index >= index.new_tensor(dims))).any()):
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-4", "a coordinate is not less than its dim")
    if not _ascending(index):
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-5", "a row repeats or precedes the one before it")
    size = prod(dims)
    if size > MAX_DENSE_ELEMENTS:
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-9", f"{size} elements are more than {MAX_DENSE_ELEMENTS}")
    dense = torch.zeros(size, dtype=torch.int16, device=values.device)
    if values.numel():
        at = (index * index.new_tensor(strides(dims))).sum(dim=1)
        dense[at] = values.reshape(-1).view(torch.int16)  # SPR-8
    return dense.view(torch.float16)


def strides(dims: tuple[int, ...]) -> list[int]:
    """How many elements apart neighbours along each dim are, in row-major order."""
    steps = [1]
    for dim in reversed(dims[1:]):
        steps.append(steps[-1] * dim)
    return steps[::-1]


def _ascending(index: Tensor) -> bool:
    if index.shape[0] < 2:
        return True
    before, after = index[:-1], index[1:]
    first = (before != after).to(torch.uint8).argmax(dim=1, keepdim=True)  # 0 for equal rows, refused by the next line
    return bool((before.gather(1, first) < after.gather(1, first)).all())


# The form with the fewest bytes


def adapt(
    x: Tensor,
    allow: Iterable[str] = FORMS,
    *,
    tolerance: int,
    budget: int | None = None,
    dims: tuple[int, ...] | None = None,
) -> Choice:
    """The form of a float16, float32 or bfloat16 tensor with the fewest bytes that is exact enough.

    tolerance: in 2 ** -24 of the energy. budget: in bytes. dims: given as for `sparse_encode`. Raises ResonantError
    with FIELD_RANGE, LENGTH_MISMATCH, TOLERANCE or BUDGET, in this order (ADA-10).
    """
    check_limits(tolerance, budget)
    dims = tuple(x.shape) or (1,) if dims is None else dims
    count = x.numel()
    if count != prod(dims):
        detail = f"dims {dims} have {prod(dims)} elements, not {count}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "ADA-3", detail)
    half = _converted(x)
    sizes = form_sizes(count, len(dims), int((half.view(torch.int16) & 0x7FFF).count_nonzero()))
    for form in sorted(allow, key=lambda one: (sizes[one], FORMS.index(one))):  # ADA-7
        payloads = _candidate(form, half, dims, tolerance)
        if payloads is not None:
            break
    else:
        detail = f"no form that is allowed is exact enough for a tolerance of {tolerance}"
        raise ResonantError(RejectCode.TOLERANCE, "ADA-8", detail)
    if budget is not None and sizes[form] > budget:
        raise ResonantError(RejectCode.BUDGET, "ADA-8", f"{form} takes {sizes[form]} bytes of a budget of {budget}")
    return Choice(form, payloads)


def check_limits(tolerance: int, budget: int | None) -> None:
    """Raise ResonantError with FIELD_RANGE for one that is out of range (ADA-2)."""
    for name, value, most in (("tolerance", tolerance, MAX_TOLERANCE), ("budget", budget, MAX_BUDGET_BYTES)):
        if value is not None and not 0 <= value <= most:
            raise ResonantError(RejectCode.FIELD_RANGE, "ADA-2", f"{name} is {value}, not from 0 to {most}")


def form_sizes(count: int, rank: int, nnz: int) -> dict[str, int]:
    """The bytes of each form: payloads, and for each slice 6 and 4 for each dim (the table in adaptive.md)."""
    entry, scales = 6 + 4 * rank, 2 * -(-count // BLOCK) + 10
    return {
        "f16": 2 * count + entry,
        "sparse": (2 + 4 * rank) * nnz + entry + 18,
        "i8": count + scales + entry,
        "q4": -(-count // 2) + scales + entry,
    }


def _candidate(form: str, half: Tensor, dims: tuple[int, ...], tolerance: int) -> tuple[Tensor, ...] | None:
    """The payloads of a form; None if it is none (ADA-4) or is not exact enough (ADA-6)."""
    if form == "f16":
        return (half,)
    if form == "sparse":
        return tuple(sparse_encode(half, dims))
    if not bool(half.isfinite().all()):
        return None
    bits = 8 if form == "i8" else 4
    codes, scale = quantize(half, bits)
    back = dequantize(codes, half.numel(), bits, scale)
    return (codes, scale) if energy(half, back) << 24 <= tolerance * energy(half) else None


def energy(exact: Tensor, back: Tensor | None = None) -> int:
    """The sum of squares of the differences of finite float16 tensors, in units of 2 ** -48, exactly (ADA-6)."""
    distance = (_units(exact) if back is None else _units(exact) - _units(back)).abs()
    total = 0
    for chunk in distance.split(_SQUARES):
        high, low = chunk >> _LIMB_BITS, chunk & ((1 << _LIMB_BITS) - 1)
        sums = [int(one.mul(other).sum()) for one, other in ((high, high), (high, low), (low, low))]
        total += (sums[0] << 2 * _LIMB_BITS) + (sums[1] << _LIMB_BITS + 1) + sums[2]
    return total


_LIMB_BITS: Final = 21
"""Of numbers of 41 bits, so that both parts have squares of 42 at most."""
_SQUARES: Final = 1 << 20
"""So many of them have a sum of less than 63 bits."""


def _units(half: Tensor) -> Tensor:
    """Finite elements as multiples of 2 ** -24, less than 2 ** 40 in magnitude, in int64."""
    held = half.view(torch.int16).to(torch.int64)
    exponent, fraction = held >> 10 & 31, held & 0x3FF
    units = torch.where(exponent == 0, fraction, (fraction | 0x400) << (exponent - 1).clamp(min=0))
    return torch.where(held < 0, -units, units)


def _converted(x: Tensor) -> Tensor:
    """Elements in binary16 of one axis, NaN as 0x7e00; the bits of those that are already stay (ADA-1)."""
    flat = x.detach().reshape(-1)
    if x.dtype == torch.float16:
        return flat
    return flat.to(torch.float16).view(torch.int16).masked_fill(flat.isnan(), 0x7E00).view(torch.float16)
