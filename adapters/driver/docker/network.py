"""The network of a container that has none but its own loopback: sockets are made inside it.

So nothing is published, nothing is translated, and a testee in a container has the same 127.0.0.1 as its runner: ports,
order of arrival and the bound of TST-15 are those of a testee in a process. A socket belongs to the network in which it
was made, whoever uses it later.
"""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from pathlib import Path
from typing import Final

from ..errors import StartError
from ..launch.guard import VARIABLE

_PROC: Final = Path("/proc")
_CLONE_NEWNET: Final = 0x4000_0000
_ADVICE: Final = (
    "the runner creates its sockets in the container's own network, so the engine must run on this Linux machine, and "
    "root must be allowed to enter it (CAP_SYS_ADMIN)"
)


class ContainerNetwork:
    """The network of a running container, for a runner that is root; kept for as long as this is not closed."""

    def __init__(self, pid: int, token: str) -> None:
        """pid: the first process of the container, which has the token in its environment. Raises StartError."""
        self._lock = threading.Lock()
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
            self._fd = os.open(_PROC / str(pid) / "ns" / "net", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise StartError(f"the network of the container cannot be opened: {error.strerror}; {_ADVICE}") from None
        if f"{VARIABLE}={token}".encode() not in environment:  # another machine's process ids mean others here
            self.close()
            raise StartError(f"process {pid} is not the container's; {_ADVICE}")

    def open_socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        """A socket in this network, for datagrams or connections. Raises StartError."""
        made: list[socket.socket | str] = []
        # Only the thread that enters a network is in it, so none that lives on does.
        thread = threading.Thread(target=self._make, args=(family, kind, made), name="container-socket")
        thread.start()
        thread.join()
        result = made[0]
        if isinstance(result, str):
            raise StartError(f"the network of the container cannot be entered: {result}; {_ADVICE}")
        return result

    def _make(self, family: socket.AddressFamily, kind: socket.SocketKind, made: list[socket.socket | str]) -> None:
        with self._lock:
            if ctypes.CDLL(None, use_errno=True).setns(self._fd, _CLONE_NEWNET) != 0:
                made.append(os.strerror(ctypes.get_errno()))
                return
        try:
            made.append(socket.socket(family, kind))
        except OSError as error:
            made.append(str(error))

    def close(self) -> None:
        """Let go of the network. Sockets in it stay open. May be called twice."""
        with self._lock:
            fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
