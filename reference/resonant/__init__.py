"""Resonant Protocol 1, the reference implementation: bytes in, values out, and back.

There is no socket, clock or randomness in this package. Every rule it follows is a clause in specs/, and every refusal
is a ResonantError that names it.
"""

from .compression import compress, decompress
from .decode import decode
from .encode import encode
from .errors import Part, RejectCode, ResonantError, Span
from .sealing import nonce_for, open_sealed, seal
from .space import space_hash32
from .tail import strong_tail_hash, tail_hash_hex
from .values import (
    MAX_DATAGRAM_BYTES,
    MAX_FRAME_BYTES,
    MIN_FRAME_BYTES,
    VERSION,
    DType,
    Flags,
    Frame,
    MessageType,
    Modality,
    Slice,
)

__all__ = [
    "MAX_DATAGRAM_BYTES",
    "MAX_FRAME_BYTES",
    "MIN_FRAME_BYTES",
    "VERSION",
    "DType",
    "Flags",
    "Frame",
    "MessageType",
    "Modality",
    "Part",
    "RejectCode",
    "ResonantError",
    "Slice",
    "Span",
    "compress",
    "decode",
    "decompress",
    "encode",
    "nonce_for",
    "open_sealed",
    "seal",
    "space_hash32",
    "strong_tail_hash",
    "tail_hash_hex",
]
