"""Streams with data that HEAD and TAIL describe rightly or wrongly, and HEADs and TAILs that are malformed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import xxhash

from ..verdict import PASSED, Verdict
from .check import Check
from .learned import AGREES_DATA, AGREES_MODALITY
from .refusals import STREAM
from .server import Outside
from .streams import OPEN, head, tail
from .wire import STRONG_TAIL, Frame, build, sync


def sums(stream: bytes, frames: int) -> dict[str, str]:
    """What a HEAD announces of a stream."""
    return {
        "frames": str(frames),
        "total_len": str(len(stream)),
        "md5": hashlib.md5(stream, usedforsecurity=False).hexdigest(),
        "xxhash3_64": xxhash.xxh3_64_hexdigest(stream),  # FRM-38
    }


def verified(server: Outside) -> Verdict:
    """A stream with data, its sums announced, its flag set; the right TAIL is not answered."""
    with server.conversation() as talk:
        talk.agree(0)
        data = [build(server.thought(STREAM, seq, flags=STRONG_TAIL)) for seq in (1, 2)]
        stream = b"".join(data)
        end = tail(3, stream, 2, xxhash3_64=xxhash.xxh3_64_hexdigest(stream))
        talk.silent(head(flags=STRONG_TAIL, sums=sums(stream, 2)), *data, end, what="a whole stream, rightly announced")
    return PASSED


def corrupt(server: Outside) -> Verdict:
    """Streams with data that differ from HEAD or TAIL in one thing each."""
    data = [build(server.thought(STREAM, seq, flags=STRONG_TAIL)) for seq in (1, 2)]
    stream = b"".join(data)
    right, digest = sums(stream, 2), xxhash.xxh3_64_hexdigest(stream)
    good = tail(3, stream, 2, xxhash3_64=digest)
    rows: tuple[tuple[Mapping[str, str], Frame, str], ...] = (
        (right, tail(3, stream, 3, xxhash3_64=digest), "frames"),
        (right, tail(3, stream + b"x", 2, xxhash3_64=digest), "total_len"),
        (right, tail(3, stream, 2, xxhash3_64=digest[::-1]), "xxhash3_64"),
        (right | {"frames": "1"}, good, "frames"),
        (right | {"total_len": "1"}, good, "total_len"),
        (right | {"md5": "0" * 32}, good, "md5"),
        (right | {"xxhash3_64": "0" * 16}, good, "xxhash3_64"),
        ({}, tail(3, b"", 0, xxhash3_64="0" * 16), "frames"),
    )
    for announced, end, what in rows:
        with server.conversation() as talk:
            talk.agree(0)
            talk.silent(head(flags=STRONG_TAIL, sums=announced), *data, what="a stream until its TAIL")
            talk.refused(end, "STREAM_CORRUPT", what=what)
    return PASSED


BAD_HEADS: tuple[tuple[int, Mapping[str, Any]], ...] = (
    (0, {"method": "head"}),
    (0, {"method": "head", "dir": "left"}),
    (0, {"method": "head", "dir": "up", "frames": "1"}),
    (0, {"method": "head", "dir": "up", "frames": 1, "total_len": "0", "md5": "0" * 32, "xxhash3_64": "0" * 16}),
    (1, {"method": "head", "dir": "up"}),
)
BAD_TAILS: tuple[tuple[int, Mapping[str, Any]], ...] = (
    (0, {"method": "tail", "frames": "0", "total_len": "0"}),
    (1, {"method": "tail", "frames": "0"}),
    (1, {"method": "tail", "frames": 0, "total_len": "0"}),
    (1, {"method": "tail", "frames": "00", "total_len": "0"}),
    (1, {"method": "tail", "frames": "0", "total_len": "18446744073709551616"}),
    (1, {"method": "tail", "frames": "0", "total_len": "0", "xxhash3_64": "0" * 16}),
)


def malformed(server: Outside) -> Verdict:
    """HEADs and TAILs with one thing wrong each."""
    for rows in (BAD_HEADS, BAD_TAILS):
        with server.conversation() as talk:
            talk.agree(0)
            for seq, message in rows:
                talk.refused(sync(STREAM, seq, message), "BAD_MESSAGE", detail="BAD_JSON")
    return PASSED


_DATA = (*OPEN, AGREES_MODALITY, AGREES_DATA)
_ROWS = (
    ("verified", "A whole stream with data and sums.", ("STM-1", "STM-16", "STM-17"), verified, _DATA),
    ("corrupt", "Streams that HEAD or TAIL do not fit.", ("STM-1", "STM-16"), corrupt, _DATA),
    ("malformed", "Malformed HEADs and TAILs.", ("HSK-10", "HSK-37", "STM-2"), malformed, OPEN),
)
CHECKS = tuple(
    Check(f"stream/outside/{name}", about, clauses, judge, needs) for name, about, clauses, judge, needs in _ROWS
)
