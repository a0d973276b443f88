"""The runner's end of WebRTC data channels: an association with a testee, and the channels on it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias, TypeVar

import aioice.ice
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError

from .tcp_wire import WAIT_S

PROTOCOL: Final = "resonant/1"
"""RTC-1."""
LABEL: Final = "resonant"
EMPTY_BYTES: Final = 1
"""The bytes that an empty message counts for (TST-31)."""
_UNSEEN_ID: Final = 65_532
_SIZE: Final = re.compile(r"^a=max-message-size:(\d+)\r\n", re.MULTILINE)
_T = TypeVar("_T")
Message: TypeAlias = bytes | str
Signal: TypeAlias = Callable[[Mapping[str, str]], Mapping[str, Any]]
"""The op peer_signal: its input, and what it gives. May raise anything."""


def _loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    del use_ipv4, use_ipv6
    return ["127.0.0.1"]


aioice.ice.get_host_addresses = _loopback  # it leaves the loopback out of its candidates otherwise


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """The properties of a channel that the runner opens."""

    label: str = LABEL
    protocol: str = PROTOCOL
    ordered: bool = True
    max_retransmits: int | None = None


class WebrtcLoop:
    """The thread in which aiortc runs. `changed` is told of whenever anything came."""

    _running: ClassVar[WebrtcLoop | None] = None

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="webrtc", daemon=True)
        self._thread.start()

    @classmethod
    def running(cls) -> WebrtcLoop:
        """The loop of this process, which begins when it is first needed."""
        if cls._running is None:
            cls._running = cls()
        return cls._running

    @classmethod
    def stop(cls) -> None:
        """End the thread, if there is one."""
        loop, cls._running = cls._running, None
        if loop is not None:
            loop._loop.call_soon_threadsafe(loop._loop.stop)
            loop._thread.join(WAIT_S)
            loop._loop.close()

    def run(self, what: Coroutine[Any, Any, _T]) -> _T:
        """Have something done there, within WAIT_S. Raises TimeoutError, and what it raises."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(what, WAIT_S), self._loop).result(2 * WAIT_S)

    def run_unless_there(self, what: Coroutine[Any, Any, None]) -> None:
        """The same, however long it takes; in the thread itself, which cannot wait for itself, it is only begun."""
        if threading.current_thread() is self._thread:
            self._loop.create_task(what)
            return
        with contextlib.suppress(TimeoutError):
            self.run(what)

    def wait(self, holds: Callable[[], bool], within_s: float | None = None) -> bool:
        """Wait until something holds, asked whenever anything came, for WAIT_S or so long; whether it does."""
        with self.changed:
            return self.changed.wait_for(holds, WAIT_S if within_s is None else within_s)

    def tell(self) -> None:
        """Have those who wait look again."""
        with self.changed:
            self.changed.notify_all()


class WebrtcChannel:
    """One channel: what came on it, and how many bytes went."""

    def __init__(self, loop: WebrtcLoop, channel: RTCDataChannel) -> None:
        self._loop, self._channel = loop, channel
        self.came: list[Message] = []
        self.sent = self.received = 0
        """The bytes of messages that went out, and that came."""
        self.ended = False
        channel.on("message", self._take)
        channel.on("open", loop.tell)
        channel.on("close", self._note_end)

    @property
    def id(self) -> int:
        """The number of the channel, which both ends know."""
        return int(self._channel.id or 0)

    @property
    def options(self) -> ChannelOptions:
        """The properties by which it was opened."""
        one = self._channel
        return ChannelOptions(one.label, one.protocol, one.ordered, one.maxRetransmits)

    def await_open(self) -> bool:
        """Wait until the other end has taken it; whether it has."""
        return self.wait(lambda: self.ended or self._channel.readyState == "open") and not self.ended

    def await_bytes(self, count: int) -> bool:
        """Wait until so many bytes have come in all, or the channel has ended; whether either is so."""
        return self.wait(lambda: self.ended or self.received >= count)

    def await_end(self) -> bool:
        """Wait until the channel has ended; whether it has."""
        return self.wait(lambda: self.ended)

    def wait(self, holds: Callable[[], bool], within_s: float | None = None) -> bool:
        """Wait until something holds; whether it does."""
        return self._loop.wait(holds, within_s)

    def send(self, message: Message) -> None:
        """Send a message; one to a channel that is over is lost."""
        self.sent += _count(message)
        with contextlib.suppress(InvalidStateError, ConnectionError):
            self._loop.run(self._send(message))

    async def _send(self, message: Message) -> None:
        self._channel.send(message)

    def take(self) -> list[Message]:
        """Take the messages that came since the last call."""
        with self._loop.changed:
            taken, self.came = self.came, []
        return taken

    def close(self) -> None:
        """Close the channel. May be called twice."""
        self._loop.run(self._close())

    async def _close(self) -> None:
        self._channel.close()

    def _take(self, message: Message) -> None:
        with self._loop.changed:
            self.came.append(message)
            self.received += _count(message)
            self._loop.tell()

    def _note_end(self) -> None:
        with self._loop.changed:
            self.ended = True
            self._loop.tell()


