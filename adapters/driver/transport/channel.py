"""The runner's end of the control socket."""

from __future__ import annotations

import errno
import itertools
import math
import select
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import Final, NamedTuple

from ..errors import StartError
from ..running import Address
from .exchange import Exchange
from .pieces import HEAD, MAGIC, PIECE_BYTES, Joiner
from .sockets import enlarge_buffers, open_udp

RESEND_S: Final = (0.25, 0.5, 1.0, 2.0)
"""Seconds to wait before each repetition; the last interval repeats. Each step forward begins anew."""
_DATAGRAM_BYTES: Final = 65_536
_PIECE_DATAGRAM_BYTES: Final = HEAD.size + PIECE_BYTES
# A datagram that finds no room is a lost one: the schedule sends it again.
_NO_ROOM: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})


class NoReplyError(Exception):
    """The deadline passed without a complete reply; the text says what came instead, if anything did."""


class GoneError(Exception):
    """The testee has ended, or nothing listens at its control address any more."""


class Begun(NamedTuple):
    """A request whose first datagrams are on their way, and whose reply nobody has waited for yet."""

    message: bytes
    request_id: int
    only_piece: bytes
    """The head of a reply that is whole by itself."""
    exchange: Exchange | None
    """None as long as one piece is all there is."""
    resend_at: float


class Channel:
    """One UDP socket connected to a testee's control address; one request at a time.

    Connected, so that the kernel drops what others send, and tells of a port that was closed. Deadlines are values of
    `time.monotonic()`, in seconds. Nothing here waits past a deadline, whatever arrives.
    """

    def __init__(self, address: Address, *, gone_fd: int | None = None, first_id: int = 1) -> None:
        """gone_fd: becomes readable when the testee ends. Raises StartError if the address cannot be used."""
        self._ids = itertools.count(first_id)
        self._whole = False  # whether it was seen not to ask for pieces
        self._gone_fd = gone_fd
        self._socket = _connect(address)
        self._ready = _ready_of([self._socket.fileno(), *([] if gone_fd is None else [gone_fd])])

    @property
    def address(self) -> Address:
        """The socket's own address, the one that the testee obeys (TST-6)."""
        host, port, *_ = self._socket.getsockname()
        return host, port

    def next_id(self) -> int:
        """A request_id that was not used before on this channel."""
        return next(self._ids) & 0xFFFF_FFFF

    def request(self, message: bytes, deadline: float) -> bytes:
        """Send a message piece by piece, again and again if need be, and return the reply to it.

        Replies to earlier requests are ignored. Raises NoReplyError at the deadline, GoneError as soon as the testee
        is seen to have ended, PieceError for a message that is too long or a reply whose pieces contradict each other.
        """
        return self.finish(self.begin(message), deadline)

    def begin(self, message: bytes) -> Begun:
        """Send the beginning of a message, for `finish`, before which no other one may begin. Raises as `request`."""
        request_id = self.next_id()
        only_piece = HEAD.pack(MAGIC, request_id, 0, 1)
        exchange = None if len(message) <= PIECE_BYTES else Exchange(message, request_id, whole=self._whole)
        resend_at = monotonic() + RESEND_S[0]
        self.send_raw((only_piece + message,) if exchange is None else exchange.begin())
        return Begun(message, request_id, only_piece, exchange, resend_at)

    def finish(self, begun: Begun, deadline: float) -> bytes:
        """The reply to it, as `request` has it. One that is there by then is taken even after the deadline."""
        message, request_id, only_piece, exchange, resend_at = begun
        datagram = self.receive(min(resend_at, deadline))
        if datagram is not None and _is_whole(datagram, only_piece):
            return datagram[HEAD.size :]  # the usual case, without ceremony
        if exchange is None:
            exchange = Exchange(message, request_id, whole=self._whole)
            exchange.begin()  # as was sent
        return self._go_on(exchange, datagram, only_piece, resend_at, deadline)

    def _go_on(
        self, exchange: Exchange, datagram: bytes | None, only_piece: bytes, resend_at: float, deadline: float
    ) -> bytes:
        """The reply, where it did not come as the first datagram and in one piece. datagram: what came first."""
        intervals = _intervals()
        next(intervals)  # has begun
        while True:
            self._whole = exchange.whole
            if datagram is not None and _is_whole(datagram, only_piece):
                return datagram[HEAD.size :]
            reply, sending = (None, []) if datagram is None else exchange.take(datagram)
            self._whole = exchange.whole
            if reply is not None:
                return reply
            now = monotonic()
            if now >= deadline:
                raise NoReplyError(_note(exchange.joiner))
            if sending:
                intervals = _intervals()
                resend_at = now + next(intervals)
            elif now >= resend_at:
                resend_at = now + next(intervals)
                sending = exchange.again()
            self.send_raw(sending)
            datagram = self.receive(min(resend_at, deadline))

    def send_raw(self, datagrams: Iterable[bytes]) -> None:
        """Send datagrams as they are. One that finds no room is dropped. Raises GoneError if the port is closed."""
        for datagram in datagrams:
            try:
                self._socket.send(datagram)
            except ConnectionRefusedError:
                raise GoneError("its control port is closed") from None
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise

    def receive(self, deadline: float) -> bytes | None:
        """The next datagram of any content, None at the deadline; raises GoneError if there can be no more."""
        while True:
            wait_s = deadline - monotonic()
            # To wait first: a reply is seldom there at once, and to look for it in vain costs more than it saves.
            ready = self._ready(max(0.0, wait_s))
            datagram = self._take() if ready else None  # what it sent before it ended is there by now
            if datagram is not None:
                return datagram
            if self._gone_fd in ready:
                raise GoneError("it has ended")
            if wait_s <= 0:
                return None

    def _take(self) -> bytes | None:
        try:
            return self._socket.recv(_DATAGRAM_BYTES)
        except BlockingIOError:
            return None
        except ConnectionRefusedError:
            raise GoneError("its control port is closed") from None

    def close(self) -> None:
        """Close the socket. May be called twice."""
        self._socket.close()


