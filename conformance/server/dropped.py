"""Inputs that a server must drop without an answer (HSK-9, HSK-31, HSK-34, HSK-37, HSK-39, HSK-42)."""

from __future__ import annotations

from dataclasses import replace
from time import sleep

from ..model.verdict import PASSED, Verdict
from ..wire.build import Frame, Type, heart, json_slice, sync
from .broken_frames import broken_frames
from .capabilities import AGREES_DATA, AGREES_MODALITY, UNSEALED
from .check import Check
from .conversation import need
from .lanes import PER_SECOND
from .pings import batches, ping
from .refusals import F16, STREAM
from .reply import SMALLEST
from .server import Outside

WINDOW = 1024  # HSK-34
ERRORS: tuple[tuple[bytes, str], ...] = (
    (b'{"method":"error","code":"SPACE_MISMATCH","message":"no"}', "an error"),
    (
        b'{"method":"error","code":"HANDSHAKE_REQUIRED","message":"","ref":{"stream_id":7,"frame_seq":"0"}}',
        "an error with a ref",
    ),
    (b'{"method":"error","code":"NO_SUCH_CODE","message":"zz"}', "an error of an unknown code"),
    (b'{"method":"error"}', "an error without a code"),
    (b'{"method":"error","code":7,"message":"","ref":[]}', "a malformed error"),
)
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b'{"method":"zz-unknown","x":1}', "a Sync frame of an unknown method"),
    (b'{"method":""}', "a Sync frame of an empty method"),
    (
        b'{"method":"capability","v":1,"agreed_proto":1,"d_model":1,"embedding_space_id":"","space_hash32":0,'
        b'"compress":["none"],"crypto":["none"],"supports":{"critique":false,"dtype":[]}}',
        "a capability, which only a client takes",
    ),
    (b'{"method":"capability"}', "a malformed capability, which only a client takes"),
)


def _silent_syncs(server: Outside, payloads: tuple[tuple[bytes, str], ...]) -> Verdict:
    """With no session, and then in one."""
    for session in (False, True):
        with server.conversation() as talk:
            if session:
                talk.agree(0)
            for seq, (payload, what) in enumerate(payloads):
                talk.silent(sync(STREAM, seq, payload), what=f"{what}, {'in a' if session else 'without a'} session")
    return PASSED


def errors(server: Outside) -> Verdict:
    """Errors of several kinds."""
    return _silent_syncs(server, ERRORS)


def other_methods(server: Outside) -> Verdict:
    """Methods that a server does not have."""
    return _silent_syncs(server, OTHERS)


def broken(server: Outside) -> Verdict:
    """Pings that are broken in one way each, which would be answered if nobody looked."""
    # A connection carries no frame so short, and ends at its length (TCP-3).
    rows = [row for row in broken_frames() if not server.connects or len(row[1]) >= SMALLEST]
    for few in batches(rows):
        with server.conversation() as talk:
            for what, datagram in few:
                talk.silent(datagram, what=what)
    return PASSED


def hearts(server: Outside) -> Verdict:
    """HEARTs on two streams, and again."""
    with server.conversation() as talk:
        talk.silent(heart(0, 0), heart(STREAM, 4), heart(0, 0), what="a HEART without a session")
    return PASSED


def duplicate(server: Outside) -> Verdict:
    """A number that an unknown method used up, and the next one: a frame to be refused is refused only there."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(sync(STREAM, 5, {"method": "zz-unknown"}), what="a Sync frame of an unknown method")
        bad = server.data(STREAM, 5, F16, F16)
        talk.silent(bad, what="a frame whose number was accepted before")
        talk.refused(replace(bad, frame_seq=6), "BAD_MESSAGE")
        talk.refused(replace(bad, stream_id=STREAM + 2), "BAD_MESSAGE")
    return PASSED


def duplicate_data(server: Outside) -> Verdict:
    """The same with data that was delivered."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(server.thought(STREAM, 0), what="data that fits the agreement")
        bad = server.data(STREAM, 0, F16, F16)
        talk.silent(bad, what="a frame whose number was accepted before")
        talk.refused(replace(bad, frame_seq=1), "BAD_MESSAGE")
    return PASSED


