"""A UDP endpoint for programs: one socket, a connection for each remote address, and events to iterate over.

    async with await serve(config, ("127.0.0.1", 50051)) as server:
        async for address, event in server:
            if isinstance(event, Delivered):
                server.send(Critique(...), to=address)

    async with await connect(config, ("127.0.0.1", 50051)) as client:
        client.send(Think(Tensor.half(array)))
        answer = await client.wait_for(Delivered)

`resonant.endpoint` knows neither sockets nor clocks: both come from the running asyncio loop, and meet it here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeVar

from .. import endpoint
from ..message.messages import Message
from ..peer import Announce, Config, ErrorReceived, Established, Event, Failed, Lost, Output, Peer, Role
from ..wire_values import Modality
from .addresses import Address, host_port
from .session_error import LOST, SessionError

E = TypeVar("E", bound=Event)
MAX_REMOTES = 64
SALT_BYTES = 16
MAX_EVENTS = 4096
ANSWER_S = 60.0
_STREAM_IDS = {Role.CLIENT: 1, Role.SERVER: 2}


class Received(NamedTuple):
    """An event, and the remote address that it is about."""

    address: Address
    event: Event


class Endpoint(asyncio.DatagramProtocol):
    """One end of any number of conversations; made by `serve` and `connect`.

    Iterate over it for its events, as `Received`; the iteration ends when it is closed. While MAX_EVENTS wait to be
    fetched, datagrams are lost, as they would be in a busy network. A server with more than max_remotes remote
    addresses forgets the least of them (see `resonant.endpoint.Connections`); `Lost` tells the program if there was a
    session.
    """

    agreed: Established
    """The agreement of a client and its server; a server finds it among the events."""

    def __init__(self, role: Role, config: Config, max_remotes: int = MAX_REMOTES) -> None:
        self._role = role
        salts = iter(lambda: os.urandom(SALT_BYTES), b"")  # for ever: no salt is empty
        self._links: endpoint.Endpoint[Address] = endpoint.Endpoint(role, config, salts, limit=max_remotes)
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Received | None] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = self._loop.create_future()
        self._trouble: OSError | None = None

    @property
    def address(self) -> tuple[str, int]:
        """The own host and port."""
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def send(
        self,
        message: Message,
        *,
        stream_id: int | None = None,
        modality: Modality = Modality.TEXT,
        to: Address | None = None,
    ) -> None:
        """Send a message. stream_id: 1 (client) or 2 (server) if left out. to: a server's client, if it has several.

        Raises ResonantError for what the other end would refuse, ConnectionError where there is nobody to send to.
        """
        number = _STREAM_IDS[self._role] if stream_id is None else stream_id
        self._request(
            to, lambda peer, now_ms: peer.send_message(message, stream_id=number, modality=modality, now_ms=now_ms)
        )

    def open_stream(
        self, stream_id: int, *, strong_tail: bool = True, announce: Announce | None = None, to: Address | None = None
    ) -> Stream:
        """Open a stream with HEAD: repaired, delivered in order, verified. Clients take odd ids, servers even ones.

        Raises ResonantError, STREAM_STATE for an id on which something was sent before, and ConnectionError.
        """

        def ask(peer: Peer, now_ms: int) -> Output:
            return peer.open_stream(stream_id, strong_tail=strong_tail, announce=announce, now_ms=now_ms)

        return Stream(self, stream_id, self._request(to, ask))

    def close_stream(self, stream_id: int, *, to: Address | None = None) -> None:
        """End a stream with TAIL. Lost frames are sent again for 10 s: stay as long, or until there is an answer."""
        self._request(to, lambda peer, now_ms: peer.close_stream(stream_id, now_ms))

    async def wait_for(self, kind: type[E], timeout_s: float = ANSWER_S) -> E:
        """The next event of a kind; others are passed over.

        Raises SessionError if an error, a loss or a failed stream comes first, TimeoutError if nothing does in time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                async for address, event in self:
                    if isinstance(event, kind):
                        return event
                    if isinstance(event, ErrorReceived | Failed | Lost):
                        code = LOST if isinstance(event, Lost) else event.code
                        raise SessionError(code, address, self._trouble)
        except TimeoutError:
            raise TimeoutError(f"no {kind.__name__} in {timeout_s:g} s: datagrams get lost, so try again") from None
        raise ConnectionError("the endpoint was closed")

    async def close(self) -> None:
        """Send what still waits, and free the socket. To do it twice is harmless; the protocol has no farewell."""
        self._transport.close()
        await asyncio.shield(self._closed)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Received:
        received = await self._events.get()
        if received is None:
            self._events.put_nowait(None)  # for whoever asks next
            raise StopAsyncIteration
        return received

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio: the socket is there."""
        self._transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def connection_lost(self, _: Exception | None) -> None:
        """Called by asyncio: the socket is gone."""
        if self._timer:
            self._timer.cancel()
        self._events.put_nowait(None)
        self._closed.set_result(None)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Called by asyncio: give a datagram to the connection of its address."""
        if self._events.qsize() < MAX_EVENTS:
            self._links.receive(addr, data, self._now_ms())
            self._carry_out()

    def error_received(self, exc: Exception) -> None:
        """Called by asyncio: why datagrams do not arrive. Anyone can forge such notices, so they end nothing."""
        self._trouble = exc if isinstance(exc, OSError) else None

    def _request(self, to: Address | None, ask: Callable[[Peer, int], Output]) -> Address:
        """Have a peer do something, the only one if `to` is None; its address. Raises ConnectionError for no peer."""
        if self._transport.is_closing():
            raise ConnectionError("the endpoint is closed")
        self._on_time()  # what is due comes first, such as a loss
        known = self._links.links
        if to is None and len(known) != 1:
            raise ConnectionError(f"{len(known)} addresses are known here: say to=ADDRESS")
        address = known[0] if to is None else to
        if address not in known:
            raise ConnectionError(f"{host_port(address)} is not known here: it sent no ping yet, or was lost")
        self._links.request(address, lambda peer: ask(peer, self._now_ms()))
        self._carry_out()
        return address

    def _carry_out(self) -> None:
        for address, datagram in self._links.take_datagrams():
            self._transport.sendto(datagram, None if self._role is Role.CLIENT else address)
        for address, event in self._links.take_events():
            self._events.put_nowait(Received(address, event))
        if self._timer:
            self._timer.cancel()
        due_ms = self._links.deadline_ms
        self._timer = None if due_ms is None else self._loop.call_at(due_ms / 1000, self._on_time)

    def _on_time(self) -> None:
        self._links.advance(self._now_ms())
        self._carry_out()

    def _now_ms(self) -> int:
        return round(self._loop.time() * 1000)  # to the nearest, so that a timer is never too early

    async def _shake_hands(self, stream_id: int) -> None:
        self._links.connect(self._transport.get_extra_info("peername"), stream_id, self._now_ms())
        self._carry_out()
        self.agreed = await self.wait_for(Established)


