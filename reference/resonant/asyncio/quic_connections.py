"""Connections over QUIC, with aioquic: a server's socket and the connections on it, or the one of a client."""

from __future__ import annotations

import asyncio
from typing import Any

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import QuicServer
from aioquic.quic import events
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ..transport.quic import Act
from .addresses import Address, printable
from .carriers import Owner
from .quic_acts import ALPN, CONNECTION_BYTES, DATAGRAM_BYTES, IDLE_S, LINGER_S, STREAM_BYTES, QuicActs
from .tls import Tls


class QuicConnections:
    """The connections of an endpoint by the address at which each began."""

    def __init__(self, owner: Owner, tls: Tls) -> None:
        self._owner, self._tls = owner, tls
        self._server: QuicServer | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._links: dict[Address, _Link] = {}
        self.peer_address: Address = ()
        """The server of a client."""
        self.closing = False
        """Whether nothing is sent any more."""

    async def listen(self, host: str, port: int) -> None:
        """Accept connections at this address. Raises OSError, and ValueError for a certificate or key that is none."""
        configuration = _configuration(is_client=False)
        configuration.certificate = x509.load_pem_x509_certificate(self._tls.certificate)
        configuration.private_key = load_pem_private_key(self._tls.key, None)

        def made() -> QuicServer:
            return QuicServer(configuration=configuration, create_protocol=self._accepted)

        loop = asyncio.get_running_loop()
        self._transport, self._server = await loop.create_datagram_endpoint(made, local_addr=(host, port))

    async def connect(self, host: str, port: int) -> None:
        """Begin to connect to a server. Raises OSError."""
        configuration = _configuration(is_client=True)
        configuration.server_name = self._tls.server_name or host
        configuration.cadata = self._tls.trust or None
        link = _Link(QuicConnection(configuration=configuration), self, self._owner)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: link, remote_addr=(host, port))
        self.peer_address = link.address = self._transport.get_extra_info("peername")
        self._links[link.address] = link

    def begin(self) -> None:
        """Send a client's first packets, once its peer is there."""
        self._links[self.peer_address].connect(self.peer_address)

    @property
    def address(self) -> tuple[str, int]:
        """The own host and port."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def send(self, address: Address, data: bytes) -> None:
        """Nothing: what is done on these connections are acts."""

    def perform(self, address: Address, act: Act) -> None:
        """Carry out an act on a connection."""
        if address in self._links:
            self._links[address].perform(act)

    def settle(self) -> None:
        """Tell the owner what was written, and how large a datagram may be."""
        for link in [*self._links.values()]:
            link.settle()

    def end(self, address: Address) -> None:
        """Nothing: an act closes the connection."""

    def close(self) -> None:
        """Close all connections, and accept no more."""
        if self.closing:
            return
        self.closing = True
        for link in [*self._links.values()]:
            link.end()
        self._tell_gone()

    def _accepted(self, connection: QuicConnection, stream_handler: Any = None) -> _Link:
        return _Link(connection, self, self._owner)

    def begun(self, link: _Link) -> None:
        """A client has connected, from this address."""
        self._links[link.address] = link
        if self.closing:
            link.end()

    def lost(self, link: _Link) -> None:
        """A connection is gone."""
        if self._links.get(link.address) is link:
            del self._links[link.address]
        self._tell_gone()

    def _tell_gone(self) -> None:
        if self.closing and not self._links and self._transport is not None and not self._transport.is_closing():
            self._transport.close()
            self._owner.gone()


class _Link(QuicConnectionProtocol):
    """One connection."""

    def __init__(self, connection: QuicConnection, connections: QuicConnections, owner: Owner) -> None:
        super().__init__(connection)
        self._connections, self._owner = connections, owner
        self._acts = QuicActs(connection)
        self._ended = self._unread = False
        self._lingers: asyncio.TimerHandle | None = None
        self.address: Address = ()

    def datagram_received(self, data: bytes | str, addr: Address) -> None:
        """Called by asyncio: a packet, which is lost, and comes again, while nobody fetches what came before it."""
        self.address = self.address or addr
        if self._acts.over or self._owner.has_room():
            super().datagram_received(data, addr)
            self._follow()
        elif not self._unread:
            self._unread = True
            self._owner.unread(self.address)

    def error_received(self, exc: Exception) -> None:
        """Called by asyncio: why packets do not arrive. Anyone can forge such notices, so they end nothing."""
        self._owner.troubled(exc)

    def quic_event_received(self, event: events.QuicEvent) -> None:
        """Called by aioquic: something came on the connection."""
        at = self.address
        match event:
            case events.HandshakeCompleted():
                if not self._quic.configuration.is_client:
                    self._connections.begun(self)
                    self._owner.happened(lambda links, now_ms: links.accept_quic(at, now_ms))
                self.settle()
            case events.StreamDataReceived(data=data, end_stream=ended, stream_id=on):
                if data:
                    self._owner.happened(lambda links, now_ms: links.receive_on(at, on, data, now_ms))
                if ended:
                    self._owner.happened(lambda links, now_ms: links.receive_fin(at, on, now_ms))
            case events.StreamReset(stream_id=on):
                self._owner.happened(lambda links, now_ms: links.receive_reset_of(at, on, now_ms))
            case events.StopSendingReceived(stream_id=on, error_code=number):
                self._owner.happened(lambda links, now_ms: links.receive_stop_of(at, on, number, now_ms))
            case events.DatagramFrameReceived(data=data):
                self._owner.happened(lambda links, now_ms: links.receive_datagram(at, data, now_ms))
            case events.ConnectionTerminated():
                self._tell_end(event)
                self._connections.lost(self)

    def _handle_timer(self) -> None:
        super()._handle_timer()
        self._follow()

    def perform(self, act: Act) -> None:
        """Carry out an act; packets go with the next turn of the loop."""
        self._acts.perform(act)
        if self._acts.closing is not None:
            self._linger()
        self._transmit_soon()

    def settle(self) -> None:
        """Tell the owner what does not wait any more, and how large a datagram may be."""
        self._owner.written(self.address, self._acts.take_gone())
        self._owner.allow_datagrams(self.address, self._acts.datagram_bytes)
        if self._unread and self._owner.has_room():
            self._unread = False
            self._owner.read_on(self.address)

    def end(self) -> None:
        """Close the connection once all that was sent has arrived, or after LINGER_S."""
        if not self._acts.over:
            self._acts.over, self._acts.closing = True, 0
        self._linger()

    def _linger(self) -> None:
        if self._lingers is None:
            self._lingers = self._loop.call_later(LINGER_S, self._give_up)
            self._loop.call_soon(self._follow)

    def _give_up(self) -> None:
        if self._acts.close_when_sent(late=True):
            self.transmit()

    def _follow(self) -> None:
        self.settle()
        if self._acts.close_when_sent(late=not self._handshaken):
            self.transmit()
        if self._quic._close_event is not None:  # aioquic tells the end some round trips later
            self._tell_end(self._quic._close_event)
            if self._lingers is not None:
                self._lingers.cancel()

    @property
    def _handshaken(self) -> bool:
        return self._quic._handshake_complete

    def _tell_end(self, event: events.ConnectionTerminated) -> None:
        """Tell once that the connection has ended, with its number, or why it failed below."""
        if self._ended:
            return
        self._ended = True
        at, failed = self.address, event.frame_type is not None
        if failed and event.reason_phrase and not self._acts.over:
            self._owner.troubled(ConnectionError(None, printable(event.reason_phrase)))
        number = None if failed else event.error_code
        self._owner.happened(lambda links, now_ms: links.receive_close(at, number, now_ms))


def _configuration(*, is_client: bool) -> QuicConfiguration:
    return QuicConfiguration(
        is_client=is_client,
        alpn_protocols=[ALPN],
        max_data=CONNECTION_BYTES,
        max_stream_data=STREAM_BYTES,
        max_datagram_frame_size=DATAGRAM_BYTES,
        idle_timeout=IDLE_S,
    )
