"""Servers that are wrong about streams."""

from __future__ import annotations

from dataclasses import replace

from ...wire.build import Frame
from . import habits
from .changes import Message, deaf_to, mute_after, on_answer, on_message, reframed, without
from .habits import remembering
from .wrong import found_by


def _fewer_missing(message: Message) -> Message:
    return {**message, "missing": message["missing"][1:] or ["9"]}


def _more_missing(message: Message) -> Message:
    return {**message, "missing": [*message["missing"], "65"]}


def _numbers_as_text(message: Message) -> Message:
    return {**message, "frames": str(message.get("frames", 0))}


def _no_flags(frame: Frame) -> Frame:
    return replace(frame, flags=0)


WRONG = (
    found_by(
        "stream/tail-without-head stream/tail-with-gaps",
        "says-fewer-missing",
        "Leaves the first missing number out of STREAM_INCOMPLETE.",
        on_answer(_fewer_missing, "error", "STREAM_INCOMPLETE"),
    ),
    found_by(
        "stream/tail-with-a-long-gap",
        "says-more-missing",
        "Adds a number to those missing in STREAM_INCOMPLETE.",
        on_answer(_more_missing, "error", "STREAM_INCOMPLETE"),
    ),
    found_by(
        "stream/goes-on-alone",
        "mute-at-hearts",
        "Keeps to itself what it would answer to a HEART.",
        mute_after(lambda got: got.is_heart),
    ),
    found_by(
        "stream/whole",
        "closed-streams-forgotten",
        "Forgets streams that are over.",
        remembering(habits.forgets_closed_streams),
    ),
    found_by(
        "stream/failed-is-closed",
        "corrupt-said-again",
        "Says STREAM_CORRUPT again at each TAIL of a stream that failed.",
        remembering(habits.answers_corrupt_again),
    ),
    found_by(
        "stream/verified",
        "tail-of-another-hash",
        "Reads every TAIL as if its hash were 0.",
        on_message(lambda said: {**said, "xxhash3_64": "0" * 16}, "tail"),
    ),
    found_by(
        "stream/corrupt",
        "head-promises-nothing",
        "Reads no counts and no sums in a HEAD.",
        on_message(without("md5", "frames", "total_len", "xxhash3_64"), "head"),
    ),
    found_by(
        "stream/number-above",
        "deaf-to-number-3",
        "Never sees a HEART of number 3.",
        deaf_to(lambda got: got.is_heart and got.number[1] == 3),
    ),
    found_by(
        "stream/after-tail",
        "counts-after-tail",
        "Lets a number above a TAIL that it answered spoil the stream.",
        remembering(habits.counts_after_tail),
    ),
    found_by("stream/flags", "flags-not-read", "Does not read the flags of frames.", reframed(_no_flags)),
    found_by("stream/twice", "deaf-to-hearts", "Never sees a HEART.", deaf_to(lambda got: got.is_heart)),
    found_by(
        "stream/apart",
        "streams-fail-together",
        "Answers no stream any more when one has failed.",
        remembering(habits.all_fail_together),
    ),
    found_by(
        "stream/malformed",
        "frames-may-be-text",
        "Takes text for the frames of a TAIL.",
        on_message(_numbers_as_text, "tail"),
    ),
)
