"""Requests to a peer by name, and a stream that it has sent whole."""

from __future__ import annotations

from typing import Any

import pytest
from resonant import DType, MessageType, ResonantError, Slice
from resonant.peer import Output, Peer

from reference.tests.peer.support import (
    HALVES,
    client,
    error,
    sync,
)

MESSAGE = "message"


def ask(peer: Peer, kind: str, stream_id: int = 3, now_ms: int = 0) -> Output:
    match kind:
        case "head":
            return peer.open_stream(stream_id, strong_tail=False, now_ms=now_ms)
        case "tail":
            return peer.close_stream(stream_id, now_ms)
        case "heart":
            return peer.heart(stream_id, now_ms)
        case "ping":
            return peer.ping(stream_id, now_ms)
        case _:
            return peer.send(MessageType.THINK, (HALVES,), stream_id=stream_id, now_ms=now_ms)


def assert_state_refused(peer: Peer, *kinds: str) -> None:
    for kind in kinds:
        with pytest.raises(ResonantError) as caught:
            ask(peer, kind)
        assert caught.value.code == "STREAM_STATE", kind


def streamed(count: int = 5, *, strong: bool = False) -> tuple[Peer, list[bytes]]:
    """A client that has sent a whole stream at 0, and the frames of it."""
    peer = client()
    sent = list(peer.open_stream(3, strong_tail=strong, now_ms=0).datagrams)
    for number in range(count):
        one = Slice(DType.F16, (1,), number.to_bytes(2, "little"))
        sent += peer.send(MessageType.THINK, (one,), stream_id=3, now_ms=0).datagrams
    return peer, [*sent, *peer.close_stream(3, 0).datagrams]


def incomplete(*missing: int, ref: tuple[int, int] = (3, 6), number: int = 0, **fields: Any) -> bytes:
    members = error("STREAM_INCOMPLETE", ref, missing=[str(one) for one in missing])
    return sync(members, 3, number, **fields)
