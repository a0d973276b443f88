"""A client after its handshake: failed, renegotiating, lost (HSK-29, HSK-30, STM-24)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from resonant import Flags, MessageType, RejectCode, ResonantError
from resonant.peer import Config, ErrorReceived, Established, Lost, Output, Peer, Role

from reference.tests.peer.support import (
    CAPABILITY,
    CONFIG,
    HALVES,
    REQUIRING,
    SEALING,
    client,
    dropped,
    error,
    heart,
    names,
    one_frame,
    refused,
    sent_object,
    sync,
    text,
    think,
)
from reference.tests.support import KEY

XCHACHA = "xchacha20poly1305"
FULL = replace(CONFIG, crypto=("none", XCHACHA), key=KEY)
QUIET = Output((), ())


def pinged(config: Config = FULL, now_ms: int = 0) -> tuple[Peer, Output]:
    peer = Peer(Role.CLIENT, config, now_ms)
    return peer, peer.ping(5, now_ms)


def assert_refused(code: RejectCode, peer: Peer, stream_id: int) -> None:
    with pytest.raises(ResonantError) as caught:
        peer.ping(stream_id, 0)
    assert caught.value.code == code


def failed() -> Peer:
    peer, _ = pinged()
    peer.receive(sync(error("SPACE_MISMATCH", (5, 0)), 5, 0), 0)
    return peer


@pytest.mark.parametrize(
    "frame",
    [think(9, 0), heart(9, 0), sync(CAPABILITY, 5, 1), text(b"{", 9, 0), sync(error("X"), 9, 0), think(9, 0, flags=3)],
)
def test_a_failed_client_says_nothing(frame: bytes) -> None:
    peer = failed()
    assert dropped(peer.receive(frame, 0)) == "IGNORED"
    assert dropped(peer.receive(frame, 0)) == "IGNORED"
    assert dropped(peer.receive(frame[:-1] + b"\x00", 0)) == "CRC_MISMATCH"
    assert peer.advance(100_000) == QUIET


def test_a_failed_client_sends_no_data_until_it_has_pinged_again() -> None:
    peer = failed()
    with pytest.raises(ResonantError) as caught:
        peer.send(MessageType.THINK, (HALVES,), stream_id=9, now_ms=0)
    assert caught.value.code == "HANDSHAKE_REQUIRED"
    assert_refused(RejectCode.STREAM_STATE, peer, 5)
    assert sent_object(peer.ping(6, 0))["method"] == "ping"
    assert refused(peer.receive(think(9, 0), 0))["code"] == "HANDSHAKE_REQUIRED"
    assert names(peer.receive(sync(CAPABILITY, 6, 0), 0).events) == ["Established"]


def test_a_client_refuses_data_before_its_handshake_is_over() -> None:
    for peer in (Peer(Role.CLIENT, FULL), pinged()[0]):
        assert refused(peer.receive(think(9, 0), 0))["code"] == "HANDSHAKE_REQUIRED"
        assert dropped(peer.receive(heart(9, 0), 0)) == "IGNORED"


def test_a_client_drops_a_sync_that_it_cannot_read() -> None:
    peer = client(FULL)
    for payload in (b"{", b"{}", b'{"method": null}'):
        assert dropped(peer.receive(text(payload, 9, 0), 0)) == "BAD_MESSAGE"
    assert peer.receive(sync({"method": "ping"}, 9, 0), 0) == QUIET, "no number was remembered"


def test_a_ping_needs_a_stream_id_on_which_nothing_was_sent() -> None:
    peer = client(FULL)
    peer.heart(7, 0)
    peer.receive(think(8, 0, space=0), 0)
    for stream_id in (1, 7, 8):
        assert_refused(RejectCode.STREAM_STATE, peer, stream_id)
    assert one_frame(peer.ping(9, 0)).frame_seq == 0


def test_a_server_sends_no_ping() -> None:
    assert_refused(RejectCode.STREAM_STATE, Peer(Role.SERVER, FULL), 5)


def test_a_second_ping_takes_the_place_of_the_first() -> None:
    peer, _ = pinged()
    second = peer.ping(6, 500)
    assert peer.advance(1_499) == QUIET
    assert peer.advance(1_500) == second
    assert peer.receive(sync(CAPABILITY, 5, 0), 1_600) == QUIET
    assert names(peer.receive(sync(CAPABILITY, 6, 0), 1_600).events) == ["Established"]


def assert_agreed(peer: Peer, now_ms: int, *, zstd: bool) -> None:
    """Check which agreement holds, by whether a frame that is sent is compressed."""
    frame = one_frame(peer.send(MessageType.THINK, (HALVES,), stream_id=40 + now_ms, now_ms=now_ms))
    assert bool(frame.flags & Flags.ZSTD) is zstd


def test_the_earlier_agreement_holds_until_the_new_one_comes() -> None:
    peer = client(FULL)
    peer.ping(2, 10)
    assert_agreed(peer, 10, zstd=True)
    (event,) = peer.receive(sync(CAPABILITY | {"compress": ["none"]}, 2, 0), 20).events
    assert isinstance(event, Established)
    assert_agreed(peer, 20, zstd=False)


def test_the_earlier_agreement_survives_an_error_and_a_timeout() -> None:
    peer = client(FULL)
    peer.ping(2, 0)
    assert names(peer.receive(sync(error("SPACE_MISMATCH", (2, 0)), 2, 0), 10).events) == ["ErrorReceived"]
    assert_agreed(peer, 10, zstd=True)
    peer.ping(3, 20)
    assert peer.advance(15_020).events == (ErrorReceived("HANDSHAKE_TIMEOUT"),)
    assert_agreed(peer, 15_020, zstd=True)


@pytest.mark.parametrize("said", [{"agreed_proto": 2}, {"space_hash32": 9}, {"crypto": ["none"]}])
def test_a_capability_that_cannot_be_used_ends_the_session_too(said: dict[str, Any]) -> None:
    peer = client(REQUIRING)
    peer.ping(2, 10)
    assert names(peer.receive(sync(CAPABILITY | said, 2, 0), 10).events) == ["ErrorReceived"]
    assert dropped(peer.receive(think(9, 0, flags=2), 10)) == "IGNORED"
    assert peer.deadline_ms is None


def test_a_loss_leaves_a_waiting_ping_waiting() -> None:
    peer = client(FULL)
    peer.advance(44_000)
    again = peer.ping(2, 44_000)
    assert peer.advance(45_000) == Output(again.datagrams, (Lost(),))
    assert refused(peer.receive(think(9, 0), 45_000))["code"] == "HANDSHAKE_REQUIRED"
    assert names(peer.receive(sync(CAPABILITY, 2, 0), 46_000).events) == ["Established"]


def test_a_client_that_knows_that_the_server_requires_crypto_seals() -> None:
    said = CAPABILITY | {"supports": {"critique": True, "dtype": ["f16"], "require_crypto": True}}
    peer = client(replace(SEALING, crypto=("none", XCHACHA)), said)
    assert one_frame(peer.heart(9, 0)).flags == Flags.XCHACHA
