"""Whatever carries the frames of an endpoint, as the endpoint and its sockets see each other; and datagrams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from ..endpoint import ChannelEndpoint, QuicEndpoint
from ..transport.quic import Act
from .addresses import Address


class Links(QuicEndpoint[Address], ChannelEndpoint[Address]):
    """The links of an endpoint, whatever carries them."""


class Owner(Protocol):
    """The endpoint, as its sockets see it."""

    def has_room(self) -> bool:
        """Whether more may be heard: the program fetches what was."""

    def heard(self, address: Address, datagram: bytes) -> None:
        """A datagram came."""

    def accepted(self, address: Address) -> None:
        """A connection was accepted."""

    def heard_bytes(self, address: Address, data: bytes) -> None:
        """Bytes came on a connection."""

    def ended(self, address: Address) -> None:
        """The other end of a connection stopped sending."""

    def broken(self, address: Address) -> None:
        """A connection was reset."""

    def written(self, address: Address, count: int) -> None:
        """The system has taken so many of the bytes for a connection."""

    def unread(self, address: Address) -> None:
        """A connection is not read for a while."""

    def read_on(self, address: Address) -> None:
        """It is read again."""

    def happened(self, what: Callable[[Links, int], object]) -> None:
        """Something came on a connection over QUIC or on a channel, which `what` tells the links, and the time."""

    def allow_datagrams(self, address: Address, most: int) -> None:
        """A connection over QUIC takes datagrams of so many bytes."""

    def troubled(self, error: Exception) -> None:
        """Something may not have arrived."""

    def gone(self) -> None:
        """Every socket is closed."""


class Carrier(Protocol):
    """The sockets of an endpoint."""

    async def listen(self, host: str, port: int) -> None:
        """Be a server's, at this address. Raises OSError."""

    async def connect(self, host: str, port: int) -> None:
        """Be a client's, of a server at this address. Raises OSError."""

    def begin(self) -> None:
        """Go on with a connection, once its peer is there."""

    @property
    def address(self) -> tuple[str, int]:
        """The own host and port."""

    @property
    def peer_address(self) -> Address:
        """The server of a client."""

    @property
    def closing(self) -> bool:
        """Whether nothing is sent any more."""

    def send(self, address: Address, data: bytes) -> None:
        """Send a datagram, or write bytes on a connection."""

    def perform(self, address: Address, act: Act) -> None:
        """Carry out an act on a connection over QUIC."""

    def settle(self) -> None:
        """Tell the owner what was written, and read on where there is room again."""

    def end(self, address: Address) -> None:
        """End a connection on this side (TCP-13)."""

    def close(self) -> None:
        """Send what still waits, and free the sockets."""


class Datagrams(asyncio.DatagramProtocol):
    """A UDP socket: any number of addresses for a server, one for a client."""

    _transport: asyncio.DatagramTransport

    def __init__(self, owner: Owner) -> None:
        self._owner, self._connected = owner, False

    async def listen(self, host: str, port: int) -> None:
        """Hear any address. Raises OSError."""
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=(host, port))

    async def connect(self, host: str, port: int) -> None:
        """Hear this address alone. Raises OSError."""
        self._connected = True
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, remote_addr=(host, port))

    def begin(self) -> None:
        """Nothing: there is no connection."""

    @property
    def address(self) -> tuple[str, int]:
        """The own host and port."""
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    @property
    def peer_address(self) -> Address:
        """The server of a client."""
        found: Address = self._transport.get_extra_info("peername")
        return found

    @property
    def closing(self) -> bool:
        """Whether it is closed."""
        return self._transport.is_closing()

    def send(self, address: Address, data: bytes) -> None:
        """Send a datagram."""
        self._transport.sendto(data, None if self._connected else address)

    def perform(self, address: Address, act: Act) -> None:
        """Nothing: there is no connection."""

    def settle(self) -> None:
        """Nothing: datagrams do not wait for anybody."""

    def end(self, address: Address) -> None:
        """Nothing: there is no connection."""

    def close(self) -> None:
        """Close the socket; the protocol has no farewell."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio: the socket is there."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, _: Exception | None) -> None:
        """Called by asyncio: the socket is gone."""
        self._owner.gone()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Called by asyncio: a datagram, which is lost where nobody fetches what came before it."""
        if self._owner.has_room():
            self._owner.heard(addr, data)

    def error_received(self, exc: Exception) -> None:
        """Called by asyncio: why datagrams do not arrive. Anyone can forge such notices, so they end nothing."""
        self._owner.troubled(exc)
