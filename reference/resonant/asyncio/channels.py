"""Endpoints on data channels of WebRTC (specs/webrtc.md), on associations (RTCPeerConnection) of aiortc.

    channel = open_channel(association)  # before it makes an offer
    ...  # descriptions are exchanged in the program's own way
    async with await connect_channel(config, association, channel) as client:
        client.send(Think(Tensor.half(array)))

    server = serve_channels(config)
    server.take(association)  # before its description is given away

Nothing here imports aiortc: associations are the program's, and outlive endpoints.
"""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any

from ..peer import Config, Role
from ..transport.quic import Act
from ..transport.webrtc import LABEL, MAX_BUFFERED_BYTES, PROTOCOL, message_limit
from ..wire_values import MAX_FRAME_BYTES
from .addresses import Address
from .carriers import Links, Owner
from .endpoint import MAX_REMOTES, Endpoint

if TYPE_CHECKING:
    from aiortc import RTCDataChannel, RTCPeerConnection

WEBRTC = "webrtc"
LINGER_S = 5.0
_OVER = ("closed", "failed")
"""The states of what has ended."""


def open_channel(association: RTCPeerConnection) -> RTCDataChannel:
    """A channel of a client, unordered and reliable (RTC-1, RTC-3)."""
    return association.createDataChannel(LABEL, protocol=PROTOCOL, ordered=False)


async def connect_channel(
    config: Config, association: RTCPeerConnection, channel: RTCDataChannel | None = None, stream_id: int = 0
) -> Endpoint:
    """A client in a session, on a channel that `open_channel` gave, or on a new one of an association that is made.

    stream_id, and the salt of config, as of `connect`. Raises SessionError, a ConnectionError, where the server refuses
    or is silent for 15 s, or the channel ends.
    """
    client = Endpoint(Role.CLIENT, config)
    channels = Channels(client)
    channels.peer_address = channels.add(channel or open_channel(association))

    def changed() -> None:
        if is_over(association):
            channels.broken()

    association.on("connectionstatechange", changed)
    limit = _limit(association)

    def begin(links: Links, now_ms: int) -> None:
        links.connect_channel(channels.peer_address, stream_id, now_ms, limit)
        if is_over(association):  # aiortc would let a channel wait there for ever
            links.receive_reset(channels.peer_address, now_ms)

    await client.greet(channels, begin)
    return client


def serve_channels(config: Config, max_remotes: int = MAX_REMOTES) -> ChannelServer:
    """A server, which `take` gives associations. The salt of config is not used. It needs a running loop."""
    return ChannelServer(config, max_remotes)


class ChannelServer(Endpoint):
    """An endpoint that serves channels."""

    def __init__(self, config: Config, max_remotes: int) -> None:
        super().__init__(Role.SERVER, config, max_remotes)
        self._carrier = self._channels = Channels(self)

    def take(self, association: RTCPeerConnection) -> None:
        """Serve the channels that the other end of an association opens from now on, those of this protocol (RTC-2)."""

        def opened(channel: RTCDataChannel) -> None:
            if channel.protocol != PROTOCOL or self._channels.closing:
                channel.close()
                return
            address = self._channels.add(channel)
            self.happened(lambda links, now_ms: links.accept_channel(address, now_ms, _limit(association)))

        association.on("datachannel", opened)


def is_over(association: Any) -> bool:
    """Whether an association has ended: what lies below it does so first, one layer after the other."""
    sctp = association.sctp
    below = () if sctp is None else (sctp.state, sctp.transport.state)
    return any(state in _OVER for state in (association.connectionState, *below))


def _limit(association: Any) -> int:
    """The largest frame that the other end takes (RTC-8); any before its description is there."""
    described = association.remoteDescription
    return MAX_FRAME_BYTES if described is None else message_limit(described.sdp)


