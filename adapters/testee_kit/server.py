"""The sockets of a testee, and the loop that answers on one of them (specs/testee.md sections 2 and 3)."""

from __future__ import annotations

import argparse
import json
import os
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Final, TypeAlias

from .pieces import HEAD, MAX_PIECES, PIECE_BYTES, ask_for, cut, read_ask, read_head
from .requests import VARIABLE, shows_token

KEPT_REPLIES: Final = 64
_BUFFER_WISHES_BYTES: Final = tuple(mebibytes << 20 for mebibytes in (4, 2, 1))
_DATAGRAM_BYTES: Final = 65_536
_LOOPBACK: Final = "127.0.0.1"
_KINDS: Final = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM, "quic": socket.SOCK_DGRAM}
_BACKLOG: Final = 128

Address: TypeAlias = tuple[Any, ...]
Wires: TypeAlias = Mapping[str, socket.socket]
"""A socket of 127.0.0.1 for each transport by its name."""
Answering: TypeAlias = Callable[[bytes], tuple[str, dict[str, Any]]]
"""From a complete message to its op and the reply to it."""


class Testee:
    """The control socket and what has to be remembered between datagrams."""

    __test__ = False  # not a test class, in spite of its name

    def __init__(self, control: socket.socket, answering: Answering, attached: bool) -> None:
        """attached: whether a person started it, so that it outlives `stop`."""
        self.control = control
        self.answering = answering
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
            datagram, sender = self.control.recvfrom(_DATAGRAM_BYTES)
            if self.runner in (None, sender) and self.take(datagram, sender) == "stop":
                if not self.attached:
                    return
                self.forget()  # TST-3

    def take(self, datagram: bytes, sender: Address) -> str:
        """Handle one datagram; the op that was performed, or an empty string."""
        asked = read_ask(datagram)
        if asked is not None:
            self.give(*asked, sender)
            return ""
        head = read_head(datagram)
        if head is None:
            return ""  # TST-5
        request_id, index, count = head
        if request_id in self.kept:
            if index == count - 1:
                self.send(self.kept[request_id][0], sender)  # TST-7
            return ""
        message = self.joined(datagram, sender, head)
        if message is None:
            self.ask_further(request_id, count)
            return ""
        if self.runner is None and not shows_token(message):
            return ""
        self.runner = sender  # TST-6
        op, reply = self.answering(message)
        self.kept[request_id] = cut(as_message(reply), request_id)
        if len(self.kept) > KEPT_REPLIES:
            self.kept.popitem(last=False)
        self.send(self.kept[request_id][0], sender)  # TST-21
        return op if "ok" in reply else ""

    def joined(self, datagram: bytes, sender: Address, head: tuple[int, int, int]) -> bytes | None:
        """Keep one more piece; the message if it was the last one (TST-4)."""
        request_id, index, count = head
        if self.current != (sender, request_id, count):
            self.current, self.pieces = (sender, request_id, count), {}
        self.pieces[index] = datagram[HEAD.size :]
        if len(self.pieces) < count:
            return None
        message = b"".join(self.pieces[at] for at in range(count))
        self.current, self.pieces = None, {}
        return message

    def ask_further(self, request_id: int, count: int) -> None:
        """Ask the runner, once there is one, for the first piece that its message lacks (TST-23)."""
        if self.runner is not None:
            lacking = next(at for at in range(count) if at not in self.pieces)
            self.send(ask_for(request_id, lacking, count), self.runner)

    def give(self, request_id: int, index: int, count: int, to: Address) -> None:
        """Send the piece of a kept reply that was asked for (TST-22), if there is such a piece (TST-5)."""
        datagrams = self.kept.get(request_id, [])
        if len(datagrams) == count:
            self.send(datagrams[index], to)

    def send(self, datagram: bytes, to: Address) -> None:
        """Send one datagram. Nothing is ever sent but in answer to one, so that no buffer overflows."""
        self.control.sendto(datagram, to)


def as_message(reply: dict[str, Any]) -> bytes:
    """A reply as JSON, or an error where no reply can be so long (specs/testee.md section 4)."""
    message = json.dumps(reply, separators=(",", ":")).encode()
    if len(message) <= MAX_PIECES * PIECE_BYTES:
        return message
    return as_message({"error": f"the reply has {len(message)} bytes, more than {MAX_PIECES} pieces hold"})


def enlarge_buffers(one: socket.socket) -> None:
    """Larger buffers than usual, as large as the system grants: some grant less, some refuse."""
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        for wish in _BUFFER_WISHES_BYTES:
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, option, wish)
                break


def exit_at_end_of_input() -> None:
    """TST-2. From the descriptor, as a thread inside `sys.stdin` would disturb the end of the interpreter."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def read_arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The command line, with --attach besides what the parser has: None, or the control port, 0 for a free one.

    Ends the process with one line on standard error if there is no token.
    """
    parser.add_argument("--attach", type=int, nargs="?", const=0, metavar="PORT", help="started by hand; control port")
    arguments = parser.parse_args()
    if not os.environ.get(VARIABLE):
        raise SystemExit(f"the environment variable {VARIABLE} is not set: the runner sets it, or whoever attaches")
    return arguments


def serve(
    answering: Answering,
    attach: int | None,
    transports: Sequence[str] = (),
    use_wires: Callable[[Wires], None] = lambda wires: None,
) -> None:
    """Bind, print the ports, answer until told to stop.

    transports: those on which there are peers, `udp`, `tcp` and `quic`. use_wires: is given a socket for each of them
    before the first message: a bound one of UDP, for TCP one that listens.
    """
    with ExitStack() as ends:
        control, wires = bound("udp", attach or 0), {transport: bound(transport) for transport in transports}
        for one in (control, *wires.values()):
            ends.enter_context(one)
        use_wires(wires)
        ports = {transport: wire.getsockname()[1] for transport, wire in wires.items()}
        print(json.dumps({"control": control.getsockname()[1], "wires": ports}), flush=True)  # TST-1
        if attach is None:
            threading.Thread(target=exit_at_end_of_input, daemon=True).start()
        Testee(control, answering, attached=attach is not None).serve()


def bound(transport: str, port: int = 0) -> socket.socket:
    """A socket of 127.0.0.1 on this port, 0 for any: for UDP one that is bound, for TCP one that listens."""
    made = socket.socket(type=_KINDS[transport])
    try:
        enlarge_buffers(made)
        made.bind((_LOOPBACK, port))
        if made.type is socket.SOCK_STREAM:
            made.listen(_BACKLOG)
    except BaseException:
        made.close()
        raise
    return made
