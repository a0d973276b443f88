"""Pings and Sync frames that are malformed, and pings that come twice (HSK-10, HSK-18, HSK-19)."""

from __future__ import annotations

from typing import Any

from ..model.verdict import PASSED, Verdict
from ..wire.build import DType, Frame, Slice, Type, json_slice, sync
from .capabilities import AGREES_DATA, AGREES_MODALITY, UNSEALED
from .check import Check
from .conversation import PING_STREAM, SMALLEST_PING, need
from .pings import batches, ping
from .server import Outside

LAST_SEQ = (1 << 64) - 1
STREAM_IDS = (0, 1, 0x0102_0304, 0xFFFF_FFFF)

BAD_MEMBERS: tuple[tuple[str, Any], ...] = (
    ("ts", None),
    ("ts", "0"),
    ("ts", 1.5),
    ("ts", True),
    ("v", "1"),
    ("v", 1.0),
    ("d_model", 0),
    ("embedding_space_id", 7),
    ("space_hash32", -1),
    ("space_hash32", 1 << 32),
    ("modality", "text"),
    ("compress", [1]),
    ("crypto", None),
    ("supports", []),
    ("supports", {"critique": 1}),
    ("supports", {"dtype": "f16"}),
)
UNREADABLE: tuple[tuple[tuple[Slice, ...], str], ...] = (
    ((json_slice(b"{}"),), "BAD_JSON"),
    ((json_slice(b'{"method": 3, "ts": 0}'),), "BAD_JSON"),
    ((json_slice(b'["ping"]'),), "BAD_JSON"),
    ((json_slice(b'{"method": "ping", "ts": 0} '),), "BAD_JSON"),
    ((json_slice(b'{"method": "ping", "ts": 0'),), "BAD_JSON"),
    ((json_slice(b'{"method": "ping", "ts": 0, "ts": 0}'),), "BAD_JSON"),
    ((json_slice(b'{"method": "ping", "ts": NaN}'),), "BAD_JSON"),
    ((json_slice(b'{"method": "ping", "ts": 0, "x": "\xff"}'),), "BAD_JSON"),
    ((json_slice(b'\xef\xbb\xbf{"method": "ping", "ts": 0}'),), "BAD_JSON"),
    ((Slice(DType.F16, (1,), bytes(2)),), "BAD_SLOTS"),
    ((json_slice(SMALLEST_PING), json_slice(SMALLEST_PING)), "BAD_SLOTS"),
)


def without_ts(server: Outside) -> Verdict:
    """A ping that lacks ts."""
    with server.conversation() as talk:
        talk.refused_ping(sync(PING_STREAM, 0, {"method": "ping"}), "BAD_MESSAGE", detail="BAD_JSON")
    return PASSED


def bad_members(server: Outside) -> Verdict:
    """Pings with one wrong member each; ts is there unless it is the wrong one."""
    for few in batches(BAD_MEMBERS):
        with server.conversation() as talk:
            for seq, (name, value) in enumerate(few):
                talk.refused_ping(ping(seq, **{name: value}), "BAD_MESSAGE", detail="BAD_JSON")
    return PASSED


def malformed_before_version(server: Outside) -> Verdict:
    """A ping with a wrong member and v 0."""
    with server.conversation() as talk:
        talk.refused_ping(ping(v=0, d_model="4096"), "BAD_MESSAGE", detail="BAD_JSON")
    return PASSED


def unreadable(server: Outside) -> Verdict:
    """Sync frames whose message or method cannot be read."""
    for few in batches(UNREADABLE):
        with server.conversation() as talk:
            for seq, (slices, detail) in enumerate(few):
                talk.refused(Frame(Type.SYNC, PING_STREAM, seq, slices), "BAD_MESSAGE", detail=detail)
    return PASSED


def stream_ids(server: Outside) -> Verdict:
    """Pings on several stream_ids; each is answered on its own, and numbered from 0 there."""
    with server.conversation() as talk:
        for stream_id in STREAM_IDS:
            reply = talk.capability(ping(5, stream_id))
            need(reply.frame_seq == 0, f"the first frame on stream {stream_id} has a wrong number", 0, reply.frame_seq)
    return PASSED


def numbers(server: Outside) -> Verdict:
    """Replies on one stream_id, capability and error in turns."""
    with server.conversation() as talk:
        for seq in range(4):
            bad = ping(seq, v=0)
            reply = talk.refused_ping(bad, "UNSUPPORTED_VERSION") if seq % 2 else talk.capability(ping(seq))
            need(reply.frame_seq == seq, "frames are not numbered without a gap (HSK-2)", seq, reply.frame_seq)
    return PASSED


def highest_number(server: Outside) -> Verdict:
    """The last of all frame_seq, named in ref."""
    with server.conversation() as talk:
        talk.refused_ping(ping(LAST_SEQ, 0xFFFF_FFFF, v=0), "UNSUPPORTED_VERSION")
    return PASSED


def repeated(server: Outside) -> Verdict:
    """The same ping again, and pings that differ but for their numbers; after each the reply is the first one."""
    with server.conversation() as talk:
        first = talk.agree(0)
        for again in (ping(0), ping(0, compress=[]), ping(0, v=0), ping(0, ts="0")):
            reply = talk.asked(again, "the first answer again")
            need(reply.raw == first.raw, "a repeated ping got a different answer", first.raw.hex(), reply.raw.hex())
    return PASSED


def repeated_error(server: Outside) -> Verdict:
    """A ping that was refused, again as it was and then mended."""
    with server.conversation() as talk:
        first = talk.refused_ping(ping(4, v=0), "UNSUPPORTED_VERSION")
        for again in (ping(4, v=0), ping(4)):
            reply = talk.asked(again, "the first answer again")
            need(reply.raw == first.raw, "a repeated ping got a different answer", first.raw.hex(), reply.raw.hex())
    return PASSED


def repeated_changes_nothing(server: Outside) -> Verdict:
    """A ping of known numbers that would agree to no dtype: data goes through as agreed before."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.asked(ping(0, supports={"dtype": []}), "the first answer again")
        talk.silent(server.thought(11, 0), what="data as agreed by the first ping")
    return PASSED


DATA = (UNSEALED, AGREES_MODALITY, AGREES_DATA)
CHECKS = (
    Check("handshake/outside/without-ts", "A ping without ts.", ("HSK-10", "HSK-11", "HSK-43"), without_ts),
    Check("handshake/outside/bad-members", "Pings with one wrong member.", ("HSK-10", "HSK-11"), bad_members),
    Check("handshake/outside/malformed-first", "A malformed ping of v 0.", ("HSK-11",), malformed_before_version),
    Check(
        "handshake/outside/unreadable",
        "Sync frames without a method.",
        ("HSK-10", "HSK-19", "HSK-43", "MSG-2", "MSG-3", "MSG-14", "MSG-15", "MSG-16"),
        unreadable,
    ),
    Check("handshake/outside/stream-ids", "Pings on several stream_ids.", ("HSK-2", "HSK-11"), stream_ids),
    Check("handshake/outside/numbers", "The numbers of replies.", ("HSK-2",), numbers),
    Check("handshake/outside/highest-number", "A ping of the highest frame_seq.", ("HSK-43",), highest_number),
    Check("handshake/outside/repeated", "A ping of known numbers.", ("HSK-18", "HSK-33"), repeated),
    Check("handshake/outside/repeated-error", "A refused ping of known numbers.", ("HSK-18",), repeated_error),
    Check(
        "handshake/outside/repeated-changes-nothing",
        "A ping of known numbers that asks for less.",
        ("HSK-18",),
        repeated_changes_nothing,
        DATA,
    ),
)