class Channels:
    """The channels of an endpoint by addresses of their own: they have none that a network knows."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.peer_address: Address = ()
        """The server of a client."""
        self.closing = False
        """Whether nothing is sent any more."""
        self._lingers: asyncio.TimerHandle | None = None
        self._numbers = count()
        self._channels: dict[Address, _Channel] = {}

    def add(self, channel: RTCDataChannel) -> Address:
        """Carry what goes on a channel from now on; its address."""
        address = (WEBRTC, next(self._numbers))
        self._channels[address] = _Channel(channel, self, address)
        return address

    async def listen(self, host: str, port: int) -> None:
        """Nothing: associations are made by the program."""

    async def connect(self, host: str, port: int) -> None:
        """Nothing, as above."""

    def begin(self) -> None:
        """Tell of a channel that was over before its peer began."""
        for one in [*self._channels.values()]:
            one.push()

    @property
    def address(self) -> tuple[str, int]:
        """No address of its own."""
        return WEBRTC, 0

    def send(self, address: Address, data: bytes) -> None:
        """Send a frame as a message, as soon as there is room; it is lost where the channel is over."""
        if address in self._channels:
            self._channels[address].send(data)

    def perform(self, address: Address, act: Act) -> None:
        """Nothing: acts are for QUIC."""

    def settle(self) -> None:
        """Nothing: what was handed over is told at once, and channels cannot be left unread."""

    def end(self, address: Address) -> None:
        """Close a channel once all is sent."""
        if address in self._channels:
            self._channels[address].end()

    def close(self) -> None:
        """Close every channel, and wait for LINGER_S at most until all are."""
        if self.closing:
            return
        self.closing = True
        self._lingers = asyncio.get_running_loop().call_later(LINGER_S if self._channels else 0, self._give_up)
        for one in [*self._channels.values()]:
            one.end()

    def broken(self) -> None:
        """The association has ended, of which aiortc tells no channel that was not open."""
        for one in [*self._channels.values()]:
            one.closed()

    def lost(self, address: Address) -> None:
        """A channel is over."""
        self._channels.pop(address, None)
        if self._lingers is not None and not self._channels:
            self._lingers.cancel()
            self.owner.gone()

    def _give_up(self) -> None:
        self._channels.clear()
        self.owner.gone()


class _Channel:
    """One channel. What it cannot take at once waits (RTC-9)."""

    def __init__(self, channel: RTCDataChannel, channels: Channels, address: Address) -> None:
        self._channel, self._channels, self._address = channel, channels, address
        self._waiting: deque[bytes] = deque()
        self._ends = self._over = False
        channel.bufferedAmountLowThreshold = MAX_BUFFERED_BYTES
        channel.on("message", self._heard)
        channel.on("close", self.closed)
        channel.on("open", self.push)
        channel.on("bufferedamountlow", self.push)

    def send(self, frame: bytes) -> None:
        """Send a frame as soon as there is room."""
        self._waiting.append(frame)
        self.push()

    def push(self) -> None:
        """Hand over what there is room for."""
        if self._channel.readyState == "closed":
            self.closed()
            return
        while self._waiting and self._channel.readyState == "open":
            if self._channel.bufferedAmount > MAX_BUFFERED_BYTES:
                return
            frame = self._waiting.popleft()
            self._channel.send(frame)
            self._channels.owner.written(self._address, len(frame))
        if self._ends and not self._waiting:
            self._channel.close()

    def end(self) -> None:
        """Close the channel once all is sent."""
        self._ends = True
        if self._channel.readyState == "open":
            self.push()
        else:
            self._channel.close()

    def _heard(self, message: bytes | str) -> None:
        owner = self._channels.owner
        if owner.has_room():  # otherwise it is lost, as a datagram is: a channel cannot be left unread
            owner.happened(lambda links, now_ms: links.receive_message(self._address, message, now_ms))

    def closed(self) -> None:
        """Tell once that the channel is over."""
        if self._over:
            return
        self._over = True
        # An association that ends has told its own end before it closes its channels (RTC-11).
        broken = self._channel.transport.state == "closed"

        def ended(links: Links, now_ms: int) -> None:
            (links.receive_reset if broken else links.receive_end)(self._address, now_ms)

        self._channels.owner.happened(ended)
        self._channels.lost(self._address)