@dataclass(frozen=True, slots=True)
class Stream:
    """An opened stream. Its `with` block ends it with TAIL; one that an exception leaves stays unfinished."""

    endpoint: Endpoint
    stream_id: int
    address: Address

    def send(self, message: Message, *, modality: Modality = Modality.TEXT) -> None:
        """Send the next message of the stream."""
        self.endpoint.send(message, stream_id=self.stream_id, modality=modality, to=self.address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exception: type[BaseException] | None, *_: object) -> None:
        if exception is None:
            self.endpoint.close_stream(self.stream_id, to=self.address)


async def serve(
    config: Config, address: tuple[str, int] = ("127.0.0.1", 0), max_remotes: int = MAX_REMOTES
) -> Endpoint:
    """A server on this address, port 0 for any that is free. The salt of config is not used. Raises OSError."""
    server = Endpoint(Role.SERVER, config, max_remotes)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: server, local_addr=address)
    return server


async def connect(config: Config, address: Address, stream_id: int = 0) -> Endpoint:
    """A client in a session with the server at this address, on a socket of its own. The salt of config is not used.

    stream_id: the ping goes on it, so that it cannot be opened. Raises OSError for an address that cannot be, and
    SessionError, which is a ConnectionError, if the server refuses or is silent for 15 s.
    """
    client = Endpoint(Role.CLIENT, config)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: client, remote_addr=address)
    try:
        await client._shake_hands(stream_id)
    except BaseException:
        await client.close()
        raise
    return client
