"""Sync objects as their senders write them, and with faults: pings, capabilities and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...model.peer_requests import CONFIG, SPACE, SPACE_HASH
from ..draw import number
from ..inputs import Draw
from ..layout import Layout, RawSlice
from .json_text import json_text
from .slices import I8

SYNC = 3
_NAMES = {
    "modality": ("text", "image", "audio", "graph", "mixed", "smell"),
    "compress": ("none", "zstd", "lz4", "other"),
    "crypto": ("none", "xchacha20poly1305", "aes256gcm", "other"),
    "dtype": ("f16", "i8", "q4", "sparse", "f64"),
}
_CODES = ("STREAM_INCOMPLETE", "STREAM_CORRUPT", "STREAM_TIMEOUT", "SPACE_MISMATCH", "UNSUPPORTED_VERSION", "X")
_WRONG: tuple[Any, ...] = (None, "1", 1.0, 1.5, -1, [], {}, True, [1], "", 1 << 32, ["none", 1], "x" * 1025, [None])


def names(draw: Draw, what: str) -> list[str]:
    """Some names of a list, in any order."""
    return draw.sample(_NAMES[what], draw.randrange(len(_NAMES[what]) + 1))


def ping(draw: Draw) -> dict[str, Any]:
    """A ping that has any of its members."""
    whole = {
        "v": draw.choice((1, 1, 1, 2, 0, -1, 1 << 40)),
        "d_model": draw.choice((1, 4096, 1 << 40)),
        "embedding_space_id": draw.choice((SPACE, SPACE, "", f"{SPACE}2", SPACE.upper())),
        "space_hash32": draw.choice((SPACE_HASH, SPACE_HASH, 0, SPACE_HASH ^ 1 << 31)),
        "modality": names(draw, "modality"),
        "compress": ["none"],
        "crypto": ["none"],
        "supports": {"critique": bool(draw.randrange(2)), "dtype": names(draw, "dtype")},
    }
    kept = draw.sample(sorted(whole), draw.randrange(len(whole) + 1))
    return {"method": "ping", "ts": draw.randrange(3)} | {name: whole[name] for name in sorted(kept)}


def capability(draw: Draw) -> dict[str, Any]:
    """A capability, mostly one that a client can use."""
    return {
        "method": "capability",
        "v": 1,
        "agreed_proto": draw.choice((1, 1, 1, 1, 0, 2)),
        "d_model": 4096,
        "embedding_space_id": draw.choice((SPACE, SPACE, SPACE, "", "other")),
        "space_hash32": draw.choice((SPACE_HASH, SPACE_HASH, SPACE_HASH, 0, SPACE_HASH ^ 1)),
        "compress": ["none"],
        "crypto": ["none"],
        "supports": {"critique": bool(draw.randrange(2)), "dtype": names(draw, "dtype")},
    } | ({"modality": names(draw, "modality")} if draw.randrange(3) else {})


def error(draw: Draw, code: str = "", **adds: Any) -> dict[str, Any]:
    """An error, with or without ref."""
    found: dict[str, Any] = {"method": "error", "code": code or draw.choice(_CODES), "message": "m", **adds}
    if "ref" not in adds and draw.randrange(3):
        found["ref"] = {"stream_id": draw.choice((1, 3, 5)), "frame_seq": str(draw.choice((0, 1, 2, 1 << 63)))}
    return found


def spoiled(draw: Draw, message: Mapping[str, Any]) -> dict[str, Any]:
    """One member missing, of a wrong type, or unknown."""
    made = dict(message)
    name = draw.choice(sorted(made))
    inner = made[name]
    match draw.randrange(4):
        case 0:
            del made[name]
        case 1:
            made["x-unknown"] = draw.choice(_WRONG)
        case 2 if isinstance(inner, dict) and inner:
            made[name] = spoiled(draw, inner)
        case _:
            made[name] = draw.choice(_WRONG)
    return made


def frame_of(message: Mapping[str, Any] | bytes, stream_id: int, frame_seq: int, flags: int = 0) -> Layout:
    """A Sync frame with this object."""
    data = message if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False).encode()
    return Layout(SYNC, flags, stream_id, frame_seq, SPACE_HASH, 0, (RawSlice(I8, (len(data),), data),))


def any_sync(draw: Draw) -> Mapping[str, Any] | bytes:
    """Any object: of each method, spoiled or not, of an unknown one, or hardly JSON."""
    makers = (ping, capability, error)
    match draw.randrange(8):
        case 0:
            return json_text(draw, draw.randrange(3))
        case 1:
            return {"method": draw.choice(("x-later", "", "Ping", "pong"))}
        case 2 | 3:
            return spoiled(draw, draw.choice(makers)(draw))
    return draw.choice(makers)(draw)


def config(draw: Draw, **fixed: Any) -> dict[str, Any]:
    """A peer's configuration without transforms."""
    listed = {
        "modality": draw.sample(list(CONFIG["modality"]), draw.randrange(1, 6)),
        "dtype": draw.sample(["f16", "i8", "q4", "sparse"], draw.randrange(1, 5)),
        "critique": bool(draw.randrange(4)),
        "embedding_space_id": draw.choice((SPACE, SPACE, SPACE, "")),
        "space_hash32": draw.choice((SPACE_HASH, SPACE_HASH, SPACE_HASH, 0)),
        "salt": f"{number(draw, 32):032x}",
    }
    return {**CONFIG, **listed, **fixed}
