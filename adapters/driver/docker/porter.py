"""Sockets in a container's network for a runner that is not root: a second container makes them and hands them out.

It shares the testee's network and nothing else. What runs in it is porter_main.py, by this machine's own Python, whose
folders it sees read-only; so it needs no image but the testee's, whatever is in that.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import sysconfig
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from ..errors import StartError
from .engine import PORTER, Engine

_PROGRAM: Final = Path(__file__).with_name("porter_main.py")
_SYSTEM: Final = ("/usr", "/lib", "/lib32", "/lib64")
_COMES_S: Final = 10.0
_ASKED_S: Final = 5.0
_ADVICE: Final = "run as root (sudo --preserve-env), which needs no help to enter it, on the machine of the engine"


class PorterNetwork:
    """The network of a running container, by way of a porter in it."""

    def __init__(self, engine: Engine, image: str, container: str) -> None:
        """container: the testee's, of that image. Raises StartError."""
        self._lock = threading.Lock()
        with ExitStack() as ends:
            folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="porter-")))
            shutil.copyfile(_PROGRAM, folder / _PROGRAM.name)
            waiting = ends.enter_context(socket.socket(socket.AF_UNIX))
            waiting.bind(str(folder / "socket"))
            waiting.listen(1)
            waiting.settimeout(_COMES_S)
            python = str(Path(sys.executable).resolve())
            command = [python, "-IS", f"{PORTER}/{_PROGRAM.name}", f"{PORTER}/socket"]
            porter = engine.create_porter(image, container, command, {**_needed(python), str(folder): PORTER})
            ends.callback(engine.remove, porter)
            engine.start(porter)
            try:
                self._porter = ends.enter_context(waiting.accept()[0])
            except OSError as error:
                raise StartError(
                    f"no helper hands out sockets in the container's network: {error}; {_ADVICE}"
                ) from None
            self._porter.settimeout(_ASKED_S)
            self._ends = ends.pop_all()

    def open_socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        """A socket in this network, for datagrams or connections. Raises StartError."""
        try:
            with self._lock:
                self._porter.sendall(bytes([family, kind]))
                _, handed, _, _ = socket.recv_fds(self._porter, 1, 1)
            return socket.socket(fileno=handed[0])
        except (OSError, IndexError):
            raise StartError(f"the socket was not handed out: the container has ended, or else {_ADVICE}") from None

    def close(self) -> None:
        """End the porter. Sockets in the network stay open. May be called twice."""
        self._ends.close()


def _needed(python: str) -> dict[str, str]:
    """The folders that the interpreter needs to run, each at its own place."""
    folders = [*_SYSTEM, str(Path(python).parent), sys.base_prefix, sysconfig.get_path("stdlib")]
    found: dict[str, str] = {}
    for folder in folders:
        if os.path.isdir(folder) and not any(Path(folder).is_relative_to(known) for known in found):  # noqa: PTH112
            found[folder] = folder
    return found