def _connect(address: Address) -> socket.socket:
    try:
        family, _, _, _, target = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        sock = open_udp(address, family)
    except (OSError, UnicodeError) as error:  # the latter: a host name that no DNS name can be
        raise StartError(f"{address[0]}:{address[1]} is not an address of a testee: {error}") from None
    enlarge_buffers(sock)
    sock.setblocking(False)
    try:
        sock.connect(target)
    except OSError as error:
        sock.close()
        raise StartError(f"{address[0]}:{address[1]} cannot be reached: {error}") from None
    return sock


def _ready_of(descriptors: Sequence[int]) -> Callable[[float], Sequence[int]]:
    """Waits for so many seconds until some of these can be read, and gives those that can.

    No selector, which takes more time for itself than the system does: it is asked once a reply.
    """
    if not hasattr(select, "poll"):
        return lambda wait_s: select.select(descriptors, [], [], wait_s)[0]
    poll = select.poll()
    for one in descriptors:
        poll.register(one, select.POLLIN)
    return lambda wait_s: [one for one, _ in poll.poll(math.ceil(wait_s * 1000))]


def _is_whole(datagram: bytes, only_piece: bytes) -> bool:
    """Whether it is a whole message by itself. only_piece: the head of such a one."""
    return datagram.startswith(only_piece) and len(datagram) <= _PIECE_DATAGRAM_BYTES


def _intervals() -> Iterator[float]:
    return itertools.chain(RESEND_S, itertools.repeat(RESEND_S[-1]))


def _note(joiner: Joiner) -> str:
    if not joiner.ignored:
        return ""
    return f"datagrams besides the reply: {joiner.ignored}, the last because {joiner.last_ignored}"
