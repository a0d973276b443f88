"""Channels of WebRTC at an endpoint, in memory: sizes, texts, room and ends."""

from __future__ import annotations

import pytest
from resonant import DropCode, DType, MessageType, RejectCode, ResonantError, Slice, decode
from resonant.endpoint import ChannelEndpoint
from resonant.errors import CloseCode
from resonant.peer import Closed, Dropped, Established, Event, Lost, Peer, Role
from resonant.transport.webrtc import message_limit

from reference.tests.endpoint.test_endpoint_connections import PING_STREAM, STREAM, salts
from reference.tests.peer.support import PLAIN

LARGEST = 65_536


def pair(limit: int = LARGEST) -> tuple[ChannelEndpoint[str], ChannelEndpoint[str]]:
    """A server, whose client takes messages of so many bytes, and that client, in session on one channel."""
    server: ChannelEndpoint[str] = ChannelEndpoint(Role.SERVER, PLAIN, salts())
    client: ChannelEndpoint[str] = ChannelEndpoint(Role.CLIENT, PLAIN, salts())
    assert server.accept_channel("a", 0, limit)
    client.connect_channel("a", PING_STREAM, 0)
    for source, target in ((client, server), (server, client)):
        for link, frame in source.take_datagrams():
            source.written(link, len(frame))
            target.receive_message(link, frame, 0)
    assert [type(event) for _, event in client.take_events()] == [Established]
    assert [type(event) for _, event in server.take_events()] == [Established]
    return server, client


def events(endpoint: ChannelEndpoint[str]) -> list[Event]:
    return [event for _, event in endpoint.take_events()]


def say(endpoint: ChannelEndpoint[str], count: int) -> int:
    """Send a Think of so many numbers; the size of its frame."""
    slices = (Slice(int(DType.F16), (count,), bytes(2 * count)),)
    endpoint.request("a", lambda peer: peer.send(MessageType.THINK, slices, stream_id=STREAM, now_ms=0))
    ((_, frame),) = endpoint.take_datagrams()
    return len(frame)


@pytest.mark.parametrize(
    ("description", "limit"),
    [
        ("v=0\r\na=max-message-size:70000\r\n", LARGEST),
        ("v=0\r\na=max-message-size:65535\r\n", 65_535),
        ("v=0\r\na=max-message-size:0\r\n", LARGEST),
        ("v=0\r\n", LARGEST),
        ("v=0\r\na=max-message-size:99999999999999999999\r\n", LARGEST),
        ("v=0\na=max-message-size:100\n", 100),
    ],
)
def test_the_limit_is_that_of_the_other_description(description: str, limit: int) -> None:
    assert message_limit(description) == limit


def test_a_frame_above_the_limit_of_the_other_end_is_refused() -> None:
    size = say(pair()[0], 1000)
    assert say(pair(size)[0], 1000) == size
    server, _ = pair(size - 1)
    with pytest.raises(ResonantError) as caught:
        say(server, 1000)
    assert caught.value.code is RejectCode.FRAME_TOO_LARGE
    assert server.take_datagrams() == []


@pytest.mark.parametrize(("limit", "numbers"), [(32, []), (33, [1])])
def test_an_owed_frame_that_is_too_large_takes_its_number_and_is_lost(limit: int, numbers: list[int]) -> None:
    server: ChannelEndpoint[str] = ChannelEndpoint(Role.SERVER, PLAIN, salts())
    assert server.accept_channel("a", 0, limit)
    ping = Peer(Role.CLIENT, PLAIN).ping(PING_STREAM, 0)
    server.receive_message("a", ping.datagrams[0], 0)
    assert server.take_datagrams() == []  # its capability was number 0
    server.advance(15_000)
    assert [decode(heart).frame_seq for _, heart in server.take_datagrams()] == numbers


def test_texts_and_what_is_no_frame_are_dropped_and_the_channel_goes_on() -> None:
    server, client = pair()
    for message in ("text", b"", bytes(32), bytes(LARGEST + 1)):
        server.receive_message("a", message, 0)
    dropped = [DropCode.NOT_BINARY, *[RejectCode.FRAME_TOO_SHORT] * 2, RejectCode.FRAME_TOO_LARGE]
    assert events(server) == [Dropped(code) for code in dropped]
    client.request("a", lambda peer: peer.heart(PING_STREAM, 0))
    ((_, heart),) = client.take_datagrams()
    server.receive_message("a", heart, 0)
    assert events(server) == []


def test_the_end_of_a_channel_and_of_what_is_below_it_have_codes_of_their_own() -> None:
    server, client = pair()
    server.receive_end("a", 5)
    client.receive_reset("a", 5)
    assert events(server) == [Lost(), Closed(None)]
    assert events(client) == [Lost(), Closed(CloseCode.CONNECTION_RESET)]
    server.receive_message("a", bytes(33), 5)
    assert events(server) == []


def test_a_channel_without_a_session_is_closed_after_15_s() -> None:
    server: ChannelEndpoint[str] = ChannelEndpoint(Role.SERVER, PLAIN, salts())
    assert server.accept_channel("a", 100)
    server.advance(15_099)
    assert events(server) == []
    server.advance(15_100)
    assert events(server) == [Closed(RejectCode.HANDSHAKE_TIMEOUT)]
    assert server.take_ended() == ["a"]


def test_a_server_that_forgets_nobody_takes_no_channel_beyond_its_limit() -> None:
    server: ChannelEndpoint[str] = ChannelEndpoint(Role.SERVER, PLAIN, salts(), limit=1, forgets=False)
    assert server.accept_channel("a", 0)
    assert not server.accept_channel("b", 0)
    assert server.links == ("a",)


def test_what_finds_no_room_is_lost_or_refused() -> None:
    server, _ = pair()
    pipe = server._connections["a"].pipe
    assert pipe is not None
    pipe.unsent = 16 << 20
    server.advance(15_000)  # a HEART is due
    assert server.take_datagrams() == []
    with pytest.raises(ResonantError) as caught:
        say(server, 1)
    assert caught.value.code is DropCode.BUFFER_LIMIT
    server.written("a", 16 << 20)
    assert say(server, 1)
