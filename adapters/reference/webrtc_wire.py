"""The channels of the testee's peers over WebRTC: one association with the runner, by aiortc in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from time import monotonic
from typing import Any, TypeAlias, TypeVar

import aioice.ice
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from resonant.asyncio.channels import is_over
from resonant.transport.webrtc import LABEL, MAX_BUFFERED_BYTES, PROTOCOL, message_limit
from resonant.wire_values import MAX_FRAME_BYTES
from tcp_wire import ARRIVAL_S, Arrived, Ending, NotArrivedError

OFFER, ANSWER = "offer", "answer"
_UNSEEN_ID = 65_530
_T = TypeVar("_T")
Arriving: TypeAlias = bytes | str | Ending


def _loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    del use_ipv4, use_ipv6
    return ["127.0.0.1"]


aioice.ice.get_host_addresses = _loopback  # it leaves the loopback out otherwise, and the runner is there


class SignalError(Exception):
    """A description that cannot be used (TST-33)."""


class Channel:
    """One channel, in the thread of aiortc but for what says otherwise. What it cannot take at once waits (RTC-9)."""

    def __init__(self, channel: RTCDataChannel, changed: threading.Condition, refused: bool) -> None:
        """refused: it is closed unread (RTC-2)."""
        self._channel, self._changed = channel, changed
        self._came: deque[Arriving] = deque()
        self._waiting: deque[bytes] = deque()
        self._ends = False
        self.taken = self.sent = self.written = 0
        """The bytes of messages taken, sent or to be sent, and handed over since `Endpoint.written` was told."""
        self.over = refused
        """Whether there is nothing more to take (TST-28)."""
        self.reliable = channel.maxRetransmits is None and channel.maxPacketLifeTime is None
        channel.bufferedAmountLowThreshold = MAX_BUFFERED_BYTES
        channel.on("message", self._note)
        channel.on("close", self.note_end)
        channel.on("open", self.push)
        channel.on("bufferedamountlow", self.push)

    def _note(self, what: Arriving) -> None:
        with self._changed:
            self._came.append(what)
            self._changed.notify_all()

    def note_end(self) -> None:
        """Note the end of the channel, of which aiortc says nothing where the association ends before it is open."""
        # An association that ends has told its own end before it closes its channels (RTC-11).
        self._note(Ending.RESETS if self._channel.transport.state == "closed" else Ending.STOPS)

    def take(self, deadline: float) -> Arriving | None:
        """The next message, or the end; None at the deadline. In the testee's thread."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._came), max(0.0, deadline - monotonic()))
            return self._came.popleft() if self._came else None

    def send(self, frame: bytes) -> None:
        """Send a frame as soon as there is room."""
        self._waiting.append(frame)
        self.push()

    def push(self) -> None:
        """Hand over what there is room for."""
        while self._waiting and self._channel.readyState == "open":
            if self._channel.bufferedAmount > MAX_BUFFERED_BYTES:
                return
            frame = self._waiting.popleft()
            self._channel.send(frame)
            self.written += len(frame)
        if self._ends and not self._waiting:
            self._channel.close()

    def end(self) -> None:
        """Close the channel once all is sent."""
        self._ends = True
        if self._channel.readyState == "open":
            self.push()
        else:
            self._channel.close()


