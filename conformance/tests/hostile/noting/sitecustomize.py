"""Notes the UDP sockets of a run, wherever its processes bind them: Python imports this before anything else.

Each is noted by its inode, in the file that NOTED_SOCKETS names.
"""

from __future__ import annotations

import os
import socket
from typing import Any


class Noted(socket.socket):
    """A socket that is noted when it is bound."""

    def bind(self, address: Any) -> None:
        """Bind it, and note it if it is of UDP."""
        super().bind(address)
        if self.type == socket.SOCK_DGRAM:
            with open(os.environ["NOTED_SOCKETS"], "a", encoding="utf-8") as file:  # noqa: PTH123 - as quick as can be
                print(os.fstat(self.fileno()).st_ino, file=file)


socket.socket = Noted  # type: ignore[misc]
