"""The testee over the Python package `resonant` (specs/testee.md): sockets and datagrams; the ops are in ops.py.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import struct
import threading
from collections import OrderedDict
from typing import Any, TypeAlias

from ops import answer, shows_token  # beside this script, which is in no package
from peer_ops import PEERS

HEAD = struct.Struct("<4sIHH")
MAGIC = b"RTP1"
MAX_PIECES = 300
PIECE_BYTES = 60_000
KEPT_REPLIES = 64
BUFFER_BYTES = 4 << 20

Address: TypeAlias = tuple[Any, ...]


class Testee:
    """The control socket and what has to be remembered between datagrams."""

    def __init__(self, control: socket.socket, attached: bool) -> None:
        self.control = control
        self.attached = attached
        self.forget()

    def forget(self) -> None:
        """Wait for the next hello, without the replies to the runner before."""
        self.runner: Address | None = None
        self.kept: OrderedDict[int, list[bytes]] = OrderedDict()
        self.current: tuple[Address, int, int] | None = None
        self.pieces: dict[int, bytes] = {}

    def serve(self) -> None:
        """Answer until told to stop."""
        while True:
            datagram, sender = self.control.recvfrom(65_536)
            if self.runner in (None, sender) and self.take(datagram, sender) == "stop":
                if not self.attached:
                    return
                self.forget()  # TST-3

    def take(self, datagram: bytes, sender: Address) -> str:
        """Handle one datagram; the op that was performed, or an empty string."""
        if not HEAD.size <= len(datagram) <= HEAD.size + PIECE_BYTES:
            return ""
        magic, request_id, index, count = HEAD.unpack_from(datagram)
        if magic != MAGIC or not index < count <= MAX_PIECES:
            return ""  # TST-5
        if request_id in self.kept:
            if index == count - 1:
                self.send(self.kept[request_id], sender)  # TST-7
            return ""
        if self.current != (sender, request_id, count):
            self.current, self.pieces = (sender, request_id, count), {}
        self.pieces[index] = datagram[HEAD.size :]
        if len(self.pieces) < count:
            return ""
        message = b"".join(self.pieces[at] for at in range(count))
        self.current = None
        if self.runner is None and not shows_token(message):
            return ""
        self.runner = sender  # TST-6
        op: str
        op, reply = answer(message)
        self.kept[request_id] = cut(json.dumps(reply, separators=(",", ":")).encode(), request_id)
        if len(self.kept) > KEPT_REPLIES:
            self.kept.popitem(last=False)
        self.send(self.kept[request_id], sender)
        return op if "ok" in reply else ""

    def send(self, datagrams: list[bytes], to: Address) -> None:
        """Send all pieces of a reply."""
        for datagram in datagrams:
            self.control.sendto(datagram, to)


def cut(message: bytes, request_id: int) -> list[bytes]:
    """A message as datagrams (TST-4)."""
    count = max(1, -(-len(message) // PIECE_BYTES))
    return [
        HEAD.pack(MAGIC, request_id, at, count) + message[at * PIECE_BYTES : (at + 1) * PIECE_BYTES]
        for at in range(count)
    ]


def exit_at_end_of_input() -> None:
    """TST-2. From the descriptor, as a thread inside `sys.stdin` would disturb the end of the interpreter."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Bind, print the ports, serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attach", type=int, nargs="?", const=0, metavar="PORT", help="started by hand; control port")
    attach = parser.parse_args().attach
    if not os.environ.get("RESONANT_TOKEN"):
        parser.error("RESONANT_TOKEN is not set")
    with socket.socket(type=socket.SOCK_DGRAM) as control, socket.socket(type=socket.SOCK_DGRAM) as wire:
        for one, port in ((control, attach or 0), (wire, 0)):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            one.bind(("127.0.0.1", port))
        print(json.dumps({"control": control.getsockname()[1], "wire": wire.getsockname()[1]}), flush=True)  # TST-1
        if attach is None:
            threading.Thread(target=exit_at_end_of_input, daemon=True).start()
        PEERS.use(wire)
        Testee(control, attached=attach is not None).serve()


if __name__ == "__main__":
    main()