class WebrtcWire:
    """The association, which lasts until another offer comes, and its channels by their links."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._association: RTCPeerConnection | None = None
        self._accepted: deque[tuple[str, Channel]] = deque()
        self._told: dict[str, int] = {}
        self.channels: dict[str, Channel] = {}
        self.unmade: set[str] = set()
        """Links whose channel could not be opened: there is nothing to take of them (TST-28)."""
        self.limit = MAX_FRAME_BYTES
        """The largest frame that the runner takes (RTC-8)."""

    def signal(self, offer: str | None = None, answer: str | None = None) -> dict[str, str]:
        """The op peer_signal. Raises SignalError."""
        if answer is not None:
            self._run(self._use(answer, ANSWER))
            return {}
        self.close()
        if offer is None:
            return {OFFER: self._run(self._offer())}
        return {ANSWER: self._run(self._answer(offer))}

    def close(self) -> None:
        """Close every channel, and those that nobody has accepted yet."""
        channels = [*self.channels.values(), *(channel for _, channel in self._accepted)]
        self.channels, self._told = {}, {}
        self._accepted.clear()
        self.unmade.clear()
        if channels:
            self._run(_each(channels, Channel.end))

    def stop(self) -> None:
        """End the association, and the thread."""
        if self._association is not None:
            self._run(self._association.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def connect(self, link: str) -> bool:
        """Open a channel (RTC-1, RTC-3); what is sent on it waits until it is open. Whether there is an association."""
        made = None if self._association is None else self._run(self._open(self._association))
        if made is None:
            self.unmade.add(link)
            return False
        self.channels[link] = made
        return True

    def await_accepted(self, link: str, deadline: float) -> Iterator[str]:
        """Take channels of the runner until that of the link is there; the links of those. Raises NotArrivedError."""
        while link not in self.channels:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._accepted), max(0.0, deadline - monotonic()))
                if not self._accepted:
                    raise NotArrivedError(f"there is no channel {link}")
                found, channel = self._accepted.popleft()
            self.channels[found] = channel
            if not channel.over:
                yield found

    def arrivals(self, arrived: Arrived, deadline: float) -> Iterator[Arriving]:
        """Take what is announced, as it comes (TST-31). Raises NotArrivedError at the deadline."""
        channel = self.channels[arrived.link]
        while not channel.over and (channel.taken < arrived.bytes or arrived.ended):
            what = channel.take(deadline)
            if what is None:
                raise NotArrivedError(f"{channel.taken} of {arrived.bytes} bytes of {arrived.link} came, and no end")
            if isinstance(what, Ending):
                channel.over = True
            else:
                channel.taken += len(what.encode() if isinstance(what, str) else what) or 1
            yield what

    def write(self, link: str, frame: bytes) -> None:
        """Send a frame on a channel; where there is none it is lost."""
        channel = self.channels.get(link)
        if channel is not None:
            channel.sent += len(frame)
            self._told[link] = channel.sent
            self._run(_each([channel], lambda one: one.send(frame)))

    def end(self, link: str) -> None:
        """Close a channel."""
        channel = self.channels.get(link)
        if channel is not None:
            channel.over = True
            self._run(_each([channel], Channel.end))

    def take_sent(self) -> dict[str, int]:
        """The bytes sent on each channel on which something was since the last call (TST-30)."""
        taken, self._told = self._told, {}
        return taken

    def take_written(self) -> Mapping[str, int]:
        """How many bytes the library has taken of each channel since the last call."""
        found = {link: channel.written for link, channel in self.channels.items() if channel.written}
        for link, count in found.items():
            self.channels[link].written -= count
        return found

    def _run(self, what: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(what, ARRIVAL_S), self._loop).result()

    async def _begin(self) -> RTCPeerConnection:
        if self._association is not None:
            await self._association.close()
        self._association = association = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        association.on("datachannel", self._note_channel)
        return association

    async def _offer(self) -> str:
        association = await self._begin()
        association.createDataChannel("", negotiated=True, id=_UNSEEN_ID)  # an offer is of channels if there is one
        await association.setLocalDescription(await association.createOffer())
        return str(association.localDescription.sdp)

    async def _answer(self, offer: str) -> str:
        association = await self._begin()
        await self._use(offer, OFFER)
        await association.setLocalDescription(await association.createAnswer())
        return str(association.localDescription.sdp)

    async def _use(self, description: str, kind: str) -> None:
        if self._association is None:
            raise SignalError("there is no offer to be answered")
        try:
            await self._association.setRemoteDescription(RTCSessionDescription(description, kind))
        except Exception as error:  # aiortc has none of its own for what it cannot read
            raise SignalError(f"the {kind} cannot be used: {error!r}") from error
        if self._association.sctp is None:
            raise SignalError(f"the {kind} has no channels")
        self.limit = message_limit(description)

    async def _open(self, association: RTCPeerConnection) -> Channel | None:
        if is_over(association):
            return None  # aiortc would let a channel wait there for ever
        made = association.createDataChannel(LABEL, protocol=PROTOCOL, ordered=False)
        channel = Channel(made, self._changed, refused=False)

        def changed() -> None:
            if is_over(association):
                channel.note_end()

        association.on("connectionstatechange", changed)
        return channel

    def _note_channel(self, made: RTCDataChannel) -> None:
        refused = made.protocol != PROTOCOL
        with self._changed:
            self._accepted.append((f"webrtc-{made.id}", Channel(made, self._changed, refused)))
            self._changed.notify_all()
        if refused:
            made.close()


async def _each(channels: list[Channel], act: Callable[[Channel], None]) -> None:
    for channel in channels:
        with contextlib.suppress(ConnectionError):
            act(channel)
