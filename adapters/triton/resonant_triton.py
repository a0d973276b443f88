"""Quantizers of Resonant Protocol 1 in Triton (specs/quant.md): tensors in, tensors out, each bit the specification's.

On a GPU tensors are PyTorch's. In Triton's interpreter (TRITON_INTERPRET=1) they can also be those of `host_tensors`,
and PyTorch is not needed. A refusal is a ResonantError; anything else is a mistake of the caller.
"""

from __future__ import annotations

import sys
from typing import Any, Final, NamedTuple, TypeAlias

import triton

from adapters.frameworks.quantizers import (
    QUANTIZERS,
    block_count,
    check_finite,
    check_lengths,
    check_scales,
    code_count,
)

from . import kernels

Tensor: TypeAlias = Any
"""One of PyTorch, or a `HostTensor`."""

SOURCES: Final = {"float16": ("f16", "int16"), "float32": ("f32", "int32"), "bfloat16": ("bf16", "int16")}
"""dtype -> its name in a kernel, and the dtype of its bits."""
TILE: Final = 32
"""Blocks for each program on a GPU."""
MAX_INTERPRETED_TILE: Final = 8192
"""In the interpreter a program costs milliseconds, whatever it does: it takes all blocks, or so many."""
OPTIONS: Final = {"enable_fp_fusion": False}
"""Of the compiler: no sum here has a product in it, and none may get one."""


class Quantized(NamedTuple):
    """Codes and scales as they stand in their slices."""

    codes: Tensor
    """int8, two codes a byte (Q4), or one (I8); one axis."""
    scale: Tensor
    """float16, one for each block; one axis."""


def quantize(x: Tensor, bits: int) -> Quantized:
    """Codes and scales of a float16, float32 or bfloat16 tensor of any shape; bits is 4 or 8.

    Raises ResonantError with NON_FINITE (QNT-3).
    """
    source, held = SOURCES[str(x.dtype).removeprefix("torch.")]
    q, greatest_scale = QUANTIZERS[bits]
    n = x.numel()
    blocks = block_count(n)
    data = x.contiguous().reshape(-1).view(_dtype(x, held))
    codes = data.new_empty(code_count(n, bits), dtype=_dtype(x, "int8"))
    scale = data.new_empty(blocks, dtype=_dtype(x, "int16"))
    if blocks:
        tile, programs = tiles(blocks)
        faults = data.new_empty(programs, dtype=_dtype(x, "int32"))
        kernels.quantize[(programs,)](
            data, codes, scale, faults, n, SOURCE=source, BITS=bits, Q=q, GREATEST=greatest_scale, TILE=tile, **OPTIONS
        )
        check_finite(are=not faults.any())
    return Quantized(codes, scale.view(_dtype(x, "float16")))


def dequantize(codes: Tensor, count: int, bits: int, scale: Tensor | None = None) -> Tensor:
    """`count` float16 elements of codes (uint8 or int8 of one axis) and scales (float16, one a block).

    Raises ResonantError with LENGTH_MISMATCH or BAD_SCALE (QNT-14).
    """
    check_lengths(count, bits, (codes.numel(),), None if scale is None else (scale.numel(),))
    blocks = block_count(count)
    data = codes.new_empty(count, dtype=_dtype(codes, "int16"))
    if blocks:
        tile, programs = tiles(blocks)
        faults = codes.new_empty(programs, dtype=_dtype(codes, "int32"))
        held = data if scale is None else scale.contiguous().view(_dtype(codes, "int16"))
        packed = codes.contiguous().view(_dtype(codes, "int8"))
        kernels.dequantize[(programs,)](
            packed, held, data, faults, count, BITS=bits, SCALED=scale is not None, TILE=tile, **OPTIONS
        )
        check_scales(are=not faults.any())
    return data.view(_dtype(codes, "float16"))


def tiles(blocks: int) -> tuple[int, int]:
    """How many blocks a program takes, and how many programs there are."""
    whole = triton.next_power_of_2(blocks)
    tile = min(whole, MAX_INTERPRETED_TILE) if triton.knobs.runtime.interpret else TILE
    return tile, -(-blocks // tile)


def _dtype(like: Tensor, name: str) -> Any:
    """A dtype of the library that a tensor is of."""
    library = sys.modules.get("torch")
    return getattr(library, name) if library is not None and isinstance(like, library.Tensor) else name
