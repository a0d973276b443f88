"""The runner's end of a connection over QUIC: what goes on each of its streams, and what came on them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from aioquic.quic import events
from aioquic.quic.connection import QuicConnection

from .certificates import Certificate
from .quic_loop import QuicLoop
from .quic_terms import ALPN, LARGEST_DATAGRAM, Came, Grants, NoConnectionError, NoStreamError, Stranger, configuration
from .sockets import enlarge_buffers, open_udp
from .tcp_wire import WAIT_S

_GRANTING: Final = ("_write_connection_limits", "_write_stream_limits")
"""The methods by which aioquic grants more."""
_LOOPBACK: Final = "127.0.0.1"
_ID_LENGTH_AT: Final = 5
"""The place of the length of the connection id that a client chose, in a first packet (RFC 9000 section 17.2)."""


class QuicPeer:
    """One connection with a testee: to its wire, or from a client of its to a port of ours.

    A thread of `QuicLoop` moves packets all the time, so that what the testee waits for comes without an op. Every
    method takes the lock of that loop, and every wait ends after WAIT_S.
    """

    def __init__(
        self,
        testee: Any,
        certificate: Certificate | None,
        *,
        listening: bool = False,
        datagram: int = LARGEST_DATAGRAM,
        protocol: str = ALPN,
        stranger: Stranger | None = None,
    ) -> None:
        """testee: its wire, or the address of a stranger. certificate: what is trusted, or shown where it connects.

        listening: wait to be connected to, see `accept`. datagram: the largest one that is taken. protocol: offered, or
        demanded of those who connect (ALPN). stranger: a server that is no testee; no certificate is needed for it.

        Raises OSError where there is no way.
        """
        self._configuration = configuration(certificate, listening=listening, datagram=datagram)
        self._configuration.alpn_protocols = [protocol]
        self._testee, self._stranger = testee, stranger
        self._connection: QuicConnection | None = None
        self._socket = open_udp(testee, socket.AddressFamily(stranger.family)) if stranger else open_udp(testee)
        self.came: dict[int, Came] = {}
        """The QUIC streams that the testee has sent something on, by their numbers."""
        self._pieces: list[tuple[int | None, bytes]] = []
        self.sent: dict[int | None, int] = {}
        """The bytes that went out on each stream, and in datagrams."""
        self.received = 0
        """How many bytes came, on all streams and in datagrams."""
        self.ends = 0
        """How many streams the testee has ended: by FIN, reset or stop."""
        self.was_reset = False
        self.made = False
        self.ended: events.ConnectionTerminated | None = None
        """The end of the connection, whichever end brought it about."""
        self.refused: OSError | None = None
        """The system's word that a stranger cannot be there."""
        try:
            if stranger:
                self._configuration.server_name = stranger.name or None
                self._socket.connect(testee)
            else:
                self._socket.bind((_LOOPBACK, 0))
            enlarge_buffers(self._socket)
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        """The port of our end."""
        self._loop = QuicLoop.running()
        with self._loop.lock:
            if not listening:
                self._connection = QuicConnection(configuration=self._configuration)
                self._connection.connect(tuple(testee), now=monotonic())
            self._loop.add(self._socket, self)
        if not listening and not self.accept():
            self.close()
            raise self._none_made()

    def accept(self) -> bool:
        """Wait until the connection is made; whether it was, even if it has ended again meanwhile."""
        patience_s = self._stranger.patience_s if self._stranger else None
        decided = self.wait(lambda: self.made or self.ended is not None or self.refused is not None, patience_s)
        return decided and self.made

    def _none_made(self) -> OSError:
        if self.refused is not None:
            return self.refused
        text = "no connection over QUIC came about"
        if self.ended is None:
            return NoConnectionError(text, None)
        reason = self.ended.reason_phrase
        return NoConnectionError(f"{text}: {reason}" if reason else text, self.ended.error_code)

    def wait(self, holds: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until something holds, which is asked whenever packets came, for WAIT_S or so long; whether it does."""
        with self._loop.lock:
            return self._loop.lock.wait_for(holds, WAIT_S if seconds is None else seconds)

    def take_pieces(self) -> list[tuple[int | None, bytes]]:
        """The data that came and was not taken, each piece with the number of its stream; None is a datagram."""
        with self._loop.lock:
            found, self._pieces = self._pieces, []
            return found

    @property
    def has_pieces(self) -> bool:
        """Whether data came that was not taken."""
        with self._loop.lock:
            return bool(self._pieces)

    @property
    def protocol(self) -> str:
        """The protocol that was negotiated (ALPN), empty for none."""
        with self._loop.lock:
            return self._the().tls.alpn_negotiated or ""

    @property
    def grants(self) -> Grants:
        """The limits that the testee has set."""
        with self._loop.lock:
            it = self._the()
            idle = it._remote_max_idle_timeout
            # Of main, which is the client's: what a server grants on streams of its clients, and a client on its own.
            main = it._remote_max_stream_data_bidi_remote if it._is_client else it._remote_max_stream_data_bidi_local
            return Grants(
                uni_streams=it._remote_max_streams_uni,
                both_ways=it._remote_max_streams_bidi,
                stream_bytes=min(it._remote_max_stream_data_uni, main),
                connection_bytes=it._remote_max_data,
                idle_ms=round(idle * 1000) if idle else None,
            )

    @property
    def takes_datagrams(self) -> int:
        """The largest datagram that the testee takes, in bytes; 0 if it takes none."""
        with self._loop.lock:
            return self._the()._remote_max_datagram_frame_size or 0

    def open_stream(self, *, both_ways: bool) -> int:
        """The number of a new QUIC stream of ours, which the testee sees once something is sent on it."""
        with self._loop.lock:
            number = self._the().get_next_available_stream_id(is_unidirectional=not both_ways)
            self._the().send_stream_data(number, b"")
            return number

    def send(self, stream: int | None, data: bytes, *, end: bool = False) -> None:
        """Write bytes on a stream, or a datagram; what a connection that is over does not take is lost."""
        with self._loop.lock:
            self.sent[stream] = self.sent.get(stream, 0) + len(data)
            if stream is None:
                self._act(lambda connection: connection.send_datagram_frame(data))
            elif self._came(stream).asked_to_stop is None:
                self._act(lambda connection: connection.send_stream_data(stream, data, end))

    def reset(self, stream: int, code: int) -> None:
        """Reset a stream of ours."""
        self._act(lambda connection: connection.reset_stream(stream, code))

    def stop(self, stream: int, code: int) -> None:
        """Ask the testee to send nothing more on a stream."""
        self._act(lambda connection: connection.stop_stream(stream, code))

    def withhold(self, *, withheld: bool) -> None:
        """Grant nothing more than was granted (flow control), as an end does that reads nothing; or as ever again."""
        with self._loop.lock:
            kept = vars(self._the())
            for name in _GRANTING:
                kept.pop(name, None)
                if withheld:
                    kept[name] = lambda *_, **__: None
            self._loop.flush(self)

    def is_over(self, stream: int) -> bool:
        """Whether the testee has ended its direction of a stream."""
        with self._loop.lock:
            return self._came(stream).is_over

    def how_ended(self, stream: int, *, of_testee: bool) -> tuple[str, int]:
        """The way in which the testee has ended a stream, and the number with which: `fin`, `reset`, `stop` or `none`.

        of_testee: whether it is one on which the testee sends, and not one that it can stop.
        """
        with self._loop.lock:
            came = self._came(stream)
            if of_testee and came.is_over:
                return ("fin", 0) if came.code is None else ("reset", came.code)
            if not of_testee and came.asked_to_stop is not None:
                return "stop", came.asked_to_stop
            return "none", 0

    def broken(self) -> dict[int, str]:
        """The streams that the testee has reset or stopped, and which of the two."""
        with self._loop.lock:
            reset = {number: "reset" for number, came in self.came.items() if came.code is not None}
            return reset | {number: "stopped" for number, came in self.came.items() if came.asked_to_stop is not None}

    def end(self, code: int, *, by_application: bool = True) -> None:
        """Close the connection with a number."""
        frame_type = None if by_application else 0
        self._act(lambda connection: connection.close(error_code=code, frame_type=frame_type))

    def _act(self, what: Callable[[QuicConnection], object]) -> None:
        with self._loop.lock:
            if self.ended is None:
                try:
                    what(self._the())
                except ValueError as error:  # aioquic's word for a stream that the testee would have to open
                    raise NoStreamError(str(error)) from error
                self._loop.flush(self)

    def close(self) -> None:
        """Close the connection without waiting, and the socket. May be called twice."""
        with self._loop.lock:
            if self._connection is not None and self.ended is None:
                self._connection.close(error_code=0)
                self._loop.flush(self)
            self._loop.remove(self._socket)
            self._socket.close()

    def timer(self) -> float | None:
        """The time at which the connection has something to do by itself, in seconds of `time.monotonic`."""
        return None if self._connection is None else self._connection.get_timer()

    def advance(self, now: float) -> None:
        """Do what is due, and send what there is to send."""
        connection = self._connection
        if connection is None:
            return
        due = connection.get_timer()
        if due is not None and due <= now:
            connection.handle_timer(now)
            self._note()
        for packet, address in connection.datagrams_to_send(now):
            try:
                if self._stranger:
                    self._socket.send(packet)
                else:
                    self._socket.sendto(packet, address)
            except OSError:  # no room, or nobody there: QUIC sends again what matters
                break

    def take(self, packet: bytes, address: Any, now: float) -> None:
        """Handle a packet that came to the socket."""
        if self._connection is None:
            chosen = packet[_ID_LENGTH_AT + 1 :][: packet[_ID_LENGTH_AT] if len(packet) > _ID_LENGTH_AT else 0]
            self._connection = QuicConnection(
                configuration=self._configuration, original_destination_connection_id=chosen
            )
        self._connection.receive_datagram(packet, address, now)
        self._note()

    def refuse(self, error: OSError) -> None:
        """Note what the system says of packets that were sent."""
        if not self.made:
            self.refused = error

    def _note(self) -> None:
        connection = self._the()
        while (event := connection.next_event()) is not None:
            match event:
                case events.HandshakeCompleted():
                    self.made = True
                case events.StreamDataReceived(data=data, end_stream=ended, stream_id=number):
                    came = self._came(number)
                    self._pieces.append((number, data))
                    self.received += len(data)
                    self.ends += ended and not came.finished
                    came.finished |= ended
                case events.StreamReset(error_code=code, stream_id=number):
                    came = self._came(number)
                    came.code, self.was_reset = code, True
                    self.ends += 1
                case events.StopSendingReceived(error_code=code, stream_id=number):
                    came = self._came(number)
                    self.ends += came.asked_to_stop is None  # it is sent again where its acknowledgement is late
                    came.asked_to_stop = code
                case events.DatagramFrameReceived(data=data):
                    self._pieces.append((None, data))
                    self.received += len(data)
                case events.ConnectionTerminated():
                    self.ended = self.ended or event
        # The event of the end comes some round trips later, when nothing of the connection can be on its way any more.
        self.ended = self.ended or connection._close_event

    def _came(self, number: int) -> Came:
        return self.came.setdefault(number, Came())

    def _the(self) -> QuicConnection:
        assert self._connection is not None
        return self._connection
