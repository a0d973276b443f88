"""Frames of a stream on stream_id 3, and the events that a receiver reports for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xxhash
from resonant.peer import Completed, Delivered, Opened, Output, Peer

from reference.tests.peer.support import (
    head,
    server,
    sync,
    tail,
    think,
)
from reference.tests.support import STRONG_TAIL

QUIET = Output((), ())


def piece(number: int, **fields: Any) -> bytes:
    """Data frame `number` of stream 3, told apart by its payload."""
    return think(3, number, number.to_bytes(2, "little"), **fields)


def opened(flags: int = 0, **announced: str) -> Peer:
    peer = server()
    sized = bool(announced)
    assert peer.receive(sync(head(**announced), 3, 0, flags=flags), 0).events == (Opened(3, sized),)
    return peer


def xxh3(frames: Sequence[bytes]) -> str:
    return xxhash.xxh3_64(b"".join(frames)).hexdigest()


def closing(frames: Sequence[bytes], number: int | None = None, **fields: Any) -> bytes:
    """The TAIL that fits these data frames, with hash if STRONG_TAIL is among the flags."""
    strong = fields.get("flags", 0) & STRONG_TAIL
    members = tail(len(frames), sum(map(len, frames)), xxh3(frames) if strong else None)
    return sync(members, 3, len(frames) + 1 if number is None else number, **fields)


def delivered(output: Output) -> list[int]:
    assert all(isinstance(event, Delivered) for event in output.events)
    return [event.frame_seq for event in output.events if isinstance(event, Delivered)]


def completed(frames: Sequence[bytes]) -> Completed:
    return Completed(3, len(frames), sum(map(len, frames)), xxh3(frames))


FRAMES = [piece(number) for number in range(1, 6)]
