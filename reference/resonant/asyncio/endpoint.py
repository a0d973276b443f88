"""An endpoint for programs: a connection for each remote address, over UDP or TCP, and events to iterate over.

    async with await serve(config, ("127.0.0.1", 50051)) as server:
        async for address, event in server:
            if isinstance(event, Delivered):
                server.send(Critique(...), to=address)

    async with await connect(config, ("127.0.0.1", 50051)) as client:
        client.send(Think(Tensor.half(array)))
        answer = await client.wait_for(Delivered)

Both take `transport="tcp"` for connections in place of datagrams, and `transport="quic"` with `tls`.

`resonant.endpoint` knows neither sockets nor clocks: both come from the running asyncio loop, and meet it here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Literal, NamedTuple, Self, TypeAlias, TypeVar

from ..peer import Closed, Config, ErrorReceived, Established, Event, Failed, Lost, Role
from .addresses import Address, host_port
from .carriers import Carrier, Datagrams, Links
from .connections import Connections
from .requests import Ask, Requests
from .session_error import ENDED, LOST, SessionError
from .tls import WITHOUT, MissingLibraryError, Tls

E = TypeVar("E", bound=Event)
Transport: TypeAlias = Literal["udp", "tcp", "quic"]
MAX_REMOTES = 64
SALT_BYTES = 16
MAX_EVENTS = 4096
ANSWER_S = 60.0


class Received(NamedTuple):
    """An event, and the remote address that it is about."""

    address: Address
    event: Event


class Endpoint(Requests):
    """One end of any number of conversations; made by `serve` and `connect`.

    Iterate over it for its events, as `Received`; the iteration ends when it is closed. While MAX_EVENTS wait to be
    fetched, datagrams are lost, as they would be in a busy network, and connections are not read. A server with more
    than max_remotes remote addresses forgets the least of them (see `resonant.endpoint.Connections`); `Lost` tells the
    program if there was a session, and `Closed` of every connection over TCP or QUIC that has ended.
    """

    agreed: Established
    """The agreement of a client and its server; a server finds it among the events."""

    def __init__(self, role: Role, config: Config, max_remotes: int = MAX_REMOTES) -> None:
        self._role = role
        salts = iter(lambda: os.urandom(SALT_BYTES), b"")  # for ever: no salt is empty
        self._links = Links(role, config, salts, limit=max_remotes)
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Received | None] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = self._loop.create_future()
        self._trouble: OSError | None = None
        self._end: Closed | None = None
        self._carrier: Carrier

    @property
    def address(self) -> tuple[str, int]:
        """The own host and port."""
        return self._carrier.address

    async def wait_for(self, kind: type[E], timeout_s: float = ANSWER_S) -> E:
        """The next event of a kind; others are passed over.

        Raises SessionError if an error, a loss or a failed stream comes first, TimeoutError if nothing does in time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                async for address, event in self:
                    if isinstance(event, kind):
                        return event
                    if isinstance(event, ErrorReceived | Failed | Lost | Closed):
                        raise SessionError(self._code_of(event), address, self._trouble)
        except TimeoutError:
            raise TimeoutError(f"no {kind.__name__} in {timeout_s:g} s: datagrams get lost, so try again") from None
        raise ConnectionError("the endpoint was closed")

    def _code_of(self, event: ErrorReceived | Failed | Lost | Closed) -> str:
        """The code of what ended a session; of a client's connection that ended, why that did."""
        if isinstance(event, ErrorReceived | Failed):
            return event.code
        if self._end is not None:
            return self._end.code or ENDED
        return LOST if isinstance(event, Lost) else event.code or ENDED

    async def close(self) -> None:
        """Send what still waits, and free the sockets. To do it twice is harmless; the protocol has no farewell.

        Over TCP this takes until the other end has ended its side as well, and 5 s at most.
        """
        self._carrier.close()
        await asyncio.shield(self._closed)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Received:
        received = await self._events.get()
        if received is None:
            self._events.put_nowait(None)  # for whoever asks next
            raise StopAsyncIteration
        if self._events.qsize() == MAX_EVENTS // 2:
            self._carrier.settle()
        return received

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def has_room(self) -> bool:
        """Called by the sockets: whether less than MAX_EVENTS wait."""
        return self._events.qsize() < MAX_EVENTS

    def heard(self, address: Address, datagram: bytes) -> None:
        """Called by the sockets: give a datagram to the connection of its address."""
        self._links.receive(address, datagram, self._now_ms())
        self._carry_out()

    def accepted(self, address: Address) -> None:
        """Called by the sockets: begin a connection over TCP."""
        self._links.accept(address, self._now_ms())
        self._carry_out()

    def heard_bytes(self, address: Address, data: bytes) -> None:
        """Called by the sockets: give bytes to their connection."""
        self._links.receive_bytes(address, data, self._now_ms())
        self._carry_out()

    def ended(self, address: Address) -> None:
        """Called by the sockets: end a connection that the other end has ended."""
        self._links.receive_end(address, self._now_ms())
        self._carry_out()

    def broken(self, address: Address) -> None:
        """Called by the sockets: end a connection that was reset."""
        self._links.receive_reset(address, self._now_ms())
        self._carry_out()

    def written(self, address: Address, count: int) -> None:
        """Called by the sockets: note what does not wait any more."""
        self._links.written(address, count)

    def unread(self, address: Address) -> None:
        """Called by the sockets: nothing of a connection is late while it is not read."""
        self._links.hold(address)
        self._carry_out()

    def read_on(self, address: Address) -> None:
        """Called by the sockets: it is read again."""
        self._links.read_on(address, self._now_ms())
        self._carry_out()

    def happened(self, what: Callable[[Links, int], object]) -> None:
        """Called by the sockets: tell the links what came over QUIC, or on a channel."""
        what(self._links, self._now_ms())
        self._carry_out()

    def allow_datagrams(self, address: Address, most: int) -> None:
        """Called by the sockets: note how large a datagram may be."""
        self._links.allow_datagrams(address, most)

    def troubled(self, error: Exception) -> None:
        """Called by the sockets: keep in mind why something may not have arrived."""
        self._trouble = error if isinstance(error, OSError) else None

    def gone(self) -> None:
        """Called by the sockets: all are closed."""
        if self._timer:
            self._timer.cancel()
        self._events.put_nowait(None)
        if not self._closed.done():
            self._closed.set_result(None)

    def _request(self, to: Address | None, ask: Ask) -> Address:
        """Have a peer do something, the only one if `to` is None; its address. Raises ConnectionError for no peer."""
        if self._carrier.closing:
            raise ConnectionError("the endpoint is closed")
        self._carrier.settle()
        self._links.pass_time(self._now_ms())  # what is due comes first, such as a loss
        self._carry_out()
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
        for address, data in self._links.take_datagrams():
            self._carrier.send(address, data)
        for address, act in self._links.take_acts():
            self._carrier.perform(address, act)
        for address, event in self._links.take_events():
            if isinstance(event, Closed) and self._role is Role.CLIENT:
                self._end = event
            self._events.put_nowait(Received(address, event))
        for address in self._links.take_ended():
            self._carrier.end(address)
        if self._timer:
            self._timer.cancel()
        due_ms = self._links.deadline_ms
        self._timer = None if due_ms is None else self._loop.call_at(due_ms / 1000, self._on_time)

    def _on_time(self) -> None:
        self._links.advance(self._now_ms())
        self._carry_out()

    def _now_ms(self) -> int:
        return round(self._loop.time() * 1000)  # to the nearest, so that a timer is never too early

    async def listen(self, transport: Transport, address: tuple[str, int], tls: Tls | None = None) -> None:
        """Make the sockets of a server; `serve` does."""
        self._carrier = _carrier(transport, self, MAX_REMOTES, tls)
        await self._carrier.listen(*address)

    async def join(self, transport: Transport, address: Address, stream_id: int, tls: Tls | None = None) -> None:
        """Make the socket of a client, and shake hands; `connect` does."""
        carrier = _carrier(transport, self, 1, tls)
        await carrier.connect(*address[:2])

        def begin(links: Links, now_ms: int) -> None:
            if transport == "quic":
                links.connect_quic(carrier.peer_address, stream_id, now_ms)
            else:
                links.connect(carrier.peer_address, stream_id, now_ms, over_tcp=transport == "tcp")

        await self.greet(carrier, begin)

    async def greet(self, carrier: Carrier, begin: Callable[[Links, int], None]) -> None:
        """Shake hands over a carrier, on which `begin` has the links begin; `connect` does."""
        self._carrier = carrier
        try:
            begin(self._links, self._now_ms())
            self._carry_out()
            self._carrier.begin()
            self.agreed = await self.wait_for(Established)
        except BaseException:
            await self.close()
            raise


def _carrier(transport: Transport, owner: Endpoint, most: int, tls: Tls | None) -> Carrier:
    if transport == "udp":
        return Datagrams(owner)
    if transport == "tcp":
        return Connections(owner, most)
    try:
        from .quic_connections import QuicConnections  # noqa: PLC0415 - aioquic is an extra
    except ImportError as error:
        raise MissingLibraryError(WITHOUT) from error
    return QuicConnections(owner, tls or Tls())
