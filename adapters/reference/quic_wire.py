"""The wire of QUIC: one UDP socket, the connections on it by their ids, and the thread that moves their packets."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable, Mapping
from time import monotonic

from aioquic.buffer import Buffer  # type: ignore[attr-defined]
from aioquic.quic import events
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.packet import QuicPacketType, pull_quic_header
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from quic_link import QuicLink
from resonant.asyncio.quic_acts import ALPN, CONNECTION_BYTES, DATAGRAM_BYTES, IDLE_S, STREAM_BYTES
from resonant.transport.quic import Act

SERVER_NAME = "localhost"
_LOOPBACK = "127.0.0.1"
_SMALLEST_FIRST_PACKET = 1_200
_PACKET_BYTES = 65_536
_LONGEST_S = 60.0


class QuicWire:
    """Connections by link. A thread moves packets all the time; nothing else happens but through the methods."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self.lock = threading.Condition(threading.RLock())
        """It is told of whenever packets came."""
        self._by_id: dict[bytes, QuicLink] = {}
        self._serving: QuicConfiguration | None = None
        self.links: dict[str, QuicLink] = {}
        self.accepted: list[str] = []
        """Links that nobody has taken yet, in the order in which their connections were made."""
        self._moving: list[QuicLink] = []
        self._waking, self._woken = socket.socketpair()
        for end in (self._waking, self._woken):
            end.setblocking(False)
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="quic", daemon=True)
        self._thread.start()

    def serve(self, tls: Mapping[str, str]) -> None:
        """Take connections from now on, and show this certificate. Raises ValueError for what is none."""
        configuration = _configuration(is_client=False)
        configuration.certificate = x509.load_pem_x509_certificate(tls["certificate"].encode())
        configuration.private_key = load_pem_private_key(tls["key"].encode(), None)
        with self.lock:
            self._serving = configuration

    def connect(self, link: str, port: int, tls: Mapping[str, str]) -> None:
        """Begin to connect to a port of 127.0.0.1, whose server has to show this certificate."""
        configuration = _configuration(is_client=True)
        configuration.cadata = tls["trust"].encode()
        connection = QuicConnection(configuration=configuration)
        with self.lock:
            self._begin(link, QuicLink(connection, (_LOOPBACK, port)), connection.host_cid)
            connection.connect((_LOOPBACK, port), now=monotonic())

    def perform(self, link: str, act: Act) -> None:
        """Have an act carried out; what is sent goes with the next `flush`."""
        with self.lock:
            if link in self.links:
                self.links[link].perform(act)

    def turn_away(self, link: str) -> None:
        """Close a connection for which there is no room."""
        with self.lock:
            self.links[link].over = True
            self.links[link].connection.close(error_code=0)
            self.flush()

    def counts(self) -> dict[str, tuple[int, int]]:
        """The bytes sent, and the QUIC streams ended, on each connection."""
        with self.lock:
            return {link: (one.sent, one.ends) for link, one in self.links.items()}

    def flush(self) -> None:
        """Send what there is to send, as far as QUIC lets it."""
        with self.lock:
            for one in self._moving:
                self._send(one)
            self._wake()

    def wait(self, holds: Callable[[], bool], deadline: float) -> bool:
        """Wait until something holds, which is asked whenever packets came; whether it does."""
        with self.lock:
            return self.lock.wait_for(holds, max(0.0, deadline - monotonic()))

    def close(self) -> None:
        """Close every connection, and take no more."""
        with self.lock:
            self._serving = None
            for one in self.links.values():
                if one.terminated is None:
                    one.connection.close(error_code=0)
                    self._send(one)
            self.links, self.accepted = {}, []
            self._wake()

    def end(self) -> None:
        """Close every connection, and end the thread before the socket goes."""
        self.close()
        with self.lock:
            self._ends = True
            self._wake()
        self._thread.join()

    def _begin(self, link: str, one: QuicLink, *ids: bytes) -> None:
        self.links[link] = one
        self._moving.append(one)
        self._by_id |= dict.fromkeys(ids, one)

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._waking.send(b"!")

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for one in (self._socket, self._woken):
                selector.register(one, selectors.EVENT_READ)
            while not self._ends:
                with self.lock:
                    timers = [due for one in self._moving if (due := one.timer()) is not None]
                wait_s = min([_LONGEST_S, *(due - monotonic() for due in timers)])
                ready = selector.select(max(0.0, wait_s))
                with self.lock:
                    for key, _ in ready:
                        self._drain(key.fileobj)  # type: ignore[arg-type]
                    self._move(monotonic())
                    self.lock.notify_all()
        self._waking.close()
        self._woken.close()

    def _drain(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):  # BlockingIOError: that was all
            while True:
                packet, address = sock.recvfrom(_PACKET_BYTES)
                if sock is self._socket:
                    self._take(packet, address)

    def _take(self, packet: bytes, address: tuple[str, int]) -> None:
        try:
            header = pull_quic_header(Buffer(data=packet), host_cid_length=8)
        except ValueError:
            return
        one = self._by_id.get(header.destination_cid)
        if one is None:
            if self._serving is None or header.packet_type != QuicPacketType.INITIAL:
                return
            if len(packet) < _SMALLEST_FIRST_PACKET:
                return
            connection = QuicConnection(
                configuration=self._serving, original_destination_connection_id=header.destination_cid
            )
            one = QuicLink(connection, address)
            self._begin(f"quic-{address[1]}", one, header.destination_cid, connection.host_cid)
        one.connection.receive_datagram(packet, address, monotonic())
        self._note(one)

    def _note(self, one: QuicLink) -> None:
        was_made = one.made
        for event in one.note():
            if isinstance(event, events.ConnectionIdIssued):
                self._by_id[event.connection_id] = one
            elif isinstance(event, events.ConnectionIdRetired):
                self._by_id.pop(event.connection_id, None)
        if one.made and not was_made and not one.connection.configuration.is_client:
            self.accepted += [link for link, known in self.links.items() if known is one]

    def _move(self, now: float) -> None:
        for one in [*self._moving]:
            due = one.connection.get_timer()
            if due is not None and due <= now:
                one.connection.handle_timer(now)
            self._note(one)
            one.follow(now)
            self._send(one)
            if one.connection.get_timer() is None and one.terminated is not None:
                self._moving.remove(one)
                self._by_id = {key: known for key, known in self._by_id.items() if known is not one}

    def _send(self, one: QuicLink) -> None:
        for packet, address in one.connection.datagrams_to_send(monotonic()):
            with contextlib.suppress(OSError):  # no room, or nobody there: QUIC sends again what matters
                self._socket.sendto(packet, address)


def _configuration(*, is_client: bool) -> QuicConfiguration:
    return QuicConfiguration(
        is_client=is_client,
        alpn_protocols=[ALPN],
        server_name=SERVER_NAME,
        connection_id_length=8,
        max_data=CONNECTION_BYTES,
        max_stream_data=STREAM_BYTES,
        max_datagram_frame_size=DATAGRAM_BYTES,
        idle_timeout=IDLE_S,
    )
