"""The quantizers of specs/quant.md."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from adapters.frameworks.quantizers import BLOCK, INFINITY, QUANTIZERS, check_finite, check_lengths, check_scales

from .values import SOURCES


class Quantized(NamedTuple):
    """Codes and scales as they stand in their slices."""

    codes: Tensor
    """uint8, two codes a byte (Q4), or int8 (I8); one axis."""
    scale: Tensor
    """float16, one for each block; one axis."""


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
    check_finite(are=not bool((greatest >= INFINITY).any()))
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
    check_lengths(count, bits, tuple(codes.shape), None if scale is None else tuple(scale.shape))
    q = (_unpacked(codes)[:count] if bits == 4 else codes.view(torch.int8)).float()
    if scale is None:
        return q.to(torch.float16)  # QNT-13
    held = scale.view(torch.int16)  # with the sign bit set, as other numbers are not, it is negative
    check_scales(are=not bool(((held < 0) | (held >= INFINITY)).any()))
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
