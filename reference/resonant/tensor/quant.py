"""The two bit-exact quantizers: specs/quant.md. Plain numpy, one step a line, in the order of the clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..arguments import integer, octets, real_array, text
from ..console import counted
from ..errors import RejectCode, ResonantError
from ..lazy_numpy import NDArray, np

BLOCK = 32  # QNT-1
Half: TypeAlias = NDArray["np.float16"]


@dataclass(frozen=True, slots=True)
class Width:
    """The numbers in which the quantizers differ. q: the greatest code. greatest_scale: binary16 bits."""

    q: int
    greatest_scale: int


WIDTHS: Mapping[int, Width] = {4: Width(7, 0x7091), 8: Width(127, 0x6007)}


@dataclass(frozen=True, slots=True)
class Quantized:
    """codes: bytes as on the wire (QNT-8, QNT-9). scale: binary16, one a block. count: the number of elements."""

    bits: int
    count: int
    codes: bytes
    scale: bytes


def blocks_of(count: int) -> int:
    """The number of blocks of `count` elements."""
    return -(-count // BLOCK)


def elements_of(data: bytes, dtype: str, width: int) -> NDArray[Any]:
    """Little-endian elements of `width` bytes as a view. Raises LENGTH_MISMATCH for half an element (QNT-15)."""
    data, dtype, width = octets("data", data), text("dtype", dtype), integer("width", width)
    if width < 1 or np.dtype(dtype).itemsize != width:
        raise ValueError(
            f"width: elements of {dtype!r} have {counted(np.dtype(dtype).itemsize, 'byte')}, and {width} came"
        )
    if len(data) % width:
        detail = f"{counted(len(data), 'byte')} cannot be a whole number of elements of {width}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-15", detail)
    return np.frombuffer(data, dtype)


def to_half(source: NDArray[Any]) -> Half:
    """Any floating array as flat binary16, by RNE (QNT-2). Raises NON_FINITE for what is not finite then (QNT-3)."""
    with np.errstate(over="ignore"):
        half = np.ascontiguousarray(real_array("source", source)).reshape(-1).astype("<f2", copy=False)
    bad = np.flatnonzero((half.view("<u2") & 0x7C00) == 0x7C00)
    if bad.size:
        raise ResonantError(RejectCode.NON_FINITE, "QNT-3", f"element {bad[0]} is {half[bad[0]]} in binary16")
    return half


def from_bfloat16(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """bfloat16, given as its bits, as binary32; exact."""
    bits = real_array("bits", bits)
    if bits.dtype.kind != "u" or bits.dtype.itemsize != 2:
        raise TypeError(f"bits: expected an array of uint16, got one of {bits.dtype}")
    return (bits.astype("<u4") << 16).view("<f4")


def quantize(source: NDArray[Any], bits: int) -> Quantized:
    """Quantize a floating array of any shape, in row-major order.

    source: float16, float32 or float64. bits: 4 or 8. Raises NON_FINITE, TypeError for what is no array of real
    numbers, and ValueError for other bits.
    """
    bits = check_bits(bits)
    width = WIDTHS[bits]
    half = to_half(source)
    count = half.size
    blocks = np.zeros((blocks_of(count), BLOCK), "<f2")
    blocks.reshape(-1)[:count] = half
    # The magnitudes of binary16 are in the order of their bits.
    greatest = (blocks.view("<u2") & 0x7FFF).max(axis=1, initial=0).astype("<u2").view("<f2").astype("<f4")
    scale = (greatest / np.float32(width.q)).astype("<f2")  # QNT-4
    scale = np.minimum(scale.view("<u2"), width.greatest_scale).astype("<u2").view("<f2")
    divisor = scale.astype("<f4")[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = blocks.astype("<f4") / divisor  # QNT-6, by the rounded scale
    codes = np.where(divisor == 0, np.float32(0), np.clip(np.rint(exact), -width.q, width.q))  # QNT-5
    flat = codes.astype(np.int8).reshape(-1)[:count]
    return Quantized(bits, count, pack(flat, bits), scale.tobytes())


def check_bits(bits: int) -> int:
    """4 or 8. Raises ValueError for another width, TypeError for what is no integer."""
    bits = integer("bits", bits)
    if bits not in WIDTHS:
        raise ValueError(f"bits: expected 4 or 8, got {bits}")
    return bits


def pack(codes: NDArray[np.int8], bits: int) -> bytes:
    """Codes as bytes (QNT-8 to QNT-10)."""
    if bits == 8:
        return codes.tobytes()
    nibbles = np.zeros(codes.size + codes.size % 2, np.uint8)
    nibbles[: codes.size] = codes.view(np.uint8) & 0x0F
    return (nibbles[0::2] | nibbles[1::2] << 4).tobytes()


def unpack(data: bytes, bits: int, count: int) -> NDArray[np.int8]:
    """The `count` codes in `data`, -8 and -128 as they stand (QNT-11). Raises LENGTH_MISMATCH (QNT-14)."""
    expected = count if bits == 8 else (count + 1) // 2
    if len(data) != expected:
        detail = f"{counted(count, 'code')} of {bits} bits are {counted(expected, 'byte')}, not {len(data)}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-14", detail)
    raw = np.frombuffer(data, np.uint8)
    if bits == 8:
        return raw.view(np.int8)
    nibbles = np.stack((raw & 0x0F, raw >> 4), axis=1).reshape(-1)[:count]
    return ((nibbles ^ 0x08).astype(np.int8) - np.int8(8)).astype(np.int8)


def check_scale(data: bytes, count: int, *, dims: tuple[int, ...] | None = None) -> Half:
    """The scales of `count` elements. dims: of their slice, checked too. Raises BAD_SCALE (MSG-8, MSG-9)."""
    blocks = blocks_of(count)
    if len(data) != 2 * blocks or dims not in (None, (blocks,)):
        found = f"dims {list(dims)}" if dims is not None else counted(len(data), "byte")
        raise ResonantError(
            RejectCode.BAD_SCALE, "MSG-8", f"{count} elements have {counted(blocks, 'scale')}; here are {found}"
        )
    scale = np.frombuffer(data, "<f2")
    bad = np.flatnonzero(scale.view("<u2") >= 0x7C00)  # infinite, NaN, or the sign bit set
    if bad.size:
        raise ResonantError(RejectCode.BAD_SCALE, "MSG-9", f"scale {bad[0]} is {scale[bad[0]]}")
    return scale


def dequantize(codes: bytes, *, bits: int, count: int, scale: bytes | None = None) -> Half:
    """`count` elements as flat float16 (QNT-12). scale: binary16, one a block; None stands for 1.0 (QNT-13).

    Raises LENGTH_MISMATCH or BAD_SCALE (QNT-14).
    """
    bits, count, codes = check_bits(bits), integer("count", count), octets("codes", codes)
    scale = None if scale is None else octets("scale", scale)
    values = unpack(codes, bits, count).astype("<f4")
    if scale is None:
        return values.astype("<f2")
    factors = np.repeat(check_scale(scale, count).astype("<f4"), BLOCK)[:count]
    with np.errstate(over="ignore"):
        result: Half = (values * factors).astype("<f2")
    return result
