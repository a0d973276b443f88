"""The configuration of a peer: its own values of specs/handshake.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..arguments import boolean, instance, integer, names, octets
from ..arguments import text as checked_text
from ..fec.datagram import MAX_K, MAX_R, MAX_STEP
from ..message.json import MAX_INTEGER
from ..transform import xchacha as sealing
from ..wire_values import DType, Modality
from .events import Mux
from .sync.fields import MAX_SPACE_ID, MAX_TOLERANCE, MUX_FRAMES, MUX_STREAMS

ZSTD = "zstd"
XCHACHA = "xchacha20poly1305"
CRITIQUE = "critique"
NO_TRANSFORM = "none"
RS8 = "rs8"
FEC = "fec"
"""The own value, and member of ping and capability, that a peer need not have (FEC-4)."""
LISTS = ("modality", "compress", "crypto", "dtype")
MODALITY_NAMES: Mapping[int, str] = {modality: modality.name.lower() for modality in Modality}
DTYPE_NAMES: Mapping[int, str] = {DType.F16: "f16", DType.I8: "i8", DType.Q4: "q4", DType.SPARSE_COO: "sparse"}


def modality_name(modality: int) -> str:
    """The name of a modality in lists; if they have no name for it, its number, which no list has."""
    return MODALITY_NAMES.get(modality, str(int(modality)))


def dtype_name(dtype: int) -> str:
    """The name of a dtype in lists; if they have no name for it, its number, which no list has."""
    return DTYPE_NAMES.get(dtype, str(int(dtype)))


class Role(StrEnum):
    """The role of a peer: its end of the conversation."""

    CLIENT = "client"
    SERVER = "server"


_TYPES: Sequence[tuple[str, Callable[[str, Any], Any]]] = (
    ("embedding_space_id", checked_text),
    ("space_hash32", integer),
    ("d_model", integer),
    *((name, names) for name in LISTS),
    ("critique", boolean),
    ("require_crypto", boolean),
    ("salt", octets),
)
_ANNOUNCED: Sequence[tuple[str, Callable[[str, Any], Any]]] = (
    ("frames", integer),
    ("total_len", integer),
    ("md5", checked_text),
    ("xxhash3_64", checked_text),
)


@dataclass(frozen=True, slots=True)
class RepairShape:
    """The groups that a sender makes (specs/fec.md section 2): k frames and r repair datagrams, step numbers apart.

    Raises ValueError for a value out of its range, and TypeError for one that is no integer.
    """

    k: int
    r: int
    step: int = 1

    def __post_init__(self) -> None:
        for name, most in (("k", MAX_K), ("r", MAX_R), ("step", MAX_STEP)):
            value = integer(name, getattr(self, name))
            if not 1 <= value <= most:
                raise ValueError(f"{name} {value} is not 1 to {most}")
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Adaptive:
    """The tolerances of a peer that chooses forms (specs/adaptive.md section 5), in 2^-24 of the energy of a tensor.

    keys, values: those of a Cache, `tolerance` for None. controller: whether they follow the losses that are heard of.
    Raises ValueError for a value that is not 0 to 16,777,216, and TypeError for one of another type.
    """

    tolerance: int
    keys: int | None = None
    values: int | None = None
    controller: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "controller", boolean("controller", self.controller))
        for name in ("tolerance", "keys", "values"):
            given = getattr(self, name)
            if given is None and name != "tolerance":
                continue
            value = integer(name, given)
            if not 0 <= value <= MAX_TOLERANCE:
                raise ValueError(f"{name} {value} is not 0 to {MAX_TOLERANCE}")
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Config:
    """The own values of a peer, named as in specs/handshake.md.

    The four lists hold names in the order of preference, each once. salt: 16 bytes, drawn at random for each
    session (XCH-15). key: 32 bytes, or None for a peer that cannot seal. mux: the bounds on streams that it receives,
    or None for a peer that takes no part in multiplexing (specs/mux.md). fec: a list as well, or None for a peer that
    takes no part in it, and repair: what it sends of that (specs/fec.md). adaptive: by what it chooses the form of
    tensors, or None for a peer that does not (specs/adaptive.md). Raises ValueError for a value that no frame
    could carry, and TypeError for one of another type.
    """

    embedding_space_id: str
    space_hash32: int
    d_model: int
    modality: tuple[str, ...]
    compress: tuple[str, ...]
    crypto: tuple[str, ...]
    dtype: tuple[str, ...]
    critique: bool
    require_crypto: bool
    salt: bytes
    key: bytes | None = None
    mux: Mux | None = None
    fec: tuple[str, ...] | None = None
    repair: RepairShape | None = None
    adaptive: Adaptive | None = None

    def __post_init__(self) -> None:
        for name, plain in _TYPES:
            object.__setattr__(self, name, plain(name, getattr(self, name)))
        object.__setattr__(self, "key", sealing.check_key(self.key))
        self._check_optional()
        sealing.nonce_start(self.salt, 0)
        if not 0 <= self.space_hash32 < 2**32:
            raise ValueError(f"space_hash32 {self.space_hash32} is not a u32")
        if not 1 <= self.d_model <= MAX_INTEGER:
            raise ValueError(f"d_model {self.d_model} is not 1 to {MAX_INTEGER}")
        if len(self.embedding_space_id) > MAX_SPACE_ID:
            raise ValueError(
                f"embedding_space_id has {len(self.embedding_space_id)} characters, {MAX_SPACE_ID} at most"
            )
        for name in (*LISTS, FEC):
            listed = getattr(self, name) or ()
            if len(set(listed)) < len(listed):
                raise ValueError(f"{name} names something twice: {', '.join(listed)}")
        listed = (*self.modality, *self.compress, *self.crypto, *self.dtype, *(self.fec or ()))
        for text in (self.embedding_space_id, *listed):
            text.encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair (MSG-15)

    def _check_optional(self) -> None:
        if self.mux is not None:
            _check_mux(instance("mux", self.mux, Mux))
        if self.fec is not None:
            object.__setattr__(self, FEC, names(FEC, self.fec))
        if self.repair is not None:
            instance("repair", self.repair, RepairShape)
        if self.adaptive is not None:
            instance("adaptive", self.adaptive, Adaptive)


def _check_mux(mux: Mux) -> None:
    for name, (low, high) in (("streams", MUX_STREAMS), ("frames", MUX_FRAMES)):
        value = integer(f"mux.{name}", getattr(mux, name))
        if not low <= value <= high:
            raise ValueError(f"mux.{name} {value} is not {low} to {high}")


@dataclass(frozen=True, slots=True)
class Announce:
    """The announcement of a stream in its HEAD (specs/stream.md section 1).

    frames: the number of data frames. total_len: the number of stream bytes. md5: 32 and xxhash3_64: 16 lower-case
    hexadecimal digits, of the stream bytes. Raises TypeError for a member of another type.
    """

    frames: int
    total_len: int
    md5: str
    xxhash3_64: str

    def __post_init__(self) -> None:
        for name, plain in _ANNOUNCED:
            object.__setattr__(self, name, plain(name, getattr(self, name)))
