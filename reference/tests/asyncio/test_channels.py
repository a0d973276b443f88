"""Endpoints on data channels, on associations of aiortc within this process, and on channels that a test makes up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest
from resonant import RejectCode, ResonantError, Tensor, Think
from resonant.asyncio import ALL_FEATURES, Endpoint, SessionError, connect_channel, open_channel, serve_channels
from resonant.asyncio.channels import Channels
from resonant.peer import Closed, Completed, Delivered, Dropped, Established, Lost, Peer, Role

aiortc = pytest.importorskip("aiortc")
import aioice.ice  # noqa: E402

THINK = Think(Tensor.half(np.ones((1, 4))))
SIZED = "v=0\r\na=max-message-size:1000\r\n"
WAIT_S = 20


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have associations find the loopback, which they leave out otherwise."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])


def run(work: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(WAIT_S):
            await work

    asyncio.run(bounded())


def association() -> Any:
    return aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))


async def associate(offering: Any, answering: Any) -> None:
    await offering.setLocalDescription(await offering.createOffer())
    await answering.setRemoteDescription(offering.localDescription)
    await answering.setLocalDescription(await answering.createAnswer())
    await offering.setRemoteDescription(answering.localDescription)


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Endpoint, Endpoint, Any, Any]]:
    """A server and a client in a session, and the associations of both."""
    here, there = association(), association()
    server, channel = serve_channels(ALL_FEATURES), open_channel(here)
    server.take(there)
    try:
        await associate(here, there)
        async with server, await connect_channel(ALL_FEATURES, here, channel) as client:
            yield server, client, here, there
    finally:
        await here.close()
        await there.close()


def test_messages_and_streams_go_both_ways_and_a_second_client_comes_on_the_same_association() -> None:
    async def talk() -> None:
        async with pair() as (server, client, here, there):
            (first, event) = await anext(server)
            assert isinstance(event, Established)
            client.send(THINK)
            assert (await server.wait_for(Delivered)).message == THINK
            server.send(THINK, stream_id=2, to=first)
            assert (await client.wait_for(Delivered)).message == THINK
            with client.open_stream(5) as stream:
                for _ in range(3):
                    stream.send(Think(Tensor.half(np.ones((1, 30_000)))))
            assert (await server.wait_for(Completed)).frames == 3
            async with await connect_channel(ALL_FEATURES, here) as other:
                address, _ = await anext(server)
                server.send(THINK, stream_id=2, to=address)
                assert (await other.wait_for(Delivered)).message == THINK
            assert [type((await anext(server)).event) for _ in range(2)] == [Lost, Closed]
            assert (here.connectionState, there.connectionState) == ("connected", "connected")

    run(talk())


def test_text_is_dropped_and_channels_of_other_protocols_are_closed() -> None:
    async def talk() -> None:
        async with pair() as (server, _, here, _):
            await anext(server)
            closed = asyncio.Event()
            here.createDataChannel("other").on("close", closed.set)
            await closed.wait()
            (channel,) = [one for one in here.sctp._data_channels.values() if one.protocol and one.readyState == "open"]
            channel.send("text")
            dropped = (await anext(server)).event
            assert isinstance(dropped, Dropped)
            assert dropped.code == "NOT_BINARY"

    run(talk())


def test_an_association_that_ends_is_a_connection_that_was_reset() -> None:
    async def talk() -> None:
        async with pair() as (server, client, here, there):
            await anext(server)
            await there.close()
            with pytest.raises(SessionError) as raised:
                await client.wait_for(Delivered)
            assert raised.value.code == "CONNECTION_RESET"
            with pytest.raises(ConnectionError):
                client.send(THINK)
            assert here.connectionState != "connected"

    run(talk())


@dataclass
class Made:
    """A channel without a network, and the association that it is on."""

    readyState: str = "open"  # noqa: N815 - as JavaScript has it
    bufferedAmount: int = 0  # noqa: N815 - as JavaScript has it
    bufferedAmountLowThreshold: int = 0  # noqa: N815 - as JavaScript has it
    protocol: str = "resonant/1"
    sent: list[bytes] = field(default_factory=list)
    handlers: dict[str, Callable[..., None]] = field(default_factory=dict)
    sdp: str = SIZED
    state: str = "connected"

    @property
    def transport(self) -> Made:
        return self

    @property
    def sctp(self) -> Made:
        return self

    @property
    def remoteDescription(self) -> Made:  # noqa: N802 - as above
        return self

    @property
    def connectionState(self) -> str:  # noqa: N802 - as above
        return self.state

    def on(self, event: str, handler: Callable[..., None]) -> None:
        self.handlers[event] = handler

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)
        self.bufferedAmount += len(frame)

    def close(self) -> None:
        self.readyState = "closed"
        self.handlers["close"]()


def test_frames_wait_while_much_is_buffered_and_too_many_are_refused() -> None:
    async def talk() -> None:
        server, channel = serve_channels(ALL_FEATURES), Made()
        channels = cast(Channels, server._carrier)
        address = channels.add(cast(Any, channel))
        channels.send(address, b"first")
        channel.bufferedAmount = (1 << 20) + 1
        channels.send(address, b"second")
        assert channel.sent == [b"first"]
        channel.bufferedAmount = 1 << 20
        channel.handlers["bufferedamountlow"]()
        assert channel.sent == [b"first", b"second"]
        channel.bufferedAmount = (1 << 20) + 1
        channels.send(address, b"third")
        channels.end(address)
        assert channel.readyState == "open"
        channel.bufferedAmount = 0
        channel.handlers["bufferedamountlow"]()
        assert (channel.sent[2:], channel.readyState) == ([b"third"], "closed")
        await server.close()

    run(talk())


def test_no_frame_is_sent_that_the_other_end_does_not_take() -> None:
    async def talk() -> None:
        server, channel = serve_channels(ALL_FEATURES), Made()
        server.take(cast(Any, channel))
        channel.handlers["datachannel"](channel)
        (ping,) = Peer(Role.CLIENT, ALL_FEATURES, 0).ping(1, 0).datagrams
        channel.handlers["message"](ping)
        assert len(channel.sent) == 1, "the capability"
        server.send(THINK)
        with pytest.raises(ResonantError) as raised:
            server.send(Think(Tensor.half(np.random.default_rng(1).random((1, 2_000)))))
        assert raised.value.code == RejectCode.FRAME_TOO_LARGE
        assert len(channel.sent) == 2
        await server.close()

    run(talk())


def test_a_channel_on_an_association_that_is_over_could_not_be_made() -> None:
    async def talk() -> None:
        ended = association()
        await ended.close()
        for given in (ended, Made("connecting", state="failed")):
            channel = open_channel(ended) if given is ended else cast(Any, given)
            with pytest.raises(SessionError) as raised:
                await connect_channel(ALL_FEATURES, cast(Any, given), channel)
            assert raised.value.code == "CONNECTION_RESET"

    run(talk())


def test_a_channel_that_is_over_is_no_connection() -> None:
    async def talk() -> None:
        with pytest.raises(SessionError) as raised:
            await connect_channel(ALL_FEATURES, cast(Any, made := Made("closed", state="closed")), cast(Any, made))
        assert raised.value.code == "CONNECTION_RESET"

    run(talk())
