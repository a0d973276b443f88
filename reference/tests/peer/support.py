"""Frames to send to a peer, laid out by hand, and short ways to say what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from resonant import DType, Frame, MessageType, Slice, decode
from resonant.peer import Config, Dropped, ErrorSent, Event, Output, Peer, Role

from reference.tests.support import F16, I8, KEY, XCHACHA, ZSTD, raw_header, raw_slice, raw_zstd, sealed, with_crc

SPACE = 0x1234
OTHER_SALT = bytes(range(0x80, 0x90))
CONFIG = Config(
    embedding_space_id="wiki:model:v1",
    space_hash32=SPACE,
    d_model=2,
    modality=("text", "image"),
    compress=("zstd", "none"),
    crypto=("none",),
    dtype=("f16", "i8"),
    critique=True,
    require_crypto=False,
    salt=bytes(range(16)),
)
PLAIN = replace(CONFIG, compress=("none",))
SEALING = replace(PLAIN, crypto=("xchacha20poly1305", "none"), key=KEY)
REQUIRING = replace(SEALING, crypto=("xchacha20poly1305",), require_crypto=True)
HALVES = Slice(DType.F16, (2,), bytes.fromhex("003c00c0"))
Json = Mapping[str, Any]


def without(members: Json, *names: str) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}


def frame_bytes(
    slices: Sequence[tuple[int, Sequence[int], bytes]],
    *,
    mtype: int,
    stream_id: int,
    frame_seq: int,
    flags: int = 0,
    space: int = SPACE,
    modality: int = 0,
    salt: bytes = OTHER_SALT,
    key: bytes = KEY,
) -> bytes:
    """A frame as another implementation would send it."""
    body = b"".join(raw_slice(*one) for one in slices)
    header = raw_header(
        mtype=mtype,
        flags=flags,
        stream_id=stream_id,
        frame_seq=frame_seq,
        slice_len=[len(payload) for _, _, payload in slices],
        space_hash32=space,
        modality=modality,
    )
    if flags & ZSTD:
        body = raw_zstd(body)
    if flags & XCHACHA:
        start = salt[:12] + bytes(a ^ b for a, b in zip(salt[12:], stream_id.to_bytes(4, "little"), strict=True))
        body = sealed(body, header, key, start + frame_seq.to_bytes(8, "little"))
    return with_crc(header + body)


def text(payload: bytes, stream_id: int, frame_seq: int, **fields: Any) -> bytes:
    """A Sync frame whose one slice holds these bytes."""
    slices = [(I8, [len(payload)], payload)]
    return frame_bytes(slices, mtype=3, stream_id=stream_id, frame_seq=frame_seq, **fields)


def sync(members: Json, stream_id: int, frame_seq: int, **fields: Any) -> bytes:
    return text(json.dumps(members).encode(), stream_id, frame_seq, **fields)


def heart(stream_id: int, frame_seq: int, **fields: Any) -> bytes:
    return frame_bytes([], mtype=3, stream_id=stream_id, frame_seq=frame_seq, **fields)


def think(stream_id: int, frame_seq: int, payload: bytes = HALVES.payload, **fields: Any) -> bytes:
    slices = [(F16, [len(payload) // 2], payload)]
    return frame_bytes(slices, **({"mtype": 0} | fields), stream_id=stream_id, frame_seq=frame_seq)


PING = {
    "method": "ping",
    "ts": 0,
    "v": 1,
    "d_model": 2,
    "embedding_space_id": "wiki:model:v1",
    "space_hash32": SPACE,
    "modality": ["text", "image"],
    "compress": ["zstd", "none"],
    "crypto": ["xchacha20poly1305", "none"],
    "supports": {"critique": True, "dtype": ["f16", "i8"]},
}
CAPABILITY = {
    "method": "capability",
    "v": 1,
    "agreed_proto": 1,
    "d_model": 2,
    "embedding_space_id": "wiki:model:v1",
    "space_hash32": SPACE,
    "modality": ["text", "image"],
    "compress": ["zstd", "none"],
    "crypto": ["xchacha20poly1305", "none"],
    "supports": {"critique": True, "dtype": ["f16", "i8"], "require_crypto": False},
}


def error(code: str, ref: tuple[int, int] | None = None, **adds: Any) -> dict[str, Any]:
    named = {} if ref is None else {"ref": {"stream_id": ref[0], "frame_seq": str(ref[1])}}
    return {"method": "error", "code": code, "message": "because"} | named | adds


def head(direction: str = "up", **members: str) -> dict[str, Any]:
    return {"method": "head", "dir": direction} | members


def tail(frames: int, total_len: int, xxhash3_64: str | None = None) -> dict[str, Any]:
    members = {"method": "tail", "frames": str(frames), "total_len": str(total_len)}
    return members if xxhash3_64 is None else members | {"xxhash3_64": xxhash3_64}


def server(config: Config = PLAIN, ping: Json = PING) -> Peer:
    """A server in a session that began at 0 with a ping on stream_id 1."""
    peer = Peer(Role.SERVER, config)
    assert method_of(peer.receive(sync(ping, 1, 0), 0)) == "capability"
    return peer


def client(config: Config = PLAIN, capability: Json = CAPABILITY) -> Peer:
    """A client in a session that began at 0 with its ping on stream_id 1."""
    peer = Peer(Role.CLIENT, config)
    peer.ping(1, 0)
    peer.receive(sync(capability, 1, 0), 0)
    assert peer.deadline_ms == 15_000, "the HEART that a session brings"
    return peer


def one_frame(output: Output) -> Frame:
    """The only frame that was sent."""
    (datagram,) = output.datagrams
    return decode(datagram, key=KEY)


def object_of(frame: Frame) -> dict[str, Any]:
    assert frame.type == MessageType.SYNC
    (only,) = frame.slices
    members: dict[str, Any] = json.loads(only.payload)
    return members


def sent_object(output: Output) -> dict[str, Any]:
    return object_of(one_frame(output))


def method_of(output: Output) -> str:
    return str(sent_object(output)["method"])


def dropped(output: Output) -> str:
    """The code under which the only frame was dropped; nothing was sent or told besides."""
    assert output.datagrams == ()
    (event,) = output.events
    assert isinstance(event, Dropped)
    return str(event.code)


def refused(output: Output) -> dict[str, Any]:
    """The error that was sent, once the event and the ref agree with it."""
    members = sent_object(output)
    assert members["method"] == "error"
    (event,) = output.events
    assert isinstance(event, ErrorSent)
    ref = {"stream_id": event.stream_id, "frame_seq": str(event.frame_seq)}
    assert (members["code"], members["ref"]) == (event.code, ref)
    assert members["message"]
    return members


def names(events: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in events]
