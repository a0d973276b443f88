"""Numbers in every digit, distances in the window, and each type with each modality and each reason to refuse it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...dialogue.configs import HANDSHAKE_STREAM, MODALITIES, own
from ...dialogue.events import dropped, established, message
from ...dialogue.frames import BYTES, HALF, Frame, critique, small_ping, sync, think
from ...dialogue.sessions import ROLES, dialogue, in_session, session
from ...dialogue.steps import (
    Steps,
    advance,
    again,
    capability,
    events,
    expect,
    nothing,
    refusal,
    send,
    server,
)
from ...model import Case, Group
from ...writer.raw_frame import I8
from ...writer.tensors import ASK, CACHE
from ..server.repeated import SMALL

TOP = 5_000
NEAR = sorted({distance for power in range(10) for distance in (2**power - 1, 2**power, 2**power + 1)} - {0})
FAR = (1_024, 1_025, 1_279, 1_280, 2_047, 2_048, 2_049, 4_095, 4_096, 4_999, 5_000)
STREAMS = (0, 2, 2**7, 2**8, 2**9, 2**15, 2**16, 2**23, 2**24, 2**30, 2**31, 2**32 - 1)
NUMBERS = (0, 1, 2**8, 2**9, 2**16, 2**24, 2**31, 2**32, 2**33, 2**40, 2**48, 2**56, 2**62, 2**63, 2**64 - 1)
KINDS = (think(0), Frame(CACHE, 3, 0, (HALF, BYTES)), Frame(ASK, 3, 0, (HALF, BYTES)), critique(0))
TWICE: Steps = events(dropped("DUPLICATE"))
REPLIES = 8


def groups() -> Iterator[Group]:
    """Digits, distances, combinations, replies."""
    about = "stream_ids and frame_seqs that differ in one bit."
    yield Group("handshake", "window/digits", "dialogue", about, [*_streams(), *_numbers(), *_distances()])
    about = "Each type with each modality, and with each reason to refuse it."
    yield Group(
        "handshake", "refused/types", "dialogue", about, [*_delivered(), *(c for r in ROLES for c in _types(r))]
    )
    about = "Eight replies of two kinds in every proportion, and the ninth."
    yield Group("handshake", "replies/mixed", "dialogue", about, [*_mixed(), *_seconds()])


def _accepted(*frames: Frame) -> Steps:
    return [*send(*frames), *events(*(message(frame) for frame in frames))]


def _streams() -> Iterator[Case]:
    about = "One number on stream_ids that share all bits but one: each is new, and each again a duplicate."
    frames = [think(7, stream=stream) for stream in STREAMS]
    again_all = [*send(*frames), *events(*[dropped("DUPLICATE")] * len(frames))]
    yield from in_session("stream-ids", about, "HSK-34 HSK-69", _accepted(*frames), again_all)


def _numbers() -> Iterator[Case]:
    about = "Numbers of one bit each, in ascending order: the highest is a duplicate, those far below are too old."
    frames = [think(number) for number in NUMBERS]
    last = [step for frame in frames[4:] for step in (*_accepted(frame), *send(frame), *TWICE)]
    old = [*send(*frames[:-1]), *events(*[dropped("STALE")] * (len(frames) - 1))]
    yield from in_session("frame-seqs", about, "HSK-34", _accepted(*frames[:4]), last, old)


def _distances() -> Iterator[Case]:
    about = "Every distance around a power of two within the window: new, then a duplicate."
    low = [think(TOP - distance) for distance in NEAR]
    steps = [*_accepted(think(TOP), *low), *send(*low), *events(*[dropped("DUPLICATE")] * len(low))]
    yield from in_session("distances-within", about, "HSK-34", steps)
    about = "Distances beyond the window: too old to know, each time."
    old = [*send(*(think(TOP - distance) for distance in FAR)), *events(*[dropped("STALE")] * len(FAR))]
    yield from in_session("distances-beyond", about, "HSK-34", _accepted(think(TOP)), old, old)


def _delivered() -> Iterator[Case]:
    about = "Each type with each modality is delivered."
    frames = [
        replace(kind, modality=modality, frame_seq=5 * place + modality)
        for place, kind in enumerate(KINDS)
        for modality in range(len(MODALITIES))
    ]
    yield from in_session("delivered", about, "HSK-41 HSK-36", _accepted(*frames))


Fault = tuple[Frame, str, Mapping[str, Any]]


def _types(role: str) -> Iterator[Case]:
    config = own(modality=("text",), dtype=("f16",))
    for name, kind in zip(("think", "cache", "ask", "critique"), KINDS, strict=True):
        other = (I8, (2,), b"\1\2")
        faults: tuple[Fault, ...] = (
            (replace(kind, space_hash32=7, modality=1, slices=()), "SPACE_MISMATCH", {"got_hash": 7}),
            (replace(kind, modality=1, slices=()), "UNSUPPORTED_MODALITY", {"modality": "image"}),
            (replace(kind, slices=()), "BAD_MESSAGE", {"detail": "BAD_SLOTS"}),
            (replace(kind, slices=(other,) * len(kind.slices)), "UNSUPPORTED_DTYPE", {"dtype": "i8"}),
        )
        steps = []
        for number, (frame, code, adds) in enumerate(faults):
            steps += [*send(frame), *refusal(frame, code, number, **adds)]
        good = replace(kind, slices=(HALF,) * len(kind.slices))
        about = (
            f"A {name.title()} refused for its space, modality, message and dtype, which is the order; then a good one."
        )
        yield dialogue(role, name, about, "HSK-36 HSK-53", session(role, config), steps, _accepted(good), config=config)


def _mixed() -> Iterator[Case]:
    bad = sync({"method": "ping"}, 0, HANDSHAKE_STREAM)
    for count in range(REPLIES + 1):
        steps = []
        for number in range(REPLIES):
            if number < count:
                steps += [*send(small_ping(number)), *expect(capability(number, **SMALL))]
                steps += events(established(critique=False))
            else:
                one = replace(bad, frame_seq=number)
                steps += [*send(one), *refusal(one, "BAD_MESSAGE", number, detail="BAD_JSON")]
        ninth = [*send(small_ping(REPLIES)), *nothing(), *events(dropped("REPLY_LIMIT"))]
        late = [*advance(1_000), *send(small_ping(REPLIES)), *expect(capability(REPLIES, **SMALL))]
        about = f"{count} capabilities and {REPLIES - count} errors; the ninth reply has to wait for a second."
        yield server(f"{count}-capabilities", about, "HSK-42", steps, ninth, late, events(established(critique=False)))


def _seconds() -> Iterator[Case]:
    for late in (1, 500, 999, 1_000, 1_001):
        steps = [
            *send(small_ping(0)),
            *expect(capability(0, **SMALL), name="answer"),
            *events(established(critique=False)),
        ]
        steps += advance(late)
        for number in range(1, REPLIES):
            bad = sync({"method": "ping"}, number, HANDSHAKE_STREAM)
            steps += [*send(bad), *refusal(bad, "BAD_MESSAGE", number, detail="BAD_JSON")]
        free = late >= 1_000
        end = [*again("answer"), *events()] if free else [*nothing(), *events(dropped("REPLY_LIMIT"))]
        about = (
            f"One answer, seven errors {late} ms later; the first ping again {'is' if free else 'cannot be'} answered."
        )
        yield server(f"after-{late}-ms", about, "HSK-42 HSK-18", steps, send(small_ping(0)), end)
