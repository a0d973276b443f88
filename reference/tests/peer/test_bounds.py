"""A peer's memory and work are bounded, whatever comes: FRM-31, HSK-18, HSK-34, STM-8, STM-20."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from unittest import mock

import pytest
from resonant import DType, MessageType, RejectCode, ResonantError, Slice
from resonant.peer import Peer, Role
from resonant.peer.received import frame as received
from resonant.peer.state import recv_streams
from resonant.peer.state import send_streams as streams

from reference.tests.peer.support import (
    PING,
    PLAIN,
    client,
    head,
    heart,
    names,
    one_frame,
    server,
    sync,
    tail,
    text,
    think,
)
from reference.tests.support import ZSTD, raw_header, with_crc

MIB = 1024 * 1024


def sizes(peer: Peer, *batches: list[bytes], step_ms: int = 0) -> list[int]:
    """The memory in bytes that Python holds after each batch of frames, above what it held before the first."""
    found, now_ms = [], 0
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for batch in batches:
            for frame in batch:
                peer.receive(frame, now_ms)
                now_ms += step_ms
            found.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    return found


def hearts(first: int, last: int) -> list[bytes]:
    return [heart(stream_id, number) for stream_id in range(first, last) for number in (0, 900)]


def closed(first: int, last: int) -> list[bytes]:
    frames = ((sync(head(), stream_id, 0), sync(tail(0, 0), stream_id, 1)) for stream_id in range(first, last))
    return [frame for both in frames for frame in both]


@pytest.mark.slow
@pytest.mark.parametrize("used", [hearts, closed])
def test_stream_ids_beyond_the_remembered_ones_cost_nothing(
    used: Callable[[int, int], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of fewer that are remembered, as each takes half a millisecond while Python counts."""
    monkeypatch.setattr(recv_streams, "REMEMBERED", 128)
    full, more = sizes(server(), used(10, 200), used(5_000, 6_000))
    assert more < full + MIB // 10


@pytest.mark.slow
def test_large_answers_beyond_the_remembered_ones_cost_nothing() -> None:
    peer = Peer(Role.SERVER, PLAIN)
    pings = [sync(PING | {"embedding_space_id": "x" * 1024}, 1, number) for number in range(1_000)]
    (full,) = sizes(peer, pings, step_ms=200)
    assert 64 * 1024 < full < MIB // 2


@pytest.mark.slow
def test_a_few_compressed_bytes_that_wait_take_no_more_room_than_they_have() -> None:
    peer = server(replace(PLAIN, compress=("zstd",)))
    peer.receive(sync(head(), 3, 0), 0)
    zstd = bytes.fromhex("28b52ffda0") + (60_006).to_bytes(4, "little")
    blocks = (6 << 3).to_bytes(3, "little") + bytes.fromhex("020160ea0000")  # raw: the head of the slice
    blocks += (3 | 60_000 << 3).to_bytes(3, "little") + b"\0"  # repeated: 60,000 zeros

    def bomb(number: int) -> bytes:
        header = raw_header(flags=ZSTD, stream_id=3, frame_seq=number, slice_len=[60_000], space_hash32=0x1234)
        return with_crc(header + zstd + blocks)

    (full,) = sizes(peer, [bomb(number) for number in range(2, 1_000)])
    assert full < MIB
    assert names(peer.receive(bomb(1), 0).events) == ["Delivered"] * 999


def test_a_stream_id_too_many_for_replies_gets_none_and_no_number_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_STREAMS", 4)
    peer = server()  # which has sent its capability on 1
    for stream_id in (10, 11, 12):
        assert one_frame(peer.receive(text(b"{", stream_id, 0), stream_id * 200)).frame_seq == 0
    assert names(peer.receive(text(b"{", 13, 0), 3_000).events) == ["Dropped"]
    for stream_id in (10, 11, 12):
        assert one_frame(peer.receive(text(b"{", stream_id, 0), 4_000)).frame_seq == 1


def test_the_numbers_of_what_the_program_sends_are_never_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_STREAMS", 3)
    peer = client()  # which has sent its ping on 1
    peer.heart(9, 0)
    for number, stream_id in enumerate((9, 20, 21, 22)):
        peer.receive(think(stream_id, number, space=7), 0)
    assert one_frame(peer.heart(9, 0)).frame_seq == 2
    assert one_frame(peer.heart(20, 0)).frame_seq == 1
    with pytest.raises(ResonantError) as refused:
        peer.heart(30, 0)
    assert refused.value.code is RejectCode.STREAM_STATE


def test_each_datagram_is_decoded_once() -> None:
    peer = server()
    frames = [sync(head(), 3, 0), *(think(3, number) for number in (3, 1, 2, 4)), sync(tail(4, 4 * 47), 3, 5)]
    with mock.patch.object(received, "decode", wraps=received.decode) as decode:
        told = [event for frame in frames for event in peer.receive(frame, 0).events]
    assert decode.call_count == len(frames)
    assert names(told) == ["Opened", *["Delivered"] * 4, "Completed"]


def test_a_long_stream_is_hashed_as_it_grows() -> None:
    peer = client()
    peer.open_stream(3, strong_tail=True, now_ms=0)
    one = Slice(DType.F16, (2_000,), bytes(4_000))
    tracemalloc.start()
    try:
        for _ in range(100):
            peer.send(MessageType.THINK, (one,), stream_id=9, now_ms=0)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < MIB // 8, "single messages are not kept"
