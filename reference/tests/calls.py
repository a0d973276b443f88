"""Calls of the reference that a program may make, each with arguments that are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import resonant
from resonant import DType, Flags, Frame, MessageType, Modality, ResonantError, Slice, Tensor
from resonant.describe.annotate import annotate
from resonant.describe.explain import explain
from resonant.peer import Adaptive, Announce, Config, Peer, Role

HALF = np.ones(32, np.float16)
TENSOR = Tensor.half(HALF)
FRAME: Mapping[str, Any] = {
    "type": MessageType.THINK,
    "flags": Flags.NONE,
    "stream_id": 1,
    "frame_seq": 2,
    "space_hash32": 3,
    "modality": Modality.TEXT,
    "slices": (Slice(DType.F16, (1,), b"\0<"),),
}
CONFIG: Mapping[str, Any] = {
    "embedding_space_id": "a",
    "space_hash32": 1,
    "d_model": 8,
    "modality": ("text",),
    "compress": ("none",),
    "crypto": ("none",),
    "dtype": ("f16",),
    "critique": True,
    "require_crypto": False,
    "salt": bytes(16),
    "key": bytes(32),
    "adaptive": Adaptive(0),
}
MD5, XXH3 = "0" * 32, "0" * 16


def encoded(**fields: Any) -> bytes:
    return resonant.encode(Frame(**fields))


def read(**fields: Any) -> object:
    return resonant.read_message(Frame(**fields))


def encoded_slice(**members: Any) -> bytes:
    return encoded(**{**FRAME, "slices": (Slice(**members),)})


def used(**members: Any) -> object:
    """A tensor, and everything that can be asked of it."""
    tensor = Tensor(**members)
    views = (Tensor.codes, Tensor.scales, Tensor.values, Tensor.coordinates, Tensor.dense, Tensor.slices)
    return tensor.count, [_tried(view, tensor) for view in views]


def _tried(view: Callable[[Tensor], object], tensor: Tensor) -> object:
    try:
        return view(tensor)
    except (ResonantError, TypeError, ValueError):
        return None


def framed(make: Callable[..., resonant.Message], **members: Any) -> Frame:
    return resonant.to_frame(make(**members), stream_id=1, frame_seq=0)


def established() -> Peer:
    client, server = (Peer(role, Config(**CONFIG)) for role in (Role.CLIENT, Role.SERVER))
    answer = server.receive(client.ping(1, 0).datagrams[0], 0).datagrams[0]
    client.receive(answer, 0)
    return client


def asked(name: str, **arguments: Any) -> object:
    return getattr(established(), name)(**arguments)


SEALING = {"key": bytes(32), "nonce": bytes(24), "aad": b""}
TIMED = {"stream_id": 3, "now_ms": 1}
CALLS: Mapping[str, tuple[Callable[..., Any], Mapping[str, Any]]] = {
    "encode frame": (encoded, FRAME),
    "encode": (resonant.encode, {"frame": Frame(**FRAME), "key": bytes(32), "nonce": bytes(24), "level": 3}),
    "encode slice": (encoded_slice, {"dtype": DType.F16, "dims": (1,), "payload": b"\0<"}),
    "decode": (resonant.decode, {"data": resonant.encode(Frame(**FRAME)), "key": bytes(32)}),
    "read_message": (read, FRAME),
    "read_message frame": (resonant.read_message, {"frame": Frame(**FRAME)}),
    "to_frame": (
        resonant.to_frame,
        {"message": resonant.Think(TENSOR), **{k: FRAME[k] for k in FRAME if k not in ("type", "slices")}},
    ),
    "Think": (partial(framed, resonant.Think), {"hidden": TENSOR}),
    "Cache": (partial(framed, resonant.Cache), {"keys": TENSOR, "values": TENSOR}),
    "Ask": (partial(framed, resonant.Ask), {"query": TENSOR, "context": TENSOR}),
    "Sync": (partial(framed, resonant.Sync), {"json": {"method": "x"}}),
    "Sync member": (lambda value: framed(resonant.Sync, json={"method": value}), {"value": "x"}),
    "Critique": (
        partial(framed, resonant.Critique),
        {"divergence": TENSOR, "mask": bytes(32), "explanation": {"note": ""}},
    ),
    "Tensor": (used, {"dtype": DType.F16, "dims": (2,), "payload": bytes(4), "scale": bytes(2), "index": bytes(4)}),
    "Tensor.half": (Tensor.half, {"array": HALF}),
    "Tensor.int8": (Tensor.int8, {"array": np.ones(3, np.int8), "scale": np.ones(1, np.float16)}),
    "Tensor.quantized": (Tensor.quantized, {"array": HALF, "bits": 8}),
    "Tensor.sparse": (Tensor.sparse, {"array": HALF}),
    "quantize": (resonant.quantize, {"source": HALF, "bits": 4}),
    "dequantize": (resonant.dequantize, {"codes": bytes(3), "bits": 8, "count": 3, "scale": bytes(2)}),
    "elements_of": (resonant.elements_of, {"data": bytes(4), "dtype": "<f2", "width": 2}),
    "from_bfloat16": (resonant.from_bfloat16, {"bits": np.ones(3, np.uint16)}),
    "sparse_encode": (resonant.sparse_encode, {"dims": (2,), "dense": bytes(4)}),
    "sparse_decode": (
        resonant.sparse_decode,
        {"dims": (2,), "values": b"\0<", "index_dims": (1, 1, 4), "index": bytes(4)},
    ),
    "adapt": (
        resonant.adapt,
        {"source": "f16", "data": bytes(4), "dims": (2,), "allow": ("f16", "q4"), "tolerance": 1, "budget": 99},
    ),
    "Tensor.adapted": (Tensor.adapted, {"array": HALF, "tolerance": 1, "allow": ("f16", "i8"), "budget": 999}),
    "Dense": (resonant.Dense, {"source": "f16", "data": bytes(4), "dims": (2,)}),
    "Dense.of": (resonant.Dense.of, {"array": HALF}),
    "rs_encode": (resonant.rs_encode, {"k": 2, "r": 1, "shards": [b"a", b"b"]}),
    "rs_decode": (resonant.rs_decode, {"k": 2, "r": 1, "shards": [b"a", None, b"b"]}),
    "repair_encode": (
        resonant.repair_encode,
        {"stream_id": 0, "base": 0, "r": 1, "step": 1, "frames": [bytes(33)]},
    ),
    "repair_decode": (
        resonant.repair_decode,
        {"repair": resonant.repair_encode(0, 0, 1, 1, [bytes(33)]), "frames": [bytes(33)]},
    ),
    "compress": (resonant.compress, {"plain": b"a", "level": 3}),
    "decompress": (resonant.decompress, {"zstd": resonant.compress(b"a")}),
    "seal": (resonant.seal, {"plain": b"a", **SEALING}),
    "open_sealed": (resonant.open_sealed, {"sealed": resonant.seal(b"a", **SEALING), **SEALING}),
    "nonce_for": (resonant.nonce_for, {"salt": bytes(16), "stream_id": 1, "frame_seq": 1}),
    "space_hash32": (resonant.space_hash32, {"space_id": "a", "arch": "b", "data_sig": "c"}),
    "strong_tail_hash": (resonant.strong_tail_hash, {"data": b"a"}),
    "tail_hash_hex": (resonant.tail_hash_hex, {"data": b"a"}),
    "explain": (explain, {"data": b"a", "key": bytes(32)}),
    "annotate": (annotate, {"data": b"a", "key": bytes(32)}),
    "Config": (Config, CONFIG),
    "Announce": (Announce, {"frames": 1, "total_len": 1, "md5": MD5, "xxhash3_64": XXH3}),
    "Peer": (Peer, {"role": Role.CLIENT, "config": Config(**CONFIG), "now_ms": 0}),
    "receive": (partial(asked, "receive"), {"datagram": b"", "now_ms": 1}),
    "advance": (partial(asked, "advance"), {"now_ms": 1}),
    "ping": (partial(asked, "ping"), TIMED),
    "heart": (partial(asked, "heart"), {"stream_id": 3, "now_ms": 1}),
    "send": (
        partial(asked, "send"),
        {"type": MessageType.THINK, "slices": TENSOR.slices(), "modality": Modality.TEXT, **TIMED},
    ),
    "send_message": (
        partial(asked, "send_message"),
        {"message": resonant.Think(TENSOR), "modality": Modality.TEXT, **TIMED},
    ),
    "send_adaptive": (
        partial(asked, "send_adaptive"),
        {
            "type": MessageType.THINK,
            "tensors": (resonant.Dense.of(HALF),),
            "slices": (),
            "modality": Modality.TEXT,
            **TIMED,
        },
    ),
    "send_quality": (partial(asked, "send_quality"), {"tolerance": 1, **TIMED}),
    "Adaptive": (Adaptive, {"tolerance": 1, "keys": 2, "values": 3, "controller": True}),
    "open_stream": (
        partial(asked, "open_stream"),
        {"strong_tail": True, "announce": Announce(1, 1, MD5, XXH3), **TIMED},
    ),
}
