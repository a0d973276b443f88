"""Common to the small testees: two sockets, the line of ports, and a loop."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

HEAD = struct.Struct("<4sIHH")
HELLO: Mapping[str, Any] = {
    "name": "made", "version": "1", "language": "Python", "spec": "1.0", "profiles": ["frame"]
}  # fmt: skip
ID = "id"
"""Under this name the input that a testee gets has the request_id."""
Reply: TypeAlias = Mapping[str, Any] | bytes | Sequence[bytes]
"""An object, a message as it is, or whole datagrams."""
Perform: TypeAlias = Callable[[str, Mapping[str, Any]], Reply]


@cache
def sockets() -> tuple[socket.socket, socket.socket]:
    """The control and the wire socket of this process."""
    control, wire = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
    for one in (control, wire):
        one.bind(("127.0.0.1", 0))
    return control, wire


def head(request_id: int, index: int = 0, count: int = 1) -> bytes:
    """The head of a piece."""
    return HEAD.pack(b"RTP1", request_id, index, count)


def print_ports() -> None:
    """Print the line of ports."""
    control, wire = sockets()
    print(json.dumps({"control": control.getsockname()[1], "wires": {"udp": wire.getsockname()[1]}}), flush=True)


def good(_op: str, _input: Mapping[str, Any]) -> Reply:
    """Perform nothing, and say that it was."""
    return {"ok": {}}


def serve(
    perform: Perform,
    *,
    hello: Mapping[str, Any] | None = HELLO,
    watch_input: bool = True,
    read: Callable[[bytes], Mapping[str, Any]] = json.loads,
) -> None:
    """Print the ports, and answer by `perform` until told to stop."""
    if watch_input:
        threading.Thread(target=_exit_at_end_of_input, daemon=True).start()
    print_ports()
    control, _ = sockets()
    while True:
        datagram, sender = control.recvfrom(65_536)
        if not datagram.startswith(b"RTP1"):
            continue
        request_id = HEAD.unpack_from(datagram)[1]
        request = read(datagram[HEAD.size :])
        op, given = request["op"], request["input"]
        reply = {"ok": hello} if op == "hello" else perform(op, {**given, ID: request_id})
        for one in _datagrams(request_id, reply):
            control.sendto(one, sender)
        if op == "stop" and reply:
            os._exit(0)


def _datagrams(request_id: int, reply: Reply) -> Sequence[bytes]:
    if isinstance(reply, Mapping):
        reply = json.dumps(reply).encode()
    return [head(request_id) + reply] if isinstance(reply, bytes) else reply


def _exit_at_end_of_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)
