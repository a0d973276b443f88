"""Dialogues of the profile handshake: what the other end and the application do, without expectations.

What is to come of it is not written here: the first implementation asked says it, and the others are held to that.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...model.cases import DIALOGUE
from ...model.peer_requests import SPACE_HASH
from ..draw import KEY, number, other
from ..inputs import Draw, Input, Kind
from ..layout import Layout, RawSlice
from .slices import I8, fields, layout, with_faults
from .sync import any_sync, capability, config, error, frame_of, ping, spoiled

Steps = list[Mapping[str, Any]]
TIMES = (
    1,
    999,
    1000,
    1001,
    2999,
    3000,
    4000,
    7000,
    9999,
    10_000,
    10_001,
    14_999,
    15_000,
    15_001,
    44_999,
    45_000,
    46_000,
)
_SALT, _OWN_SALT = bytes(range(0x70, 0x80)), bytes(range(0x40, 0x50))
_STREAMS = (1, 3, 5, 1 << 31 | 1, (1 << 32) - 1)


def send(frame: Layout | bytes) -> Mapping[str, Any]:
    """A step: this frame to the peer under test."""
    return {"send": (frame if isinstance(frame, bytes) else frame.data()).hex()}


class Numbers:
    """The numbers of the frames that the other end sends."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._next: dict[int, int] = {}

    def take(self, stream_id: int) -> int:
        """The next on its stream, seldom an old or a far one."""
        right = self._next.get(stream_id, 0)
        chosen = self._draw.randrange(12)
        if chosen == 0:
            return max(0, right - self._draw.choice((1, 2, 1023, 1024, 1025)))
        if chosen == 1:
            right += self._draw.choice((1, 1023, 1024, 1025, 1 << 32, 1 << 40))
        self._next[stream_id] = right + 1
        return right


def data_frame(draw: Draw, numbers: Numbers) -> Layout:
    """A data frame on one of a few streams, seldom with faults or of another space."""
    stream_id = draw.choice(_STREAMS)
    frame = replace(layout(draw, 3), flags=draw.choice((0, 0, 0, 4)), space_hash32=SPACE_HASH)
    if not draw.randrange(6):
        frame = replace(frame, space_hash32=other(draw, SPACE_HASH, 32))
    if not draw.randrange(8):
        frame = with_faults(draw, frame, 2)
    frame = replace(frame, slices=frame.slices[:1] if sum(len(s.payload) for s in frame.slices) < 60_000 else ())
    return replace(frame, stream_id=stream_id, frame_seq=numbers.take(stream_id))


def sync_frame(draw: Draw, numbers: Numbers) -> Layout:
    """A Sync frame on one of them: a HEART, or any object."""
    stream_id = draw.choice(_STREAMS)
    if not draw.randrange(4):
        return Layout(3, 0, stream_id, numbers.take(stream_id), SPACE_HASH)
    space = SPACE_HASH if draw.randrange(6) else other(draw, SPACE_HASH, 32)
    return replace(frame_of(any_sync(draw), stream_id, numbers.take(stream_id)), space_hash32=space)


def request(draw: Draw, kinds: tuple[str, ...]) -> dict[str, Any]:
    """An input of peer_send of one of these kinds."""
    kind, stream_id = draw.choice(kinds), draw.choice((1, 2, 3, 4, number(draw, 32)))
    given: dict[str, Any] = {"kind": kind, "stream_id": stream_id}
    if kind == "message":
        frame = layout(draw, 3)
        if not draw.randrange(8):  # as long as a datagram may be, and one byte more (HSK-1)
            length = 65_507 - 43 + draw.randrange(-1, 2)
            frame = replace(frame, slices=(RawSlice(I8, (length,), bytes(length)),))
        told = fields(replace(frame, slices=frame.slices[:2]))
        return given | {"type": draw.choice((0, 1, 2, 4)), "modality": told["modality"], "slices": told["slices"]}
    return given | ({"strong_tail": bool(draw.randrange(2))} if kind == "head" else {})


def passing(draw: Draw) -> Mapping[str, Any]:
    """A step: time passes, up to a deadline or beyond."""
    return {"advance": draw.choice(TIMES)}


def _conversation(draw: Draw, first: Steps, kinds: tuple[str, ...]) -> Steps:
    numbers, steps = Numbers(draw), first
    makers: tuple[Callable[[], Mapping[str, Any]], ...] = (
        lambda: send(data_frame(draw, numbers)),
        lambda: send(data_frame(draw, numbers)),
        lambda: send(sync_frame(draw, numbers)),
        lambda: send(frame_of(ping(draw), draw.choice(_STREAMS), number(draw, 64))),
        lambda: {"act": request(draw, kinds)},
        lambda: passing(draw),
        lambda: draw.choice([step for step in steps if "send" in step] or [passing(draw)]),
    )
    for _ in range(draw.randrange(2, 9)):
        steps.append(draw.choice(makers)())
    if not draw.randrange(8):
        bad = {"method": "ping"}  # more replies than a second may have (HSK-42)
        steps += [send(frame_of(bad, 9, at)) for at in range(draw.choice((7, 8, 9, 10)))]
    return steps


