"""Streams with data that HEAD and TAIL describe rightly or wrongly, and HEADs and TAILs that are malformed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, TypeAlias

import xxhash

from ..model.verdict import PASSED, Verdict
from ..wire.build import STRONG_TAIL, build, sync
from .capabilities import AGREES_DATA, AGREES_MODALITY
from .check import Check
from .conversation import Conversation
from .refusals import STREAM
from .server import Outside
from .streams import OPEN, head, tail


def sums(stream: bytes, frames: int) -> dict[str, str]:
    """The sizes and hashes that a HEAD announces for a stream."""
    return {
        "frames": str(frames),
        "total_len": str(len(stream)),
        "md5": hashlib.md5(stream, usedforsecurity=False).hexdigest(),
        "xxhash3_64": xxhash.xxh3_64_hexdigest(stream),  # FRM-38
    }


def _thoughts(server: Outside, talk: Conversation, stream_id: int = STREAM) -> list[bytes]:
    """The data frames of a stream, as they go over the wire."""
    return [build(talk.placed(server.thought(stream_id, seq, flags=STRONG_TAIL))) for seq in (1, 2)]


def verified(server: Outside) -> Verdict:
    """A stream with data, its sums announced, its flag set; the right TAIL is not answered."""
    with server.conversation() as talk:
        talk.agree(0)
        data = _thoughts(server, talk)
        stream = b"".join(data)
        end = tail(3, stream, 2, xxhash3_64=xxhash.xxh3_64_hexdigest(stream))
        talk.silent(head(flags=STRONG_TAIL, sums=sums(stream, 2)), *data, end, what="a whole stream, rightly announced")
    return PASSED


Spoiled: TypeAlias = tuple[Mapping[str, str] | None, Mapping[str, str], str]
"""The change of the HEAD (None: it announces nothing) and of the TAIL, and the member that the error names."""
_SPOILED: tuple[Spoiled, ...] = (
    ({}, {"frames": "3"}, "frames"),
    ({}, {"total_len": "1"}, "total_len"),
    ({}, {"xxhash3_64": "0" * 16}, "xxhash3_64"),
    ({"frames": "1"}, {}, "frames"),
    ({"total_len": "1"}, {}, "total_len"),
    ({"md5": "0" * 32}, {}, "md5"),
    ({"xxhash3_64": "0" * 16}, {}, "xxhash3_64"),
    (None, {"frames": "0", "total_len": "0", "xxhash3_64": "0" * 16}, "frames"),
)


def corrupt(server: Outside) -> Verdict:
    """Streams with data that differ from HEAD or TAIL in one thing each, and one that does in several."""
    for rows in (_SPOILED[:4], _SPOILED[4:]):
        with server.conversation() as talk:
            talk.agree(0)
            for number, row in enumerate(rows):
                _corrupt_stream(server, talk, STREAM + 2 * number, row)
    return PASSED


def _corrupt_stream(server: Outside, talk: Conversation, stream_id: int, row: Spoiled) -> None:
    in_head, in_tail, what = row
    data = _thoughts(server, talk, stream_id)
    stream = b"".join(data)
    right = sums(stream, 2)
    said = {"method": "tail", **{name: right[name] for name in ("frames", "total_len", "xxhash3_64")}, **in_tail}
    announced = None if in_head is None else {**right, **in_head}
    talk.send(head(stream_id, flags=STRONG_TAIL, sums=announced))
    for frame in data:
        talk.send(frame)
    talk.refused(sync(stream_id, 3, said, flags=STRONG_TAIL), "STREAM_CORRUPT", what=what)


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
