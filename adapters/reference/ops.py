"""The ops of the reference's testee: the shape of each request (specs/ops/) and the call behind it."""

from __future__ import annotations

from typing import Any

import peer_ops
import resonant
import tensor_ops
from resonant.transport import join_all, split

from adapters.testee_kit import (
    DATA,
    STOP,
    U8,
    U16,
    U32,
    Op,
    array,
    boolean,
    decimal,
    greet,
    hexadecimal,
    integer,
    made,
    nullable,
    peer_batch,
    text,
)
from adapters.testee_kit import answer as serve_answer

PROFILES = (
    *("frame", "zstd", "xchacha", "message", "sparse", "quant"),
    *("handshake", "stream", "tcp", "mux", "rs", "fec", "adapt"),
)
TRANSPORTS = ("udp", "tcp")
EXTRAS: list[str] = []
"""Profiles, and transports of the same names, with a library of their own: claimed by the testees that have it."""

KEY, NONCE, LEVEL = hexadecimal(32), hexadecimal(24), integer(1, 22)
SLICE = {"dtype": U8, "dims": array(U32), "payload": DATA}
FIELDS = {
    "type": U8,
    "flags": U16,
    "stream_id": U32,
    "frame_seq": decimal,
    "space_hash32": U32,
    "modality": U8,
    "slices": array(made(resonant.Slice, SLICE)),
}
"""fields.json. Values that no frame may have are let through to the implementation."""


# Ops: what each needs, what it may have, and the call.


def hello(token: str) -> dict[str, Any]:
    """TST-12."""
    claimed, named = (*PROFILES, *EXTRAS), (*TRANSPORTS, *EXTRAS)
    return greet(
        token, name="resonant", version=resonant.__version__, language="Python", profiles=claimed, transports=named
    )


def decode(frame: bytes, key: bytes | None = None) -> dict[str, Any]:
    """A frame's bytes to its fields."""
    f = resonant.decode(frame, key=key)
    slices = [{"dtype": int(s.dtype), "dims": list(s.dims), "payload": s.payload.hex()} for s in f.slices]
    fields = {name: int(getattr(f, name)) for name in ("type", "flags", "stream_id", "space_hash32", "modality")}
    return {"fields": {**fields, "frame_seq": str(f.frame_seq), "slices": slices}}


def encode(fields: resonant.Frame, **options: Any) -> dict[str, Any]:
    """Fields to a frame's bytes."""
    return {"frame": resonant.encode(fields, **options).hex()}


def tcp_split(chunks: tuple[bytes, ...], ended: bool) -> dict[str, Any]:
    """Bytes in chunks to frames, and what becomes of the connection."""
    found = split(chunks, ended=ended)
    return {"frames": [frame.hex() for frame in found.frames], "end": found.end, "held": found.held}


def rs_encode(k: int, r: int, shards: tuple[bytes, ...]) -> dict[str, Any]:
    """Data to parity."""
    return {"parity": [shard.hex() for shard in resonant.rs_encode(k, r, shards)]}


def rs_decode(k: int, r: int, shards: tuple[bytes | None, ...]) -> dict[str, Any]:
    """Some shards to all."""
    return {"shards": [shard.hex() for shard in resonant.rs_decode(k, r, shards)]}


def repair_encode(**group: Any) -> dict[str, Any]:
    """A group of frames to its repair."""
    return {"repair": [datagram.hex() for datagram in resonant.repair_encode(**group)]}


def repair_decode(**group: Any) -> dict[str, Any]:
    """Repair, and what frames there are, to those that are missing."""
    return {"frames": [frame.hex() for frame in resonant.repair_decode(**group)]}


def tcp_join(frames: tuple[bytes, ...]) -> dict[str, Any]:
    """Frames to bytes."""
    return {"bytes": join_all(frames).hex()}


def batch_of(peers: peer_ops.PeerOps) -> Op:
    """The op peer_batch for the table with the ops on these peers."""
    return peer_batch(lambda: OPS, resonant.ResonantError, lambda: peers.endpoint)


SEALING = {"key": KEY, "nonce": NONCE, "aad": DATA}
OPS: dict[str, Op] = {
    "hello": Op({"token": text}, {}, hello),
    "decode": Op({"frame": DATA}, {"key": KEY}, decode),
    "encode": Op({"fields": made(resonant.Frame, FIELDS)}, {"key": KEY, "nonce": NONCE, "level": LEVEL}, encode),
    "space_hash": Op(
        {"space_id": text, "arch": text, "data_sig": text},
        {},
        lambda **parts: {"space_hash32": resonant.space_hash32(**parts)},
    ),
    "tail_hash": Op({"data": DATA}, {}, lambda data: {"xxhash3_64": resonant.tail_hash_hex(data)}),
    "compress": Op(
        {"plain": DATA},
        {"level": LEVEL},
        lambda plain, **options: {"zstd": resonant.compress(plain, **options).hex()},
    ),
    "decompress": Op({"zstd": DATA}, {}, lambda zstd: {"plain": resonant.decompress(zstd).hex()}),
    "seal": Op(SEALING | {"plain": DATA}, {}, lambda plain, **by: {"sealed": resonant.seal(plain, **by).hex()}),
    "open": Op(
        SEALING | {"sealed": DATA}, {}, lambda sealed, **by: {"plain": resonant.open_sealed(sealed, **by).hex()}
    ),
    "read_message": Op({"frame": DATA}, {"key": KEY}, tensor_ops.read_message),
    **tensor_ops.OPS,
    **peer_ops.OPS,
    "peer_batch": batch_of(peer_ops.PEERS),
    "tcp_split": Op({"chunks": array(DATA), "ended": boolean}, {}, tcp_split),
    "tcp_join": Op({"frames": array(DATA)}, {}, tcp_join),
    "rs_encode": Op({"k": U32, "r": U32, "shards": array(DATA)}, {}, rs_encode),
    "rs_decode": Op({"k": U32, "r": U32, "shards": array(nullable(DATA))}, {}, rs_decode),
    "repair_encode": Op(
        {"stream_id": U32, "base": decimal, "r": U32, "step": U32, "frames": array(DATA)}, {}, repair_encode
    ),
    "repair_decode": Op({"repair": array(DATA, 1), "frames": array(DATA)}, {}, repair_decode),
    "stop": STOP,
}


def answer(message: bytes) -> tuple[str, dict[str, Any]]:
    """The op of a message and the reply to it.

    Whatever else the implementation raises ends the process (specs/testee.md section 7).
    """
    return serve_answer(OPS, resonant.ResonantError, message)
