"""Local addresses that the server has not met before.

A server knows a conversation by the address that it comes from, and may remember one for as long as it likes. A port
that is used twice, in this run or in one a moment ago, would continue an old conversation.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from time import time
from typing import Any

FIRST, COUNT = 24_000, 40_000
PER_SECOND = 200
"""By how many ports a run begins later than one a second ago; a whole run uses about a hundred."""
PER_WORKER = 4_000
"""By how many ports the workers of one run are apart."""
_BUSY_AT_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Address:
    """A UDP address as the socket module takes it."""

    family: int
    target: Any


def start_now(worker: int) -> int:
    """Where a run that begins now takes its ports from. worker: which of those that share the run, from 0."""
    return int(time() * PER_SECOND) + worker * PER_WORKER


class LocalPorts:
    """Sockets to one address, each on a port of its own. They stay open to the end, so that no port comes again."""

    def __init__(self, address: Address, start: int) -> None:
        """start: where to begin, in any number; see `start_now`."""
        self._address = address
        self._next = start
        self._sockets: list[socket.socket] = []

    def fresh(self) -> socket.socket:
        """A connected socket on the next free port. Raises OSError if thousands in a row are taken."""
        sock = socket.socket(self._address.family, socket.SOCK_DGRAM)
        self._sockets.append(sock)
        for _ in range(_BUSY_AT_MOST):
            self._next += 1
            try:
                sock.bind(("", FIRST + self._next % COUNT))
            except OSError:
                continue  # somebody has it
            sock.connect(self._address.target)
            return sock
        raise OSError(f"{_BUSY_AT_MOST} local UDP ports in a row are taken")

    def close(self) -> None:
        """Close every socket."""
        while self._sockets:
            self._sockets.pop().close()
