"""Local addresses that the server has not met before.

A server knows a conversation by the address that it comes from, and may remember one for as long as it likes. A port
that an earlier run had a moment ago would continue an old conversation, so runs take their ports in turn, by a clock
that is never set. A port that the system chooses (bind 0) is a random one: it would be one of the last run's now and
then, and nobody could tell when.
"""

from __future__ import annotations

import socket
from time import monotonic

from .addresses import Address

FIRST, COUNT = 24_000, 40_000
PER_SECOND = 200
"""By how many ports a run begins later than one a second ago; a whole run uses about two dozen."""
JUMP = 257
"""By how many ports to go on from one that is taken: another run may have it, and had those after it."""
_BUSY_AT_MOST = 2_000


def start_now() -> int:
    """The start for the ports of a run that begins now, by a monotonic clock: setting the time moves nothing."""
    return int(monotonic() * PER_SECOND)


class LocalPorts:
    """Sockets to one address, each on a port of its own. They stay open to the end, so that no port comes again."""

    def __init__(self, address: Address, start: int) -> None:
        """start: where to begin, in any number; see `start_now`."""
        self._address = address
        self._next = start
        self._sockets: list[socket.socket] = []

    @property
    def used(self) -> int:
        """How many it has given."""
        return len(self._sockets)

    def fresh(self) -> socket.socket:
        """A connected socket on the next free port. Raises OSError if thousands are taken."""
        sock = socket.socket(self._address.family, socket.SOCK_DGRAM)
        self._sockets.append(sock)
        self._next += 1
        for _ in range(_BUSY_AT_MOST):
            port = FIRST + self._next % COUNT
            try:
                if port == self._address.target[1]:
                    raise OSError("the server's own")  # some systems would let both have it
                sock.bind(("", port))
            except OSError:
                self._next += JUMP
                continue
            sock.connect(self._address.target)
            return sock
        raise OSError(f"{_BUSY_AT_MOST} local UDP ports are taken")

    def close(self) -> None:
        """Close every socket."""
        while self._sockets:
            self._sockets.pop().close()
