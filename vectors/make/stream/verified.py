"""Differences that make a stream corrupt, and the one that is named (STM-1, STM-16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..dialogue.events import message
from ..dialogue.frames import Frame, heart, part, think
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Steps, events, nothing, send
from ..dialogue.streams import Stream, short, sizes
from ..model import Case, Group
from ..writer.raw_frame import I8, STRONG_TAIL

ZERO16, ZERO32 = "0" * 16, "0" * 32


def groups() -> Iterator[Group]:
    """One group."""
    about = "Streams that do not fit their HEAD or TAIL."
    corrupt = [case for role in ROLES for case in (*_corrupt(role), *_pairs(role), *_higher(role))]
    yield Group("stream", "verified/corrupt", "dialogue", about, corrupt)


def bad_stream(role: str, stream: Stream, what: str, first: Frame, last: Frame) -> Steps:
    """All of the stream arrives, with this HEAD and this TAIL, and is corrupt."""
    sized = b'"frames"' in first.slices[0][2]
    begun = [*send(first, *stream.data), *events(stream.opened(sized=sized), *stream.messages()), *send(last)]
    return [*session(role), *begun, *stream.answered_corrupt(what), *nothing()]


def said(name: str, value: str) -> dict[str, Any]:
    """One member of HEAD or TAIL that is another."""
    return {name: value}


def _corrupt(role: str) -> Iterator[Case]:
    stream = short(role)
    told = sizes(stream.wires)
    length = int(told["total_len"])
    for case_id, name, value in (
        ("frames-one-more", "frames", "4"),
        ("frames-one-less", "frames", "2"),
        ("frames-largest", "frames", str(2**64 - 1)),
        ("frames-zero", "frames", "0"),
        ("total-len-one-more", "total_len", str(length + 1)),
        ("total-len-one-less", "total_len", str(length - 1)),
        ("total-len-of-payloads", "total_len", "12"),
        ("total-len-plus-2-32", "total_len", str(length + 2**32)),
    ):
        in_head = bad_stream(role, stream, name, stream.head(**said(name, value)), stream.tail())
        yield dialogue(role, f"head-{case_id}", f"HEAD says {name} {value}.", "STM-16 STM-1", in_head)
        in_tail = bad_stream(role, stream, name, stream.head(), stream.tail(**{name: value}))
        yield dialogue(role, f"tail-{case_id}", f"TAIL says {name} {value}.", "STM-16 STM-1", in_tail)
        ended = bad_stream(role, stream, name, stream.head(sized=False), stream.tail(**{name: value}))
        about = f"HEAD gives no sizes, TAIL says {name} {value}."
        yield dialogue(role, f"open-ended-{case_id}", about, "STM-16 STM-1", ended)
    for case_id, name, value in (
        ("md5-zeros", "md5", ZERO32),
        ("md5-of-payloads", "md5", sizes([f.slices[0][2] for f in stream.data])["md5"]),
        ("hash-zeros", "xxhash3_64", ZERO16),
        ("hash-of-payloads", "xxhash3_64", sizes([f.slices[0][2] for f in stream.data])["xxhash3_64"]),
        ("hash-reversed", "xxhash3_64", bytes.fromhex(told["xxhash3_64"])[::-1].hex()),
        ("md5-in-another-order", "md5", sizes(stream.wires[::-1])["md5"]),
    ):
        in_head = bad_stream(role, stream, name, stream.head(**said(name, value)), stream.tail())
        yield dialogue(role, f"head-{case_id}", f"HEAD says {name} {value}.", "STM-16 STM-1", in_head)
    yield from _corrupt_otherwise(role)


def _corrupt_otherwise(role: str) -> Iterator[Case]:
    stream, strong = short(role), short(role, flags=STRONG_TAIL)
    last = strong.tail(xxhash3_64=ZERO16)
    about = "TAIL gives another hash."
    yield dialogue(
        role, "tail-hash-zeros", about, "STM-16", bad_stream(role, strong, "xxhash3_64", strong.head(), last)
    )
    about = "TAIL gives another hash, HEAD no sizes."
    steps = bad_stream(role, strong, "xxhash3_64", strong.head(sized=False), last)
    yield dialogue(role, "open-ended-hash-zeros", about, "STM-16", steps)
    beats = Stream(role, (part(1), part(3)))
    sent = [*session(role), *send(beats.head(frames="3"), part(1), heart(2), part(3))]
    told_all = [*events(beats.opened(), *beats.messages()), *send(beats.tail()), *beats.answered_corrupt("frames")]
    yield dialogue(role, "heart-counted", "HEAD counts a HEART among the data frames.", "STM-16 STM-1", sent, told_all)
    about = "TAIL is right after all numbers were missing, HEAD is not: corrupt when the last has come."
    begun = [*session(role), *send(stream.head(md5=ZERO32)), *events(stream.opened()), *send(stream.tail())]
    filled = [*stream.answered_incomplete([1, 2, 3]), *send(*stream.data)]
    corrupt = stream.answered_corrupt("md5", *stream.messages(), frame_seq=1)
    yield dialogue(role, "after-repair", about, "STM-14 STM-16", begun, filled, corrupt)
    about = "Another content in data frame 2 than the hashes are of."
    other = think(2, (I8, (4,), bytes(4)))
    changed = [*session(role), *send(stream.head(), part(1), other, part(3))]
    told_changed = events(stream.opened(), message(part(1)), message(other), message(part(3)))
    steps = [*changed, *told_changed, *send(stream.tail()), *stream.answered_corrupt("md5")]
    yield dialogue(role, "other-content", about, "STM-16", steps)


def _pairs(role: str) -> Iterator[Case]:
    stream, strong = short(role), short(role, flags=STRONG_TAIL)
    table: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
        ("frames-and-total-len", "frames", {"total_len": "1"}, {"frames": "1"}),
        ("frames-in-head-and-total-len-in-tail", "frames", {"frames": "1"}, {"total_len": "1"}),
        ("total-len-and-md5", "total_len", {"md5": ZERO32}, {"total_len": "1"}),
        ("md5-and-hash", "md5", {"md5": ZERO32, "xxhash3_64": ZERO16}, {}),
        ("frames-and-hash", "frames", {"xxhash3_64": ZERO16}, {"frames": "1"}),
        ("all", "frames", {"frames": "1", "total_len": "1", "md5": ZERO32, "xxhash3_64": ZERO16}, {"total_len": "1"}),
    )
    for case_id, what, in_head, in_tail in table:
        about = f"Several differ: {what} comes first."
        steps = bad_stream(role, stream, what, stream.head(**in_head), stream.tail(**in_tail))
        yield dialogue(role, f"pair-{case_id}", about, "STM-16", steps)
    about = "HEAD's md5 and TAIL's hash differ: md5 comes first."
    first, last = strong.head(md5=ZERO32), strong.tail(xxhash3_64=ZERO16)
    yield dialogue(role, "pair-md5-and-tail-hash", about, "STM-16", bad_stream(role, strong, "md5", first, last))


def _higher(role: str) -> Iterator[Case]:
    stream = Stream(role, (part(1),), tail_seq=2)
    about = "A data frame above the number of TAIL was accepted before it."
    begun = [*session(role), *stream.begun(1), *send(part(3)), *events()]
    corrupt = [*send(stream.tail()), *stream.answered_corrupt("frame_seq"), *nothing()]
    yield dialogue(role, "higher-data", about, "STM-16", begun, corrupt)
    about = "A HEART above the number of TAIL was accepted before it."
    begun = [*session(role), *stream.begun(1), *send(heart(3)), *events()]
    yield dialogue(role, "higher-heart", about, "STM-16", begun, corrupt)
    about = "A higher number, and frames differs: the number comes first."
    begun = [*session(role), *stream.begun(1), *send(part(3)), *events()]
    both = [*send(stream.tail(frames="9")), *stream.answered_corrupt("frame_seq")]
    yield dialogue(role, "higher-data-and-frames", about, "STM-16", begun, both)
    about = "A higher number, and a lower one is missing: what is missing comes first."
    begun = [*session(role), *stream.begun(), *send(part(3)), *events(), *send(stream.tail())]
    steps = [*begun, *stream.answered_incomplete([1]), *send(part(1))]
    yield dialogue(
        role,
        "higher-data-and-missing",
        about,
        "STM-16 STM-14",
        steps,
        stream.answered_corrupt("frame_seq", message(part(1)), frame_seq=1),
    )
