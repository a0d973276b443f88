"""The runner's end on the wire: the remote address that a testee's peer talks to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Final, Self

from ..running import Address
from .sockets import enlarge_buffers, open_udp

MAX_TAKEN: Final = 10_000
"""Datagrams that one look takes at most, so that a flood does not keep it for ever."""
_DATAGRAM_BYTES: Final = 65_536
_LOOPBACK: Final = "127.0.0.1"


class WirePeer:
    """A UDP socket of its own on a free port of the testee's 127.0.0.1, which never blocks.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, testee: Address | None = None) -> None:
        """testee: its wire address; what others send is then not taken. None: whatever comes is taken."""
        self._testee = testee
        self._socket = open_udp(testee)
        enlarge_buffers(self._socket)
        self._socket.setblocking(False)
        self._socket.bind((_LOOPBACK, 0))
        self._address: Address = self._socket.getsockname()
        self.strangers = 0
        """Datagrams that came from other addresses than the testee's and were not taken."""

    @property
    def address(self) -> Address:
        """Its address: host and port."""
        return self._address

    @property
    def port(self) -> int:
        """Its port."""
        return self.address[1]

    def send(self, datagram: bytes, to: Address) -> None:
        """Send one datagram; one that finds no room or nobody is lost, as datagrams are."""
        try:  # noqa: SIM105 - a context is dear where a dialogue sends thousands
            self._socket.sendto(datagram, to)
        except (BlockingIOError, ConnectionRefusedError):
            pass

    def received(self) -> list[bytes]:
        """The datagrams waiting now, oldest first."""
        taken: list[bytes] = []
        for _ in range(MAX_TAKEN):
            try:
                datagram, sender = self._socket.recvfrom(_DATAGRAM_BYTES)
            except BlockingIOError:
                break
            except ConnectionRefusedError:
                continue
            if self._testee in (None, sender):
                taken.append(datagram)
            else:
                self.strangers += 1
        return taken

    def close(self) -> None:
        """Close the socket. May be called twice."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class GatheringWire(WirePeer):
    """One whose datagrams wait, with those of others, for whoever sends them out in their order."""

    def __init__(self, testee: Address, waiting: list[Callable[[], None]]) -> None:
        """waiting: gets what sends each of them."""
        super().__init__(testee)
        self._waiting = waiting

    def send(self, datagram: bytes, to: Address) -> None:
        """Have a datagram wait."""
        self._waiting.append(partial(super().send, datagram, to))
