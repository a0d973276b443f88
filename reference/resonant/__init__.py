"""Resonant Protocol 1, the reference implementation: bytes in, values out, and back.

There is no socket, clock or randomness in this package, except in `resonant.asyncio`, which nothing else here imports
but `resonant.torch` and `resonant.jax`, for programs with these frameworks.
Every rule it follows is a clause in specs/, and every refusal is a ResonantError that names it.
"""

from .errors import CloseCode, DropCode, Part, RejectCode, ResonantError, Span
from .fec.group import repair_decode, repair_encode
from .frame.decode import decode
from .frame.encode import encode
from .frame.space_hash import space_hash32
from .frame.tail_hash import strong_tail_hash, tail_hash_hex
from .message.messages import Ask, Cache, Critique, Heart, Message, Sync, Think, read_message, to_frame
from .reed_solomon.code import rs_decode, rs_encode
from .tensor.adapt import Choice, Dense, adapt
from .tensor.quant import Quantized, dequantize, elements_of, from_bfloat16, quantize
from .tensor.sparse import sparse_decode, sparse_encode
from .tensor.tensor import Tensor
from .transform.xchacha import nonce_for, open_sealed, seal
from .transform.zstd import compress, decompress
from .wire_values import (
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

__version__ = "0.1.0"
__all__ = [
    "MAX_DATAGRAM_BYTES",
    "MAX_FRAME_BYTES",
    "MIN_FRAME_BYTES",
    "VERSION",
    "Ask",
    "Cache",
    "Choice",
    "CloseCode",
    "Critique",
    "DType",
    "Dense",
    "DropCode",
    "Flags",
    "Frame",
    "Heart",
    "Message",
    "MessageType",
    "Modality",
    "Part",
    "Quantized",
    "RejectCode",
    "ResonantError",
    "Slice",
    "Span",
    "Sync",
    "Tensor",
    "Think",
    "adapt",
    "compress",
    "decode",
    "decompress",
    "dequantize",
    "elements_of",
    "encode",
    "from_bfloat16",
    "nonce_for",
    "open_sealed",
    "quantize",
    "read_message",
    "repair_decode",
    "repair_encode",
    "rs_decode",
    "rs_encode",
    "seal",
    "space_hash32",
    "sparse_decode",
    "sparse_encode",
    "strong_tail_hash",
    "tail_hash_hex",
    "to_frame",
]
