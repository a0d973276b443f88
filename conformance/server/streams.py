"""Streams that end at the server, as far as their errors show (specs/stream.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xxhash

from ..model.verdict import PASSED, Verdict
from ..wire.build import STRONG_TAIL, Frame, heart, sync
from .capabilities import AGREES_MODALITY, STREAMS, UNSEALED
from .check import Check
from .conversation import Conversation, check_error
from .refusals import F16, HEAD, STREAM
from .server import Outside

OTHER = STREAM + 2
MOST_MISSING = 64  # STM-12


def head(stream_id: int = STREAM, *, flags: int = 0, sums: Mapping[str, str] | None = None) -> Frame:
    """A HEAD, with these members if it is sized."""
    return sync(stream_id, 0, {**HEAD, **(sums or {})}, flags=flags)


def tail(seq: int, stream: bytes = b"", frames: int = 0, stream_id: int = STREAM, **members: Any) -> Frame:
    """A TAIL of a stream with these bytes in so many data frames; the flag is set if it has a hash."""
    flags = STRONG_TAIL if "xxhash3_64" in members else 0
    said = {"method": "tail", "frames": str(frames), "total_len": str(len(stream))}
    return sync(stream_id, seq, said | members, flags=flags)


def missing(*numbers: int) -> list[str]:
    """The member `missing`."""
    return [str(number) for number in numbers]


def incomplete(talk: Conversation, frame: Frame, *numbers: int) -> None:
    """A TAIL that must be answered with these missing numbers."""
    talk.refused(frame, "STREAM_INCOMPLETE", missing=missing(*numbers))


def without_head(server: Outside) -> Verdict:
    """TAILs of streams that no HEAD opened, a long one among them."""
    with server.conversation() as talk:
        talk.agree(0)
        incomplete(talk, tail(3), 0, 1, 2)
        incomplete(talk, tail(3), 0, 1, 2)
        incomplete(talk, tail(1000, stream_id=OTHER), *range(MOST_MISSING))
    return PASSED


def with_gaps(server: Outside) -> Verdict:
    """A TAIL above gaps, and again when some of them are filled."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), heart(STREAM, 2), what="HEAD and HEART in a session")
        incomplete(talk, tail(5), 1, 3, 4)
        talk.silent(heart(STREAM, 3), heart(STREAM, 1), what="frames that were missing")
        incomplete(talk, tail(5), 4)
        talk.send(heart(STREAM, 4))  # ends the stream, which an error would end later (STM-18)
    return PASSED


def long_gap(server: Outside) -> Verdict:
    """More numbers missing than an error names."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), what="a HEAD in a session")
        incomplete(talk, tail(500), *range(1, MOST_MISSING + 1))
    return PASSED


def goes_on_alone(server: Outside) -> Verdict:
    """The last missing number comes after a TAIL that says something wrong, which is then answered."""
    with server.conversation() as talk:
        talk.agree(0)
        wrong = tail(2, frames=7)
        talk.silent(head(), what="a HEAD in a session")
        incomplete(talk, wrong, 1)
        talk.send(heart(STREAM, 1))
        check_error(talk.reply("error STREAM_CORRUPT"), wrong, "STREAM_CORRUPT", {"what": "frames"})
    return PASSED


def whole(server: Outside) -> Verdict:
    """A whole stream is not answered, nor is anything on it afterwards."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), heart(STREAM, 1), tail(2), what="a whole stream")
        talk.silent(tail(2), tail(9, frames=4), heart(STREAM, 2), head(), what="what comes on a closed stream")
    return PASSED


def failed_is_closed(server: Outside) -> Verdict:
    """A corrupt stream is answered once."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), what="a HEAD in a session")
        talk.refused(tail(1, frames=1), "STREAM_CORRUPT", what="frames")
        talk.silent(tail(1, frames=1), tail(5), what="what comes on a stream that failed")
    return PASSED


def number_above(server: Outside) -> Verdict:
    """A number above that of the TAIL was accepted."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), heart(STREAM, 1), heart(STREAM, 3), what="HEAD and HEART in a session")
        talk.refused(tail(2, frames=9), "STREAM_CORRUPT", what="frame_seq")
    return PASSED