def stale(server: Outside) -> Verdict:
    """Numbers 1,024 and 1,023 below the highest."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(sync(STREAM, 3 * WINDOW, {"method": "zz-unknown"}), what="a Sync frame of an unknown method")
        bad = server.data(STREAM, 2 * WINDOW, F16, F16)
        talk.silent(bad, what="a frame 1,024 below the highest number")
        talk.refused(replace(bad, frame_seq=2 * WINDOW + 1), "BAD_MESSAGE")
    return PASSED


def refused_leaves_no_trace(server: Outside) -> Verdict:
    """A refused frame of a high number, again as it was, and then numbers far below it."""
    with server.conversation() as talk:
        talk.agree(0)
        high = server.data(STREAM, 9 * WINDOW, F16, F16)
        for frame in (high, high, replace(high, frame_seq=0)):
            talk.refused(frame, "BAD_MESSAGE")
    return PASSED


def reply_limit(server: Outside) -> Verdict:
    """Nine frames at once that are to be refused, and a ping a little more than a second after the eighth error."""
    with server.conversation() as talk:
        talk.rest()
        for seq in range(PER_SECOND + 1):
            talk.send(Frame(Type.THINK, STREAM, seq, (F16,)))
        for _ in range(PER_SECOND):
            reply = talk.reply("8 errors for 9 frames")
            need(
                reply.message.get("code") == "HANDSHAKE_REQUIRED", "another answer", "HANDSHAKE_REQUIRED", reply.text()
            )
        sleep(server.waits.limit)  # the clause counts real time
        talk.nothing_but_a_ping("the ninth of nine frames within a second")
        talk.refused(Frame(Type.THINK, STREAM, 99, (F16,)), "HANDSHAKE_REQUIRED")
    return PASSED


def ping_at_the_limit(server: Outside) -> Verdict:
    """A ping as the ninth: it is as if it had not come, so data after the second still lacks a session."""
    with server.conversation() as talk:
        talk.rest()
        for seq in range(PER_SECOND):
            talk.send(Frame(Type.THINK, STREAM, seq, (F16,)))
        talk.send(ping())
        for _ in range(PER_SECOND):
            talk.reply("8 errors for 8 frames")
        sleep(server.waits.limit)
        talk.refused(Frame(Type.THINK, STREAM, 99, (F16,)), "HANDSHAKE_REQUIRED")
        talk.capability(ping())
    return PASSED


def unknown_slices(server: Outside) -> Verdict:
    """A HEART and a Sync frame with two slices differ in the number of slices only: the one passes, the other not."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(heart(STREAM, 0), what="a HEART in a session")
        two = (json_slice({"method": "zz"}), json_slice({"method": "zz"}))
        talk.refused(Frame(Type.SYNC, STREAM, 1, two), "BAD_MESSAGE", detail="BAD_SLOTS")
    return PASSED


_OPEN = (UNSEALED, AGREES_MODALITY)
_ROWS = (
    ("errors", "Errors, sound and malformed.", ("HSK-39",), errors, ()),
    ("other-methods", "Methods that are not a server's.", ("HSK-9",), other_methods, (UNSEALED,)),
    ("broken-frames", "Frames that do not decode, one for each cause.", ("HSK-31",), broken, ()),
    ("hearts", "HEARTs without a session.", ("HSK-37",), hearts, ()),
    ("duplicate", "A number used up by a Sync frame.", ("HSK-34",), duplicate, _OPEN),
    ("duplicate-data", "A number used up by data.", ("HSK-34",), duplicate_data, (*_OPEN, AGREES_DATA)),
    ("stale", "Numbers far below the highest.", ("HSK-34",), stale, _OPEN),
    ("no-trace", "Refused frames again.", ("HSK-34",), refused_leaves_no_trace, _OPEN),
    ("reply-limit", "Nine frames to be refused within a second.", ("HSK-42",), reply_limit, ()),
    ("ping-at-the-limit", "A ping that the limit lets drop.", ("HSK-42",), ping_at_the_limit, ()),
    ("heart-and-two-slices", "Sync frames of no and of two slices.", ("HSK-19", "HSK-37"), unknown_slices, (UNSEALED,)),
)
CHECKS = tuple(
    Check(f"handshake/outside/{name}", about, clauses, judge, needs) for name, about, clauses, judge, needs in _ROWS
)
