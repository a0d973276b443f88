"""HEAD and TAIL that are malformed, and STRONG_TAIL on some frames of a stream only (STM-2, STM-26, HSK-10, HSK-37)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..dialogue.configs import DATA_STREAM, own
from ..dialogue.events import dropped
from ..dialogue.events import message as told
from ..dialogue.frames import Frame, heart, part, sync, unknown
from ..dialogue.sessions import ROLES, dialogue, direction, head, session, tail
from ..dialogue.steps import Steps, events, refusal, send
from ..dialogue.streams import Stream, short, sizes
from ..handshake.server.malformed import with_text
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL

ZERO16, ZERO32 = "0" * 16, "0" * 32
U64_TOO_LARGE = '"18446744073709551616"'


def groups() -> Iterator[Group]:
    """Malformed frames, then flags."""
    about = "HEAD and TAIL with a member missing or wrong."
    malformed = [case for role in ROLES for case in (*_heads(role), *_tails(role))]
    yield Group("stream", "verified/malformed", "dialogue", about, malformed)
    about = "STRONG_TAIL on some of the frames of a stream."
    yield Group("stream", "verified/strong-tail", "dialogue", about, [case for role in ROLES for case in _strong(role)])


def _refused(role: str, case_id: str, about: str, bad: Frame, good: Steps, opened: Steps) -> Case:
    steps = [*session(role), *opened, *send(bad), *refusal(bad, "BAD_MESSAGE", detail="BAD_JSON"), *good]
    return dialogue(role, case_id, about, "HSK-37 HSK-10 STM-2", steps)


def _heads(role: str) -> Iterator[Case]:
    stream = short(role)
    good = [*stream.whole()]
    members: dict[str, Any] = {"method": "head", "dir": direction(role), **sizes(stream.wires)}
    other = direction("client" if role == "server" else "server")
    for case_id, path, text in (
        ("dir-null", "dir", "null"),
        ("dir-unknown", "dir", '"sideways"'),
        ("dir-number", "dir", "1"),
        ("dir-other", "dir", f'"{other}"'),
        ("frames-number", "frames", "3"),
        ("frames-negative", "frames", '"-3"'),
        ("frames-with-zero", "frames", '"03"'),
        ("frames-with-plus", "frames", '"+3"'),
        ("frames-empty", "frames", '""'),
        ("frames-hex", "frames", '"0x3"'),
        ("frames-too-large", "frames", U64_TOO_LARGE),
        ("total-len-number", "total_len", "111"),
        ("total-len-fraction", "total_len", '"111.0"'),
        ("total-len-too-large", "total_len", U64_TOO_LARGE),
        ("md5-short", "md5", f'"{ZERO32[1:]}"'),
        ("md5-long", "md5", f'"{ZERO32}0"'),
        ("md5-capitals", "md5", f'"{members["md5"].upper()}"'),
        ("md5-null", "md5", "null"),
        ("hash-short", "xxhash3_64", f'"{ZERO16[1:]}"'),
        ("hash-capitals", "xxhash3_64", f'"{ZERO16[:-1]}A"'),
        ("hash-number", "xxhash3_64", "0"),
    ):
        bad = sync(with_text(members, path, text), 0, DATA_STREAM)
        yield _refused(role, f"head-{case_id}", f"{path} of HEAD is {text}.", bad, good, [])
    for name in ("dir", "frames", "total_len", "md5", "xxhash3_64"):
        bad = sync({key: value for key, value in members.items() if key != name}, 0, DATA_STREAM)
        case_id = f"head-{name}-missing".replace("_", "-")
        yield _refused(role, case_id, f"HEAD has all but {name}.", bad, good, [])
    about = "HEAD has frames and no other of the sizes."
    yield _refused(role, "head-frames-alone", about, head(role, frames="3"), good, [])
    about = "HEAD of number 1."
    yield _refused(role, "head-number-1", about, head(role, frame_seq=1), good, [])
    about = "HEAD of the largest number."
    yield _refused(role, "head-number-largest", about, head(role, frame_seq=2**64 - 1), good, [])
    about = "HEAD of the number of a single message that was delivered: no stream is open, so the number is not asked."
    message = [*send(part(5)), *events(told(part(5)))]
    yield _refused(role, "head-number-of-a-message", about, head(role, frame_seq=5), good, message)
    about = "On an open stream a HEAD of a new number, 2."
    rest = [*send(*stream.numbered(2, 3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    yield _refused(role, "head-number-2-in-a-stream", about, head(role, frame_seq=2), rest, stream.begun(1))
    about = "On an open stream a HEAD of a number that was delivered: a duplicate before it is malformed."
    steps = [*session(role), *stream.begun(1), *send(head(role, frame_seq=1)), *events(dropped("DUPLICATE")), *rest]
    yield dialogue(role, "head-number-1-in-a-stream", about, "STM-6 STM-9 STM-27", steps)


def _tails(role: str) -> Iterator[Case]:
    stream, strong = short(role), short(role, flags=STRONG_TAIL)
    begun, good = stream.begun(1, 2, 3), [*send(stream.tail()), *events(stream.complete())]
    members: dict[str, Any] = json.loads(stream.tail().slices[0][2])
    for case_id, path, text in (
        ("frames-number", "frames", "3"),
        ("frames-with-zero", "frames", '"03"'),
        ("frames-too-large", "frames", U64_TOO_LARGE),
        ("total-len-null", "total_len", "null"),
        ("total-len-negative", "total_len", '"-1"'),
    ):
        bad = sync(with_text(members, path, text), stream.tail_seq, DATA_STREAM)
        yield _refused(role, f"tail-{case_id}", f"{path} of TAIL is {text}.", bad, good, begun)
    for name in ("frames", "total_len"):
        bad = sync({key: value for key, value in members.items() if key != name}, stream.tail_seq, DATA_STREAM)
        yield _refused(role, f"tail-{name}-missing".replace("_", "-"), f"TAIL has no {name}.", bad, good, begun)
    about = "TAIL has a hash and not STRONG_TAIL."
    bad = stream.tail(xxhash3_64=sizes(stream.wires)["xxhash3_64"])
    yield _refused(role, "tail-hash-without-flag", about, bad, good, begun)
    strong_begun, strong_good = strong.begun(1, 2, 3), [*send(strong.tail()), *events(strong.complete())]
    about = "TAIL has STRONG_TAIL and no hash."
    bad = replace(stream, flags=0).tail()
    yield _refused(role, "tail-flag-without-hash", about, replace(bad, flags=STRONG_TAIL), strong_good, strong_begun)
    about = "TAIL has STRONG_TAIL and a hash in capitals."
    yield _refused(
        role, "tail-hash-capitals", about, strong.tail(xxhash3_64=ZERO16[:-1] + "A"), strong_good, strong_begun
    )
    about = "TAIL of number 0."
    yield _refused(role, "tail-number-0", about, tail(0), stream.whole(), [])


def _strong(role: str) -> Iterator[Case]:
    code = "STREAM_FLAG_MISMATCH"
    plain, strong = short(role), short(role, flags=STRONG_TAIL)
    for name, stream, flags, other in (("clear", plain, STRONG_TAIL, strong), ("strong", strong, 0, plain)):
        begun = [*session(role), *stream.begun(1)]
        wrong_last = other.tail()
        for case_id, about, bad in (
            ("data", "A data frame", part(2, flags=flags)),
            ("heart", "A HEART", heart(2, flags=flags)),
            ("tail", "A TAIL", replace(wrong_last, frame_seq=2)),
            ("data-ahead", "A data frame ahead of a missing one", part(3, flags=flags)),
            ("data-beyond-the-buffer", "A data frame beyond the buffer", part(1_500, flags=flags)),
        ):
            text = f"{about} differs in STRONG_TAIL from the HEAD of its stream; without it the stream goes on."
            rest = [*send(*stream.numbered(2, 3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
            steps = [*begun, *send(bad), *refusal(bad, code), *rest]
            yield dialogue(role, f"{name}-{case_id}", text, "STM-26 HSK-43", steps)
        yield from _strong_order(role, name, stream, flags)
    yield from _strong_and_dtype(role)


def _strong_order(role: str, name: str, stream: Stream, flags: int) -> Iterator[Case]:
    begun = [*session(role), *stream.begun(1)]
    code = "STREAM_FLAG_MISMATCH"
    about = "A data frame that was delivered comes again with another STRONG_TAIL: a duplicate."
    steps = [*begun, *send(part(1, flags=flags)), *events(dropped("DUPLICATE"))]
    yield dialogue(role, f"{name}-duplicate", about, "STM-27 STM-9", steps)
    about = "HEAD comes again with another STRONG_TAIL: a duplicate."
    steps = [*begun, *send(replace(stream.head(), flags=flags)), *events(dropped("DUPLICATE"))]
    yield dialogue(role, f"{name}-head-again", about, "STM-26 STM-6", steps)
    about = "A Sync frame of an unknown method fills its number, whatever its STRONG_TAIL."
    steps = [
        *begun,
        *send(unknown(2, flags=flags)),
        *events(),
        *send(stream.data[1]),
        *events(dropped("DUPLICATE")),
    ]
    yield dialogue(role, f"{name}-unknown-method", about, "STM-26 STM-7", steps)
    about = "Another STRONG_TAIL and no slices: the message comes first."
    bad = replace(part(2, flags=flags), slices=())
    steps = [*begun, *send(bad), *refusal(bad, "BAD_MESSAGE", detail="BAD_SLOTS")]
    yield dialogue(role, f"{name}-and-message", about, "STM-26 HSK-36", steps)
    about = "Another STRONG_TAIL above the number of TAIL: the flag comes first."
    bad = part(9, flags=flags)
    held = [*send(stream.tail()), *stream.answered_incomplete([2, 3])]
    yield dialogue(
        role, f"{name}-after-tail", about, "STM-26 STM-27 STM-15", begun, held, send(bad), refusal(bad, code, 1)
    )


def _strong_and_dtype(role: str) -> Iterator[Case]:
    config = own(dtype=("f16", "q4"))
    about = "Another STRONG_TAIL and a dtype that is not agreed: the dtype comes first."
    empty = Stream(role, ())
    bad = part(1, flags=STRONG_TAIL)
    steps = [*session(role, config), *empty.begun(), *send(bad), *refusal(bad, "UNSUPPORTED_DTYPE", dtype="i8")]
    yield dialogue(role, "clear-and-dtype", about, "STM-26 STM-27 HSK-36", steps, config=config)