def after_tail(server: Outside) -> Verdict:
    """A number above the TAIL that comes after it changes nothing: the stream is whole in the end."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), what="a HEAD in a session")
        incomplete(talk, tail(3), 1, 2)
        talk.silent(heart(STREAM, 4), tail(4, frames=3), what="frames not below the TAIL")
        talk.silent(heart(STREAM, 2), heart(STREAM, 1), what="the missing numbers")
    return PASSED


def flags(server: Outside) -> Verdict:
    """STRONG_TAIL on some frames of a stream only."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), head(OTHER, flags=STRONG_TAIL), what="HEADs in a session")
        talk.refused(heart(STREAM, 1, flags=STRONG_TAIL), "STREAM_FLAG_MISMATCH")
        talk.refused(tail(1, xxhash3_64=xxhash.xxh3_64_hexdigest(b"")), "STREAM_FLAG_MISMATCH")
        talk.refused(heart(OTHER, 1), "STREAM_FLAG_MISMATCH")
        talk.silent(heart(STREAM, 1), tail(2), what="the rest of the stream with the right flag")
    return PASSED


def twice(server: Outside) -> Verdict:
    """HEAD and frames that come again."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), heart(STREAM, 1), head(), what="HEAD and HEART in a session")
        talk.silent(server.data(STREAM, 1, F16, F16), what="a malformed frame of a number that is filled")
        talk.refused(server.data(STREAM, 2, F16, F16), "BAD_MESSAGE")
        incomplete(talk, tail(3), 2)
        talk.send(heart(STREAM, 2))  # ends the stream
    return PASSED


def apart(server: Outside) -> Verdict:
    """Two streams in turns; one of them fails."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(head(), head(OTHER), heart(STREAM, 1), what="HEADs and HEART in a session")
        incomplete(talk, tail(3, stream_id=OTHER), 1, 2)
        talk.refused(tail(2, frames=1), "STREAM_CORRUPT", what="frames")
        incomplete(talk, tail(3, stream_id=OTHER), 1, 2)
        for seq in (1, 2):
            talk.send(heart(OTHER, seq))  # ends the stream
    return PASSED


OPEN = (UNSEALED, STREAMS)
_ROWS = (
    ("tail-without-head", "TAILs of streams without HEAD.", ("STM-12", "STM-13"), without_head, OPEN),
    ("tail-with-gaps", "A TAIL above missing numbers.", ("STM-7", "STM-12"), with_gaps, OPEN),
    ("tail-with-a-long-gap", "A TAIL above many missing numbers.", ("STM-12",), long_gap, OPEN),
    ("goes-on-alone", "The last missing number after a TAIL.", ("STM-14", "STM-16"), goes_on_alone, OPEN),
    ("whole", "A whole stream.", ("STM-17", "STM-19"), whole, OPEN),
    ("failed-is-closed", "A stream that failed.", ("STM-16", "STM-19"), failed_is_closed, OPEN),
    ("number-above", "A number above the TAIL's before it.", ("STM-16",), number_above, OPEN),
    ("after-tail", "A number above the TAIL's after it.", ("STM-15",), after_tail, OPEN),
    ("flags", "STRONG_TAIL on some frames.", ("STM-26",), flags, OPEN),
    ("twice", "HEAD and frames again.", ("STM-6", "STM-9"), twice, (*OPEN, AGREES_MODALITY)),
    ("apart", "Two streams at once.", ("STM-11",), apart, OPEN),
)
CHECKS = tuple(
    Check(f"stream/outside/{name}", about, clauses, judge, needs) for name, about, clauses, judge, needs in _ROWS
)
