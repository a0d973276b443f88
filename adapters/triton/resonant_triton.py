"""Quantizers of Resonant Protocol 1 in Triton (specs/quant.md): tensors in, tensors out, each bit the specification's.

On a GPU tensors are PyTorch's. In Triton's interpreter (TRITON_INTERPRET=1) they can also be those of `host_tensors`,
and PyTorch is not needed. A refusal is a ResonantError; anything else is a mistake of the caller.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

import triton

from . import kernels

Tensor: TypeAlias = Any
"""One of PyTorch, or a `HostTensor`."""

# bits -> Q and the bits of the greatest scale, of the table in quant.md
QUANTIZERS: Final = {4: (7, 0x7091), 8: (127, 0x6007)}
SOURCES: Final = {"float16": ("f16", "int16"), "float32": ("f32", "int32"), "bfloat16": ("bf16", "int16")}
"""dtype -> its name in a kernel, and the dtype of its bits."""
BLOCK: Final = 32  # QNT-1
TILE: Final = 32
"""Blocks for each program on a GPU."""
MAX_INTERPRETED_TILE: Final = 8192
"""In the interpreter a program costs milliseconds, whatever it does: it takes all blocks, or so many."""
OPTIONS: Final = {"enable_fp_fusion": False}
"""Of the compiler: no sum here has a product in it, and none may get one."""


class RejectCode(StrEnum):
    """The codes of the registry that can come of these operations."""

    LENGTH_MISMATCH = "LENGTH_MISMATCH"
    NON_FINITE = "NON_FINITE"
    BAD_SCALE = "BAD_SCALE"


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
        if faults.any():
            raise ResonantError(RejectCode.NON_FINITE, "QNT-3", "an element is NaN or infinite in binary16")
    return Quantized(codes, scale.view(_dtype(x, "float16")))


def dequantize(codes: Tensor, count: int, bits: int, scale: Tensor | None = None) -> Tensor:
    """`count` float16 elements of codes (uint8 or int8 of one axis) and scales (float16, one a block).

    Raises ResonantError with LENGTH_MISMATCH or BAD_SCALE (QNT-14).
    """
    size, blocks = code_count(count, bits), block_count(count)
    if codes.numel() != size:
        detail = f"{count} elements have {size} bytes of codes, not {codes.numel()}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-14", detail)
    if scale is not None and scale.numel() != blocks:
        detail = f"{blocks} blocks have as many scales, not {scale.numel()}"
        raise ResonantError(RejectCode.BAD_SCALE, "QNT-14", detail)
    data = codes.new_empty(count, dtype=_dtype(codes, "int16"))
    if blocks:
        tile, programs = tiles(blocks)
        faults = codes.new_empty(programs, dtype=_dtype(codes, "int32"))
        held = data if scale is None else scale.contiguous().view(_dtype(codes, "int16"))
        packed = codes.contiguous().view(_dtype(codes, "int8"))
        kernels.dequantize[(programs,)](
            packed, held, data, faults, count, BITS=bits, SCALED=scale is not None, TILE=tile, **OPTIONS
        )
        if faults.any():
            raise ResonantError(RejectCode.BAD_SCALE, "MSG-9", "a scale is negative, NaN or infinite")
    return data.view(_dtype(codes, "float16"))


def block_count(count: int) -> int:
    """How many blocks `count` elements have (QNT-1)."""
    return -(-count // BLOCK)


def code_count(count: int, bits: int) -> int:
    """How many bytes the codes of `count` elements take (QNT-8, QNT-9)."""
    return -(-count * bits // 8)


def tiles(blocks: int) -> tuple[int, int]:
    """How many blocks a program takes, and how many programs there are."""
    whole = triton.next_power_of_2(blocks)
    tile = min(whole, MAX_INTERPRETED_TILE) if triton.knobs.runtime.interpret else TILE
    return tile, -(-blocks // tile)


def _dtype(like: Tensor, name: str) -> Any:
    """A dtype of the library that a tensor is of."""
    library = sys.modules.get("torch")
    return getattr(library, name) if library is not None and isinstance(like, library.Tensor) else name
