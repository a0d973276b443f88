"""The frames that a peer sends when it is asked to: HSK-1 to HSK-6, XCH-10, XCH-11."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from resonant import (
    Critique,
    DType,
    Flags,
    Heart,
    MessageType,
    Modality,
    RejectCode,
    ResonantError,
    Slice,
    Sync,
    Tensor,
    Think,
)
from resonant.peer import Config, Output, Peer, Role

from reference.tests.peer.support import (
    CAPABILITY,
    CONFIG,
    HALVES,
    PING,
    PLAIN,
    REQUIRING,
    SEALING,
    client,
    one_frame,
    refused,
    server,
    sync,
    think,
)

MAX_DATAGRAM = 65_507
CODES = Slice(DType.I8, (2,), b"\x01\x02")


def send(
    peer: Peer, *slices: Slice, type: MessageType = MessageType.THINK, stream_id: int = 9, **fields: int
) -> Output:
    modality = Modality(fields.get("modality", 0))
    return peer.send(type, slices or (HALVES,), stream_id=stream_id, modality=modality, now_ms=0)


def refusal(request: Callable[[], Output]) -> RejectCode:
    with pytest.raises(ResonantError) as caught:
        request()
    return caught.value.code


def nonce_of(datagram: bytes) -> bytes:
    start = 29 + 4 * int.from_bytes(datagram[16:24], "little")
    return datagram[start : start + 24]


@pytest.mark.parametrize("peer", [client(), server()], ids=["client", "server"])
def test_every_stream_id_counts_from_0_whatever_it_carries(peer: Peer) -> None:
    assert [one_frame(send(peer)).frame_seq for _ in range(3)] == [0, 1, 2]
    assert one_frame(peer.heart(9, 0)).frame_seq == 3
    peer.receive(think(9, 0, space=7), 0)
    assert one_frame(send(peer)).frame_seq == 5, "an error took 4"
    assert one_frame(send(peer, stream_id=2**32 - 1)).frame_seq == 0
    assert one_frame(send(peer, stream_id=1)).frame_seq == 1, "the handshake took 0"


def test_a_data_frame_is_as_asked_for_with_the_own_space() -> None:
    mask = Slice(DType.I8, (2,), b"\x00\x01")
    frame = one_frame(send(client(), HALVES, mask, type=MessageType.CRITIQUE, modality=1))
    assert (frame.type, frame.modality, frame.space_hash32, frame.flags) == (4, 1, 0x1234, 0)
    assert frame.slices == (HALVES, mask)


def test_a_typed_message_is_sent_as_its_slices() -> None:
    peer = client()
    tensor = Tensor.half(np.array([1.0, -2.0], np.float16))
    frame = one_frame(peer.send_message(Think(tensor), stream_id=9, modality=Modality.IMAGE, now_ms=0))
    assert (frame.type, frame.modality, frame.slices) == (0, 1, (HALVES,))
    assert one_frame(peer.send_message(Heart(), stream_id=9, now_ms=0)).slices == ()
    critique = Critique(tensor, mask=b"\x00\x01", explanation={"note": "n"})
    assert len(one_frame(peer.send_message(critique, stream_id=9, now_ms=0)).slices) == 3


def test_sync_objects_are_not_the_programs_to_send() -> None:
    peer = client()
    with pytest.raises(ValueError, match="Sync"):
        send(peer, type=MessageType.SYNC)
    with pytest.raises(ValueError, match="Sync"):
        peer.send_message(Sync({"method": "x"}), stream_id=9, now_ms=0)


def test_data_is_compressed_and_sync_is_not() -> None:
    peer = client(CONFIG)
    assert one_frame(send(peer)).flags == Flags.ZSTD
    for output in (peer.heart(9, 0), peer.open_stream(3, strong_tail=False, now_ms=0), peer.close_stream(3, 0)):
        assert one_frame(output).flags == Flags.NONE
    assert one_frame(peer.receive(think(9, 0, space=7), 0)).flags == Flags.NONE


def test_everything_but_handshakes_and_errors_is_sealed() -> None:
    for peer in (client(SEALING), server(SEALING)):
        outputs = (
            send(peer),
            peer.heart(9, 0),
            peer.open_stream(3, strong_tail=False, now_ms=0),
            send(peer, stream_id=3),
            peer.close_stream(3, 0),
        )
        assert all(one_frame(output).flags == Flags.XCHACHA for output in outputs)
        assert one_frame(peer.receive(think(9, 0, space=7), 0)).flags == Flags.NONE
        assert one_frame(peer.advance(15_000)).flags == Flags.XCHACHA
    assert one_frame(client(SEALING).ping(2, 0)).flags == Flags.NONE


@pytest.mark.parametrize("stream_id", [0, 1, 0x01020304, 2**32 - 1])
def test_a_nonce_is_the_salt_with_the_stream_id_and_the_number(stream_id: int) -> None:
    peer = server(SEALING)
    before = one_frame(peer.receive(think(stream_id, 50, space=7), 0)).frame_seq
    (datagram,) = send(peer, stream_id=stream_id).datagrams
    last = int.from_bytes(bytes(range(12, 16)), "little") ^ stream_id
    assert nonce_of(datagram) == bytes(range(12)) + last.to_bytes(4, "little") + (before + 1).to_bytes(8, "little")


def test_no_nonce_is_used_twice() -> None:
    peer = client(SEALING)
    sent = [send(peer, stream_id=stream_id).datagrams[0] for stream_id in (0, 1, 2, 2**31) for _ in range(3)]
    peer.advance(45_000)
    peer.ping(77, 45_000)
    peer.receive(sync(CAPABILITY, 77, 0), 45_000)
    sent += [peer.heart(stream_id, 45_000).datagrams[0] for stream_id in (0, 1, 2, 2**31)]
    assert len({nonce_of(datagram) for datagram in sent}) == len(sent)


@pytest.mark.parametrize("peer", [Peer(Role.CLIENT, PLAIN), Peer(Role.SERVER, PLAIN)], ids=["client", "server"])
def test_without_a_session_nothing_can_be_sent(peer: Peer) -> None:
    requests = (
        lambda: send(peer),
        lambda: send(peer, Slice(DType.F16, (2,), b""), type=MessageType.CRITIQUE),
        lambda: peer.heart(9, 0),
        lambda: peer.open_stream(9, strong_tail=False, now_ms=0),
        lambda: peer.close_stream(9, 0),
    )
    assert [refusal(request) for request in requests] == ["HANDSHAKE_REQUIRED"] * 5


def test_a_server_without_the_crypto_that_it_requires_sends_nothing() -> None:
    peer = server(REQUIRING, PING | {"crypto": ["none"]})
    requests = (
        lambda: send(peer, type=MessageType.CRITIQUE, modality=4),
        lambda: peer.heart(9, 0),
        lambda: peer.open_stream(9, strong_tail=False, now_ms=0),
        lambda: peer.close_stream(9, 0),
    )
    assert [refusal(request) for request in requests] == ["ENCRYPTION_REQUIRED"] * 4
    assert peer.advance(44_999) == Output((), ())
    assert refused(peer.receive(think(9, 0, flags=0), 44_999))["code"] == "ENCRYPTION_REQUIRED"


NARROW = replace(PLAIN, critique=False, dtype=("f16",), modality=("text",))


@pytest.mark.parametrize(
    ("config", "type", "modality", "slices", "code"),
    [
        (NARROW, 4, 1, (CODES, CODES), "UNSUPPORTED_FEATURE"),
        (PLAIN, 4, 4, (), "UNSUPPORTED_MODALITY"),
        (NARROW, 0, 1, (CODES, CODES), "UNSUPPORTED_MODALITY"),
        (NARROW, 0, 0, (CODES, CODES), "BAD_SLOTS"),
        (NARROW, 0, 0, (Slice(DType.I8, (1,), b"1"), Slice(DType.F16, (1,), b"\x00\x80")), "BAD_SCALE"),
        (NARROW, 0, 0, (CODES,), "UNSUPPORTED_DTYPE"),
        (NARROW, 1, 0, (HALVES, CODES), "UNSUPPORTED_DTYPE"),
        (NARROW, 0, 0, (Slice(DType.F16, (3,), b""),), "LENGTH_MISMATCH"),
        (NARROW, 0, 0, (Slice(7, (1,), b""),), "BAD_DTYPE"),
    ],
)
def test_what_the_other_end_would_refuse_is_not_sent(
    config: Config, type: int, modality: int, slices: tuple[Slice, ...], code: str
) -> None:
    peer = client(config)
    kind = MessageType(type)
    assert refusal(lambda: peer.send(kind, slices, stream_id=9, modality=Modality(modality), now_ms=0)) == code
    assert one_frame(send(peer)).frame_seq == 0, "no number was used up"


def test_a_frame_is_as_large_as_a_datagram_and_no_larger() -> None:
    peer = client()
    room = MAX_DATAGRAM - 33 - 4 - 6
    largest = Slice(DType.I8, (room,), bytes(room))
    larger = Slice(DType.I8, (room + 1,), bytes(room + 1))
    huge = Slice(DType.I8, (66_000,), bytes(66_000))
    assert len(send(peer, largest).datagrams[0]) == MAX_DATAGRAM
    assert refusal(lambda: send(peer, larger)) == refusal(lambda: send(peer, huge)) == "FRAME_TOO_LARGE"
    sealing = client(SEALING)
    assert refusal(lambda: send(sealing, largest)) == "FRAME_TOO_LARGE"
    assert one_frame(send(sealing)).frame_seq == 0


def test_what_deadlines_gave_before_a_refusal_comes_with_the_next_call() -> None:
    peer = client()
    assert refusal(lambda: peer.close_stream(9, 15_000)) == "STREAM_STATE"
    heart = one_frame(peer.advance(15_000))
    assert (heart.stream_id, heart.slices) == (1, ())


def test_a_clock_that_goes_back_stands_still() -> None:
    peer = client()
    peer.heart(9, 10_000)
    assert peer.heart(9, 0).events == ()
    assert peer.deadline_ms == 25_000
