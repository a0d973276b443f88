"""The frames that the other ends send, by the raw writer; the same class describes an expected data frame or HEART."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import xxhash

from ..writer.raw_frame import F16, I8, XCHACHA, ZSTD, Raw, ramp, raw_slice
from ..writer.tensors import CRITIQUE, SYNC, THINK, Slice, json_slice
from ..zstd.zstd import stored
from .configs import D_MODEL, DATA_STREAM, DTYPES, HANDSHAKE_STREAM, HASH, KEY, MODALITIES, OUR_SALT, PEER_SALT, SPACE

HALF: Slice = (F16, (2,), bytes.fromhex("003c00c0"))  # 1.0 and −2.0
BYTES: Slice = (I8, (3,), ramp(3))
HEX64 = "{:016x}"


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose flags are what is done to it: ZSTD compresses, XCHACHA seals with the nonce of XCH-10."""

    type: int
    stream_id: int
    frame_seq: int
    slices: tuple[Slice, ...] = ()
    flags: int = 0
    space_hash32: int = HASH
    modality: int = 0
    salt: bytes = OUR_SALT
    key: bytes = KEY

    def wire(self) -> bytes:
        """The frame's bytes."""
        raw = Raw(
            type=self.type,
            flags=self.flags & ~XCHACHA,
            stream_id=self.stream_id,
            frame_seq=self.frame_seq,
            slice_len=tuple(len(payload) for _, _, payload in self.slices),
            space_hash32=self.space_hash32,
            modality=self.modality,
            body=b"".join(raw_slice(*one) for one in self.slices),
        )
        if self.flags & ZSTD:
            raw = replace(raw, body=stored(raw.body))
        if self.flags & XCHACHA:
            raw = raw.sealed(nonce=nonce_of(self.salt, self.stream_id, self.frame_seq), key=self.key)
        return raw.frame()

    def json(self) -> dict[str, Any]:
        """The frame as one that the peer under test is to send."""
        nonce = nonce_of(PEER_SALT, self.stream_id, self.frame_seq).hex()
        return {
            "type": self.type,
            "flags": self.flags,
            "stream_id": self.stream_id,
            "frame_seq": str(self.frame_seq),
            "space_hash32": self.space_hash32,
            "modality": self.modality,
            "slices": slices_json(self.slices),
        } | ({"nonce": nonce} if self.flags & XCHACHA else {})


def nonce_of(salt: bytes, stream_id: int, frame_seq: int) -> bytes:
    """The nonce of a frame (XCH-10)."""
    (last,) = struct.unpack("<I", salt[12:])
    return salt[:12] + struct.pack("<IQ", last ^ stream_id, frame_seq)


def slices_json(slices: tuple[Slice, ...]) -> list[dict[str, Any]]:
    """The slices as in specs/ops/fields.json."""
    return [{"dtype": dtype, "dims": list(dims), "payload": payload.hex()} for dtype, dims, payload in slices]


def think(frame_seq: int, *slices: Slice, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """A Think frame, of one F16 slice unless others are given."""
    return Frame(THINK, stream, frame_seq, slices or (HALF,), **fields)


def part(frame_seq: int, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """A Think frame whose payload tells its number."""
    return think(frame_seq, (I8, (4,), ramp(4, 1 + 11 * frame_seq)), stream=stream, **fields)


def closed(frame_seq: int, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """The same, sealed."""
    return part(frame_seq, stream, flags=XCHACHA, **fields)


def critique(frame_seq: int, *slices: Slice, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """A Critique frame, of one F16 divergence unless other slices are given."""
    return Frame(CRITIQUE, stream, frame_seq, slices or (HALF,), **fields)


def heart(frame_seq: int, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """A HEART."""
    return Frame(SYNC, stream, frame_seq, (), **fields)


def sync(content: Mapping[str, Any] | str | bytes, frame_seq: int, stream: int, **fields: Any) -> Frame:
    """A Sync frame with one JSON slice: an object, or the slice's very text."""
    if isinstance(content, Mapping):
        content = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Frame(SYNC, stream, frame_seq, (json_slice(content),), **fields)


PING: dict[str, Any] = {
    "method": "ping",
    "ts": 0,
    "v": 1,
    "d_model": D_MODEL,
    "embedding_space_id": SPACE,
    "space_hash32": HASH,
    "modality": MODALITIES,
    "compress": ("none",),
    "crypto": ("none",),
    "supports": {"critique": True, "dtype": DTYPES},
}
CAPABILITY: dict[str, Any] = {
    "method": "capability",
    "v": 1,
    "agreed_proto": 1,
    "d_model": D_MODEL,
    "embedding_space_id": SPACE,
    "space_hash32": HASH,
    "modality": MODALITIES,
    "compress": ("none",),
    "crypto": ("none",),
    "supports": {"critique": True, "dtype": DTYPES, "require_crypto": False},
}


def without(members: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The members but for those names; a dot leads into an object."""
    kept = {name: value for name, value in members.items() if name not in names}
    for name in names:
        outer, _, inner = name.partition(".")
        if inner:
            kept[outer] = without(kept[outer], inner)
    return kept


def ping(frame_seq: int = 0, stream: int = HANDSHAKE_STREAM, gone: str = "", **members: Any) -> Frame:
    """A ping with all members, some of them others. gone: names of members that are missing, separated by spaces."""
    return sync(without(PING | members, *gone.split()), frame_seq, stream)


def small_ping(frame_seq: int = 0, stream: int = HANDSHAKE_STREAM) -> Frame:
    """The smallest ping."""
    return sync({"method": "ping", "ts": 0}, frame_seq, stream)


def capable(frame_seq: int = 0, stream: int = HANDSHAKE_STREAM, gone: str = "", **members: Any) -> Frame:
    """A capability from the server's end, made like `ping`."""
    return sync(without(CAPABILITY | members, *gone.split()), frame_seq, stream)


def brief_ping(frame_seq: int = 0, stream: int = HANDSHAKE_STREAM, **members: Any) -> Frame:
    """A short ping that agrees whatever the server has."""
    return sync({"method": "ping", "ts": 0, "supports": {"critique": True}} | members, frame_seq, stream)


ADDS: dict[str, dict[str, Any]] = {  # HSK-43, where an error of ours has to have it and nobody looks at what it is
    "UNSUPPORTED_VERSION": {"min": 1, "max": 1},
    "SPACE_MISMATCH": {"expected_hash": 1, "got_hash": HASH, "expected": "other", "got": SPACE},
}


def wrong(code: str, frame_seq: int, stream: int, ref: tuple[int, int] | None = None, **adds: Any) -> Frame:
    """An error. ref: stream_id and frame_seq of the frame that it answers."""
    members: dict[str, Any] = {"method": "error", "code": code, "message": "no"}
    if ref is not None:
        members["ref"] = {"stream_id": ref[0], "frame_seq": str(ref[1])}
    return sync(members | ADDS.get(code, {}) | adds, frame_seq, stream)


def unknown(frame_seq: int, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """A Sync frame of a method that there is not."""
    return sync({"method": "reserved-later"}, frame_seq, stream, **fields)


def strong_hash(data: bytes) -> str:
    """strong_tail_hash as text (FRM-37, FRM-38)."""
    return HEX64.format(xxhash.xxh3_64_intdigest(data))