class WebrtcPeer:
    """An association with a testee."""

    def __init__(self, signal: Signal, *, testee_offers: bool = False, max_message_size: int | None = 0) -> None:
        """Make one, by our offer or the testee's.

        max_message_size: as our description announces it, 0 for no limit, None for no word of it. Raises OSError where
        none comes about, and what `signal` raises.
        """
        self._loop = WebrtcLoop.running()
        self.opened: list[WebrtcChannel] = []
        """Channels that the testee has opened, those not taken yet."""
        self.description = ""
        """The testee's, offer or answer."""
        self.state = "new"
        """The state of the association, as `connectionState` has it."""
        self.channels = 0
        """How many channels were opened on it, by either end."""
        self._connection = self._loop.run(self._prepare())
        try:
            (self._be_offered if testee_offers else self._offer)(signal, max_message_size)
            if not self.wait(lambda: self.state not in ("new", "connecting")) or self.state != "connected":
                raise OSError(f"no association came about: it is {self.state}")
        except BaseException:
            self.close()
            raise

    @property
    def open(self) -> bool:
        """Whether channels can be opened on it."""
        return self.state == "connected"

    def wait(self, holds: Callable[[], bool], within_s: float | None = None) -> bool:
        """Wait until something holds; whether it does."""
        return self._loop.wait(holds, within_s)

    def open_channel(self, **properties: Any) -> WebrtcChannel:
        """Open one more channel, which the testee takes or not: see `await_open`. properties: of `ChannelOptions`."""
        self.channels += 1
        return self._loop.run(self._open(ChannelOptions(**properties)))

    def accept(self) -> WebrtcChannel | None:
        """The next channel that the testee opens, None if none comes."""
        if not self.wait(lambda: bool(self.opened)):
            return None
        self.channels += 1
        return self.opened.pop(0)

    def fall_silent(self) -> None:
        """Acknowledge nothing any more, so that nothing more can be sent: as an end does that reads nothing."""

        async def nothing() -> None:
            pass

        async def fall() -> None:
            vars(self._connection.sctp)["_send_sack"] = nothing

        self._loop.run(fall())

    def close(self) -> None:
        """End the association. May be called twice, and by whatever thread collects garbage."""
        self._loop.run_unless_there(self._connection.close())

    async def _prepare(self) -> RTCPeerConnection:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        # An offer is of channels only if there is one. Of this one, agreed outside, the testee hears nothing.
        connection.createDataChannel("", negotiated=True, id=_UNSEEN_ID)
        connection.on("datachannel", self._note_channel)
        connection.on("connectionstatechange", self._note_state)
        return connection

    def _offer(self, signal: Signal, size: int | None) -> None:
        offer = self._loop.run(self._describe("offer"))
        self.description = _text(signal({"offer": _announcing(offer, size)}), "answer")
        self._use("answer")

    def _be_offered(self, signal: Signal, size: int | None) -> None:
        self.description = _text(signal({}), "offer")
        self._use("offer")
        signal({"answer": _announcing(self._loop.run(self._describe("answer")), size)})

    def _use(self, kind: str) -> None:
        """Take the testee's description. Raises OSError for one that aiortc does not take.

        aiortc is not to hold us to the size in it, as we send larger messages to see what becomes of them.
        """
        taken = RTCSessionDescription(_announcing(self.description, 0), kind)
        try:
            self._loop.run(self._connection.setRemoteDescription(taken))
        except Exception as error:  # aiortc has no exception of its own for what it cannot read
            raise OSError(f"its description cannot be used: {error!r}") from error

    async def _describe(self, kind: str) -> str:
        connection = self._connection
        made = await (connection.createOffer() if kind == "offer" else connection.createAnswer())
        await connection.setLocalDescription(made)
        return connection.localDescription.sdp

    async def _open(self, options: ChannelOptions) -> WebrtcChannel:
        made = self._connection.createDataChannel(
            options.label,
            maxRetransmits=options.max_retransmits,
            ordered=options.ordered,
            protocol=options.protocol,
        )
        return WebrtcChannel(self._loop, made)

    def _note_channel(self, channel: RTCDataChannel) -> None:
        with self._loop.changed:
            self.opened.append(WebrtcChannel(self._loop, channel))
            self._loop.tell()

    def _note_state(self) -> None:
        with self._loop.changed:
            self.state = self._connection.connectionState
            self._loop.tell()


def _text(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name)
    if not isinstance(found, str):
        raise OSError(f"peer_signal gave no {name} (TST-33)")
    return found


def announced_size(description: str) -> int | None:
    """The max-message-size that a description announces, None if it announces none."""
    found = _SIZE.search(description)
    return int(found[1]) if found else None


def _announcing(description: str, size: int | None) -> str:
    """The description with this max-message-size."""
    line = "" if size is None else f"a=max-message-size:{size}\r\n"
    changed, count = _SIZE.subn(line, description)
    return changed if count else description + line


def _count(message: Message) -> int:
    return len(message.encode() if isinstance(message, str) else message) or EMPTY_BYTES
