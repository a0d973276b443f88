"""The thread that moves the packets of all connections over QUIC, and their timers, which are of the real clock."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from time import monotonic
from typing import Any, ClassVar, Final, Protocol

_PACKET_BYTES: Final = 65_536
_LONGEST_S: Final = 60.0


class Mover(Protocol):
    """One connection: what `QuicPeer` is to this thread."""

    def timer(self) -> float | None:
        """The time at which it has something to do by itself."""

    def advance(self, now: float) -> None:
        """Do what is due, and send what there is to send."""

    def take(self, packet: bytes, address: Any, now: float) -> None:
        """Handle a packet."""

    def refuse(self, error: OSError) -> None:
        """Note what the system says of packets that were sent."""


class QuicLoop:
    """One for the process. `lock` is of everything that connections have, and told of whenever packets came."""

    _running: ClassVar[QuicLoop | None] = None

    def __init__(self) -> None:
        self.lock = threading.Condition(threading.RLock())
        self._movers: dict[socket.socket, Mover] = {}
        self._selector = selectors.DefaultSelector()
        self._waking, self._woken = socket.socketpair()
        for end in (self._waking, self._woken):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._runs = False

    @classmethod
    def running(cls) -> QuicLoop:
        """The loop of this process."""
        if cls._running is None:
            cls._running = cls()
        return cls._running

    def add(self, sock: socket.socket, mover: Mover) -> None:
        """Move the packets of this socket from now on; the thread runs as long as there is one. With the lock held."""
        self._movers[sock] = mover
        self._selector.register(sock, selectors.EVENT_READ)
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._run, name="quic", daemon=True).start()
        self.flush(mover)

    def remove(self, sock: socket.socket) -> None:
        """Leave this socket alone; nothing if it was. With the lock held."""
        if self._movers.pop(sock, None) is not None:
            self._selector.unregister(sock)
            self._wake()

    def flush(self, mover: Mover) -> None:
        """Send what a connection has to send, and heed its timer. With the lock held."""
        mover.advance(monotonic())
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._waking.send(b"!")

    def _run(self) -> None:
        while True:
            with self.lock:
                if not self._movers:
                    self._runs = False
                    return
                timers = [due for one in self._movers.values() if (due := one.timer()) is not None]
            wait_s = min([_LONGEST_S, *(due - monotonic() for due in timers)])
            ready = self._selector.select(max(0.0, wait_s))
            with self.lock:
                for key, _ in ready:
                    self._read(key.fileobj)
                now = monotonic()
                for mover in self._movers.values():
                    mover.advance(now)
                self.lock.notify_all()

    def _read(self, sock: Any) -> None:
        if sock is self._woken:
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(_PACKET_BYTES)
            return
        mover = self._movers.get(sock)
        while mover is not None:
            try:
                packet, address = sock.recvfrom(_PACKET_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                mover.refuse(error)
                return
            mover.take(packet, address, monotonic())
