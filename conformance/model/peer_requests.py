"""A valid request for each op on peers, and the configuration that the suite's own peers under test have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cases import Accept, Case

SPACE, SPACE_HASH = "demo:decoder:v1", 0x5EED1234
SERVER_SALT = bytes(range(0x40, 0x50))
# Everything on offer, and nothing that needs a transform or a key.
CONFIG: Mapping[str, Any] = {
    "embedding_space_id": SPACE,
    "space_hash32": SPACE_HASH,
    "d_model": 4096,
    "modality": ["text", "image", "audio", "graph", "mixed"],
    "compress": ["none"],
    "crypto": ["none"],
    "dtype": ["f16", "i8", "q4"],
    "critique": True,
    "require_crypto": False,
    "salt": SERVER_SALT.hex(),
}
_HANDSHAKE = "handshake"
_INPUTS: Mapping[str, Mapping[str, Any]] = {
    "peer_open": {"role": "server", "config": CONFIG},
    "peer_send": {"kind": "heart", "stream_id": 1},
    "peer_poll": {},
    "peer_advance": {"ms": 1},
    "peer_close": {},
    "reset": {},
}
PEER_OPS: tuple[Case, ...] = tuple(
    Case(f"{_HANDSHAKE}/{op}", _HANDSHAKE, (), op, f"The op {op}.", ("TST-10",), given, Accept({}))
    for op, given in _INPUTS.items()
)
"""Each op once; a testee without handshake answers `unsupported`, whether its peers are open or not."""
