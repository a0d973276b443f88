"""A server over real TCP: the peer of the reference, sound or with a fault, a thread for each connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from time import monotonic

from resonant.peer import Config

from ...server.reply import read_reply
from ...wire.read import UnreadableError
from ...wire.sync import SyncError
from .manners import LENGTH, LINGER_S, SOUND, Cutter, Manners
from .serving import CONFIG, Fault, Receive, peer_of, sound

_CHUNK_BYTES = 1 << 16


class _Connection:
    """One connection, served to its end in a thread of its own."""

    def __init__(
        self, sock: socket.socket, receive: Receive, manners: Manners, speed: int, over: threading.Event
    ) -> None:
        self._socket, self._receive, self._manners, self._speed, self._over = sock, receive, manners, speed, over
        self._cutter = Cutter(manners)
        self._accepted_s, self._begun_s = monotonic(), 0.0
        self._session = False

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._manners.ends_at_once:
                self._listen()
            self._end()

    def _listen(self) -> None:
        """Handle what comes until there is a reason to end."""
        while True:
            left = self._left_s()
            if left is not None and left <= 0:
                return
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(_CHUNK_BYTES)
            except TimeoutError:
                continue
            if not data:
                self._stay()
                return
            if not self._handle(data):
                return

    def _left_s(self) -> float | None:
        """The seconds until a deadline, None if there is none."""
        found, now = list[float](), monotonic()
        if self._manners.session_s is not None and (self._manners.always or not self._session):
            found.append(self._accepted_s + self._manners.session_s / self._speed - now)
        if self._manners.frame_s is not None and self._cutter.inside:
            found.append(self._begun_s + self._manners.frame_s / self._speed - now)
        return min(found, default=None)

    def _stay(self) -> None:
        """The other end has stopped: keep the connection where that is the fault."""
        ends = self._manners.ends_cut if self._cutter.inside else self._manners.ends_stopped
        if not ends:
            self._over.wait()

    def _handle(self, data: bytes) -> bool:
        """Whether the connection goes on."""
        inside = self._cutter.inside
        frames = self._cutter.feed(data)
        if frames or not inside or self._manners.counts_anew:
            self._begun_s = monotonic()
        if not self._manners.answers_stopped and self._has_stopped():
            return False
        for frame in frames:
            answers = self._receive(frame, int(1000 * self._speed * monotonic()))
            if not answers and self._manners.ends_at_drops:
                return False
            for answer in answers:
                self._session |= _is_capability(answer)
                self._socket.sendall((b"" if self._manners.bare else LENGTH.pack(len(answer))) + answer)
        return not self._cutter.bad

    def _has_stopped(self) -> bool:
        self._socket.settimeout(0.05)
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False

    def _end(self) -> None:
        """Stop sending, and read away what still comes, so that what was sent arrives (TCP-13)."""
        self._socket.shutdown(socket.SHUT_WR)
        self._socket.settimeout(LINGER_S)
        while self._socket.recv(_CHUNK_BYTES):
            pass


def _is_capability(answer: bytes) -> bool:
    try:
        return read_reply(answer).method == "capability"
    except (UnreadableError, SyncError):
        return False


class _Server:
    def __init__(self, config: Config, fault: Fault, manners: Manners, speed: int) -> None:
        self._config, self._fault, self._manners, self._speed = config, fault, manners, speed
        self._conversations: dict[object, Receive] = {}
        self._served: dict[threading.Thread, socket.socket] = {}
        self._over = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, sender = self.socket.accept()
            except OSError:
                return
            self._served = {thread: one for thread, one in self._served.items() if thread.is_alive()}
            if len(self._served) == self._manners.places:
                sock.close()
                continue
            connection = _Connection(sock, self._conversation(sender), self._manners, self._speed, self._over)
            thread = threading.Thread(target=_serve, args=(connection, sock))
            self._served[thread] = sock
            thread.start()

    def _conversation(self, sender: object) -> Receive:
        key = "all" if self._manners.one_session else sender
        kept = self._manners.one_session or self._manners.by_address
        if not kept or key not in self._conversations:
            self._conversations[key] = self._fault(peer_of(self._config))
        return self._conversations[key]

    def close(self) -> None:
        self._over.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self.socket.close()
        for thread, sock in self._served.items():
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(connection: _Connection, sock: socket.socket) -> None:
    with sock:
        connection.serve()


@contextlib.contextmanager
def serving_tcp(
    config: Config = CONFIG, fault: Fault = sound, manners: Manners = SOUND, *, speed: int = 1
) -> Iterator[str]:
    """A server on a free port of 127.0.0.1 for as long as the context lasts; gives its --impl.

    speed: how many of its seconds pass in one.
    """
    server = _Server(config, fault, manners, speed)
    try:
        yield f"tcp://127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        server.close()
