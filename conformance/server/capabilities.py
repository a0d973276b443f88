"""A server's description of itself: its capability to the smallest ping, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..wire.build import DType, Slice
from .addresses import QUIC, TCP, UDP

MODALITIES = ("text", "image", "audio", "graph", "mixed")
LISTS = ("compress", "crypto", "modality", "dtype")
_FIRST_SLICES: Mapping[str, Slice] = {
    "f16": Slice(DType.F16, (2,), bytes.fromhex("003c00c0")),
    "i8": Slice(DType.I8, (4,), bytes(4)),
    "q4": Slice(DType.Q4, (4,), bytes(2)),
}


@dataclass(frozen=True, slots=True)
class Learned:
    """A server's own values, as far as they can be read; a check of its own judges how they are written."""

    embedding_space_id: str = ""
    space_hash32: int = 0
    compress: tuple[str, ...] = ()
    crypto: tuple[str, ...] = ()
    modality: tuple[str, ...] | None = None
    """None where the capability lacks the list: everything is agreed then (HSK-25)."""
    dtype: tuple[str, ...] = ()
    require_crypto: bool = False
    streams: bool = False
    """Whether it answered a TAIL: the profile `stream` is judged then."""
    transport: str = UDP
    """That over which it is asked: the profile of that name is judged then."""

    @property
    def modality_code(self) -> int | None:
        """A modality that is agreed, None if none is."""
        known = [MODALITIES.index(name) for name in self.modality or () if name in MODALITIES]
        return 0 if self.modality is None else next(iter(known), None)

    @property
    def tensor(self) -> Slice | None:
        """A tensor of a dtype that is agreed, None if there is none."""
        return next((_FIRST_SLICES[name] for name in self.dtype if name in _FIRST_SLICES), None)

    def names(self, name: str) -> tuple[str, ...]:
        """The list of that name, one of LISTS."""
        found: tuple[str, ...] | None = getattr(self, name)
        return found or ()


def learned_from(message: Mapping[str, Any], *, streams: bool = False, transport: str = UDP) -> Learned:
    """Read a capability leniently: what is missing or wrong counts as not said."""
    supports = message.get("supports")
    inner: Mapping[str, Any] = supports if isinstance(supports, dict) else {}
    space, number = message.get("embedding_space_id"), message.get("space_hash32")
    return Learned(
        embedding_space_id=space if isinstance(space, str) else "",
        space_hash32=number if type(number) is int and 0 <= number < 1 << 32 else 0,
        compress=_names(message.get("compress")),
        crypto=_names(message.get("crypto")),
        modality=_names(message["modality"]) if "modality" in message else None,
        dtype=_names(inner.get("dtype")),
        require_crypto=inner.get("require_crypto") is True,
        streams=streams,
        transport=transport,
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()


@dataclass(frozen=True, slots=True)
class Need:
    """A condition for making a check. lacking: why the check is not planned where the condition is not met."""

    lacking: str
    met: Callable[[Learned], bool]


UNSEALED = Need("the server requires crypto, and its key is not known here", lambda it: not it.require_crypto)
SEALED = Need("the server does not require crypto", lambda it: it.require_crypto)
NAMED_ID = Need("the server names no embedding_space_id", lambda it: bool(it.embedding_space_id))
NAMED_HASH = Need("the server names no space_hash32", lambda it: it.space_hash32 != 0)
KNOWS_ZSTD = Need("the server does not offer zstd", lambda it: "zstd" in it.compress)
LISTS_MODALITY = Need("the server's capability has no modality", lambda it: it.modality is not None)
AGREES_MODALITY = Need("the server agrees to no modality", lambda it: it.modality_code is not None)
AGREES_DATA = Need("the server agrees to none of f16, i8 and q4", lambda it: it.tensor is not None)
STREAMS = Need("the server let a TAIL pass without an answer: it seems to have no streams", lambda it: it.streams)
OVER_TCP = Need("the server is not asked over TCP", lambda it: it.transport == TCP)
OVER_QUIC = Need("the server is not asked over QUIC", lambda it: it.transport == QUIC)
