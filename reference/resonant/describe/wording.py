"""The values of the wire in words, right or wrong, for the people who read them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from math import prod

from ..arguments import defined
from ..console import counted
from ..frame.slices import PAYLOAD_RULES
from ..wire_values import ALL_FLAGS, VERSION, DType, Flags, Frame, MessageType, Modality

_SHOWN = 4  # values of a payload, dims of a slice


def display_name(value: IntEnum) -> str:
    """The name as specs/ writes it: Think, F16, SparseCoo, Text."""
    return value.name.title().replace("_", "")


def type_text(value: int) -> str:
    """Words for `type` (FRM-3)."""
    return _named(MessageType, value, f"{value} (undefined; types are {defined(MessageType, '–')})")


def modality_text(value: int) -> str:
    """Words for `modality` (FRM-11)."""
    return _named(Modality, value, f"{value} (undefined; modalities are {defined(Modality, '–')})")


def dtype_text(value: int) -> str:
    """Words for the `dtype` of a slice (FRM-14)."""
    return _named(DType, value, f"0x{value:02x} (undefined; dtypes are {defined(DType)})")


def version_text(value: int) -> str:
    """Words for `version` (FRM-2)."""
    return str(value) if value == VERSION else f"{value} (undefined; the only version is 1)"


def flags_text(value: int) -> str:
    """Words for `flags` (FRM-4)."""
    names = [flag.name or "" for flag in Flags if value & flag]
    reserved = [str(bit) for bit in range(16) if value & ~ALL_FLAGS & 1 << bit]
    if reserved:
        names.append(f"reserved bit{'s' if len(reserved) > 1 else ''} {', '.join(reserved)}!")
    return " | ".join(names) or "none"


def rank_text(value: int) -> str:
    """Words for the `rank` of a slice (FRM-15)."""
    return str(value) if value else "0: a single value has dims [1]!"


def dims_text(dims: Sequence[int]) -> str:
    """Words for the dims of a slice."""
    shown = [str(dim) for dim in dims[:_SHOWN]]
    more = [f"… {len(dims) - _SHOWN} more"] if len(dims) > _SHOWN else []
    return f"[{', '.join(shown + more)}]"


def payload_text(dtype: int, dims: Sequence[int], payload: bytes) -> str:
    """Words for a payload: its first values, or that its length does not fit the dims."""
    size = f"{len(payload):,} byte{'' if len(payload) == 1 else 's'}"
    if dtype in PAYLOAD_RULES and not PAYLOAD_RULES[dtype][2](len(payload), prod(dims)):
        return f"{size}, which do not fit {dims_text(dims)}!"
    if not payload or dtype not in _READERS:
        return size
    values, count, unit = _READERS[dtype](payload)
    if not any(payload) and count > _SHOWN:
        return f"{count:,} zeros"
    more = [f"… {count - len(values):,} more{unit}"] if count > len(values) else []
    return ", ".join([*values, *more])


def frame_text(frame: Frame, origin: str = "") -> str:
    """One line about a decoded frame. origin: where it came from, such as " from 127.0.0.1:50051"."""
    count = len(frame.slices)
    slices = "; ".join(
        f"{dtype_text(one.dtype)} {list(one.dims)}, {counted(len(one.payload), 'byte')}" for one in frame.slices
    )
    return (
        f"{type_text(frame.type)} stream 0x{frame.stream_id:x} seq {frame.frame_seq}{origin}: "
        f"{count} slice{'' if count == 1 else 's'}{', ' if slices else ''}{slices}, space_hash32 {frame.space_hash32}"
    )


def _named(kind: type[IntEnum], value: int, otherwise: str) -> str:
    return display_name(kind(value)) if value in {int(one) for one in kind} else otherwise


def _halves(payload: bytes) -> tuple[list[str], int, str]:
    count = len(payload) // 2
    shown = min(count, _SHOWN)
    return (
        [f"{value:.5g}" if value % 1 else f"{value:.1f}" for value in struct.unpack_from(f"<{shown}e", payload)],
        count,
        "",
    )


def _octets(payload: bytes) -> tuple[list[str], int, str]:
    return [str(value) for value in struct.unpack_from(f"{min(len(payload), _SHOWN)}b", payload)], len(payload), ""


def _nibble_pairs(payload: bytes) -> tuple[list[str], int, str]:
    return [f"0x{value:02x}" for value in payload[:_SHOWN]], len(payload), " pairs of codes"


_READERS: Mapping[int, Callable[[bytes], tuple[list[str], int, str]]] = {
    DType.F16: _halves,
    DType.I8: _octets,
    DType.Q4: _nibble_pairs,
    DType.SPARSE_COO: _halves,
}