def servers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A server that is pinged in any way, and what may come before and after."""
    for _ in range(count):
        message = ping(draw)
        first = [send(frame_of(spoiled(draw, message) if not draw.randrange(3) else message, 1, number(draw, 64)))]
        steps = _conversation(draw, first if draw.randrange(8) else [], ("message", "heart", "head", "tail", "ping"))
        yield Input(DIALOGUE, {"role": "server", "config": config(draw), "steps": steps}, ("handshake",))


def clients(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A client whose ping is answered in any way, or not."""
    for _ in range(count):
        steps: Steps = [] if draw.randrange(3) else [passing(draw)]
        answer = capability(draw)
        answer = spoiled(draw, answer) if not draw.randrange(3) else answer
        if draw.randrange(6):
            steps.append(send(frame_of(answer, draw.choice((7, 7, 7, 8)), 0)))
        if not draw.randrange(4):
            ref = {"stream_id": draw.choice((7, 7, 8)), "frame_seq": draw.choice(("0", "0", "1"))}
            steps.append(send(frame_of(error(draw, "SPACE_MISMATCH", ref=ref), 7, 1)))
        steps = _conversation(draw, steps, ("message", "ping", "heart", "head", "tail"))
        own = config(draw, require_crypto=not draw.randrange(6))
        given = {"role": "client", "config": own, "stream_id": 7, "steps": steps}
        yield Input(DIALOGUE, given, ("handshake",))


def _sealed(draw: Draw, frame: Layout) -> Layout:
    if not draw.randrange(6):
        return frame
    salt = _SALT[:12] + bytes(a ^ b for a, b in zip(_SALT[12:], struct.pack("<I", frame.stream_id), strict=True))
    if not draw.randrange(5):
        salt = bytes(a ^ b ^ c for a, b, c in zip(salt, _SALT, _OWN_SALT, strict=True))  # its own frame (XCH-12)
    nonce = salt + struct.pack("<Q", frame.frame_seq)
    return replace(frame, flags=frame.flags | 2, key=bytes.fromhex(KEY), nonce=nonce)


def sealed(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Servers with a key, compression or not, whose frames are sealed or should be."""
    for _ in range(count):
        crypto = draw.sample(["xchacha20poly1305", "none", "aes256gcm"], draw.randrange(1, 4))
        own = config(
            draw,
            key=KEY,
            crypto=crypto,
            compress=draw.choice((["none"], ["zstd", "none"], ["zstd"])),
            require_crypto=bool(draw.randrange(2)),
            salt=_OWN_SALT.hex(),
        )
        numbers = Numbers(draw)
        told = ping(draw) | {"crypto": ["xchacha20poly1305", "none"], "compress": ["zstd", "none"]}
        steps = [send(frame_of(told, 1, 0))]
        for _ in range(draw.randrange(1, 6)):
            frame = _sealed(draw, data_frame(draw, numbers) if draw.randrange(3) else sync_frame(draw, numbers))
            if not draw.randrange(5):
                frame = replace(frame, flags=frame.flags ^ 1)  # compressed, agreed or not
            steps.append(send(frame) if draw.randrange(4) else {"act": request(draw, ("message", "heart"))})
        given = {"role": "server", "config": own, "steps": steps}
        yield Input(DIALOGUE, given, ("zstd", "xchacha", "handshake"))


def _timed(draw: Draw, what: Callable[[], Mapping[str, Any]]) -> Steps:
    """Something that happens on the way to a deadline, which then comes, nearly comes, or has just passed."""
    deadline = draw.choice((1000, 3000, 7000, 10_000, 15_000, 45_000))
    before = draw.choice((0, 1, 999, 1000, deadline - 1, draw.randrange(deadline)))
    by = draw.choice((-1, 0, 1))
    after = draw.choice((deadline - before + by, deadline + by))
    return [{"advance": before}, what(), {"advance": max(0, after)}, {"advance": 1}]


def deadlines(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Peers of either role to whom something happens shortly before or after a deadline."""
    for at in range(count):
        numbers, client = Numbers(draw), at % 2 == 1
        steps: Steps = [] if client else [send(frame_of({"method": "ping", "ts": 0}, 1, 0))]
        if client and draw.randrange(3):
            steps.append(send(frame_of(capability(draw), 7, 0)))
        makers: tuple[Callable[[], Mapping[str, Any]], ...] = (
            lambda numbers=numbers: send(Layout(3, 0, 3, numbers.take(3), SPACE_HASH)),  # type: ignore[misc]
            lambda numbers=numbers: send(sync_frame(draw, numbers)),  # type: ignore[misc]
            lambda numbers=numbers: send(data_frame(draw, numbers)),  # type: ignore[misc]
            lambda: send(frame_of(ping(draw), 1, draw.choice((0, 1, 2)))),
            lambda: {"act": request(draw, ("heart", "message", "ping"))},
        )
        for _ in range(draw.randrange(1, 4)):
            steps += _timed(draw, draw.choice(makers))
        role = {"role": "client", "stream_id": 7} if client else {"role": "server"}
        yield Input(DIALOGUE, {**role, "config": config(draw), "steps": steps}, ("handshake",))


KINDS = (
    Kind("handshake/deadlines", deadlines, 15),
    Kind("handshake/servers", servers, 15),
    Kind("handshake/clients", clients, 15),
    Kind("handshake/sealed", sealed, 15),
)
