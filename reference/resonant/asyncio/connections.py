"""Connections over TCP: a listening socket and what it accepts, or the one connection of a client."""

from __future__ import annotations

import asyncio

from ..transport.quic import Act
from .addresses import Address
from .carriers import Owner

LINGER_S = 5.0
"""TCP-13: how long what still comes is read away, and what still waits is written, after this side has ended."""


class Connections:
    """The connections of an endpoint. Those that are over are never more than `most` at a time."""

    def __init__(self, owner: Owner, most: int) -> None:
        self._owner, self._most = owner, most
        self._server: asyncio.Server | None = None
        self._open: dict[Address, _Connection] = {}
        self._over: list[_Connection] = []
        self._own: tuple[str, int] = ("", 0)
        self.peer_address: Address = ()
        """The server of a client."""
        self.closing = False
        """Whether nothing is sent any more."""

    async def listen(self, host: str, port: int) -> None:
        """Accept connections at this address. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self, self._owner, accepted=True), host, port)
        self._own = self._server.sockets[0].getsockname()[:2]

    async def connect(self, host: str, port: int) -> None:
        """Connect to a server. Raises OSError."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: _Connection(self, self._owner, accepted=False), host, port)

    def begin(self) -> None:
        """Nothing: the connection is there."""

    @property
    def address(self) -> tuple[str, int]:
        """The own host and port."""
        return self._own

    def send(self, address: Address, data: bytes) -> None:
        """Write bytes on a connection."""
        if address in self._open:
            self._open[address].write(data)

    def perform(self, address: Address, act: Act) -> None:
        """Nothing: these connections are not over QUIC."""

    def settle(self) -> None:
        """Tell the owner what was written, and read on where there is room again."""
        for connection in [*self._open.values()]:
            connection.settle()

    def end(self, address: Address) -> None:
        """End a connection on this side."""
        connection = self._open.pop(address, None)
        if connection is None:
            return
        self._over.append(connection)
        connection.end()
        if len(self._over) > self._most:
            self._over[0].abort()

    def close(self) -> None:
        """End all connections, and accept no more."""
        if self.closing:
            return
        self.closing = True
        if self._server is not None:
            self._server.close()
        for address in [*self._open]:
            self.end(address)
        self._tell_gone()

    def begun(self, connection: _Connection, own: Address) -> None:
        """A connection is there."""
        if self._server is None:
            self._own, self.peer_address = own[:2], connection.address
        self._open[connection.address] = connection
        if self.closing:
            self.end(connection.address)

    def lost(self, connection: _Connection) -> None:
        """A connection is gone."""
        if self._open.get(connection.address) is connection:
            del self._open[connection.address]
        if connection in self._over:
            self._over.remove(connection)
        self._tell_gone()

    def _tell_gone(self) -> None:
        if self.closing and not self._open and not self._over:
            self._owner.gone()


class _Connection(asyncio.Protocol):
    """One connection."""

    _transport: asyncio.Transport
    address: Address

    def __init__(self, connections: Connections, owner: Owner, *, accepted: bool) -> None:
        self._connections, self._owner, self._accepted = connections, owner, accepted
        self._waiting = 0
        self._over = self._heard_end = self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio: the connection is there."""
        self._transport = transport  # type: ignore[assignment]
        self.address = transport.get_extra_info("peername")
        self._connections.begun(self, transport.get_extra_info("sockname"))
        if self._accepted and not self._over:
            self._owner.accepted(self.address)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: bytes, which nobody looks at once this side has ended."""
        if self._over:
            return
        self._owner.heard_bytes(self.address, data)
        self.settle()

    def eof_received(self) -> bool:
        """Called by asyncio: the other end stops sending, and may still read."""
        self._heard_end = True
        if self._over:
            self._transport.close()
        else:
            self._owner.ended(self.address)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio: the connection is gone."""
        over, self._over = self._over, True
        self._connections.lost(self)
        if not over:
            self._owner.broken(self.address)

    def write(self, data: bytes) -> None:
        """Write bytes, which wait as long as the other end does not read (TCP-20)."""
        self._waiting += len(data)
        self._transport.write(data)
        self._tell_written()

    def settle(self) -> None:
        """Tell the owner what was written, and hear as much as it has room for."""
        self._tell_written()
        if self._paused is self._owner.has_room() and not self._transport.is_closing():
            self._paused = not self._paused
            (self._transport.pause_reading if self._paused else self._transport.resume_reading)()
            (self._owner.unread if self._paused else self._owner.read_on)(self.address)

    def end(self) -> None:
        """Stop sending, and let go of the connection when the other end stops, or after LINGER_S."""
        self._over = True
        if self._transport.is_closing():
            return
        asyncio.get_running_loop().call_later(LINGER_S, self.abort)
        if self._heard_end:
            self._transport.close()
            return
        try:
            self._transport.write_eof()
        except OSError:  # the other end has reset it, and asyncio has not heard of that yet
            self.abort()
            return
        if self._paused:
            self._transport.resume_reading()

    def abort(self) -> None:
        """Let go of the connection at once."""
        self._transport.abort()

    def _tell_written(self) -> None:
        waiting = self._transport.get_write_buffer_size()
        self._owner.written(self.address, self._waiting - waiting)
        self._waiting = waiting
