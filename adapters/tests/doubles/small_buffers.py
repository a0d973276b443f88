"""Another testee, `small_buffers.py TESTEE`, whose sockets get the least buffers that the system has."""

from __future__ import annotations

import runpy
import socket
import sys
from typing import Any

LEAST_BYTES = 1  # which the system raises to its least: room for one datagram, whatever its size


class Small(socket.socket):
    """A socket that takes no wish for larger buffers."""

    def setsockopt(self, level: int, option: int, *_value: Any) -> None:
        """Set the option to the least that there is."""
        super().setsockopt(level, option, LEAST_BYTES)


if __name__ == "__main__":
    socket.socket = Small  # type: ignore[misc]
    sys.argv = sys.argv[1:]
    sys.path.insert(0, sys.argv[0].rpartition("/")[0])
    runpy.run_path(sys.argv[0], run_name="__main__")
