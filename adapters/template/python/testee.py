"""The testee protocol (specs/testee.md). Nothing here has to change: your part is yours.py."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import sys
import threading
from typing import Any, NoReturn

from yours import HELLO, OPS, BadRequestError, RefusedError

HEAD = struct.Struct("<4sIHH")
MAX_PIECES, PIECE_BYTES, KEPT_REPLIES = 300, 60_000, 64
BUFFER_WISHES_BYTES = (4 << 20, 2 << 20, 1 << 20)


def no_number(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(f"{name} is not JSON")


def members(value: Any, names: set[str]) -> dict[str, Any]:
    """An object with exactly these members."""
    if type(value) is not dict or value.keys() != names:
        raise BadRequestError(f"expected an object with the members {sorted(names)}")
    return value


def hello(input: dict[str, Any]) -> dict[str, Any]:
    """The reply to hello: who we are (TST-12)."""
    if members(input, {"token"})["token"] != os.environ["RESONANT_TOKEN"]:
        raise BadRequestError("token is wrong")
    return HELLO


def stop(input: dict[str, Any]) -> dict[str, Any]:
    """The loop ends after the reply (TST-3)."""
    return members(input, set())


ALL_OPS = {"hello": hello, "stop": stop, **OPS}


def answer(message: bytes) -> tuple[str, dict[str, Any]]:
    """The op of a message, empty if it is none, and the reply to it (TST-8)."""
    op = ""
    try:
        request = members(json.loads(message.decode(), parse_constant=no_number), {"op", "case", "profile", "input"})
        if not all(type(request[name]) is str for name in ("op", "case", "profile")) or not request["op"]:
            raise BadRequestError("op, case and profile are strings")
        op = request["op"]
        if op not in ALL_OPS:
            return op, {"unsupported": op}  # TST-9, TST-10
        if type(request["input"]) is not dict:
            raise BadRequestError("input is an object")
        return op, {"ok": ALL_OPS[op](request["input"])}
    except (BadRequestError, ValueError, RecursionError) as error:
        return op, {"error": str(error)}  # TST-11
    except RefusedError as refusal:
        return op, {"reject": {"code": refusal.code}}  # TST-13


def cut(reply: dict[str, Any], request_id: int) -> list[bytes]:
    """A reply as datagrams (TST-4)."""
    text = json.dumps(reply, separators=(",", ":")).encode()
    count = -(-len(text) // PIECE_BYTES)
    if count > MAX_PIECES:
        return cut({"error": "the reply would be too long"}, request_id)
    pieces = (text[at * PIECE_BYTES : (at + 1) * PIECE_BYTES] for at in range(count))
    return [HEAD.pack(b"RTP1", request_id, at, count) + piece for at, piece in enumerate(pieces)]


def read_head(datagram: bytes) -> tuple[bool, int, int, int] | None:
    """Whether it is an ask, request_id, index and count; None for a datagram to ignore (TST-5)."""
    if not HEAD.size <= len(datagram) <= HEAD.size + PIECE_BYTES:
        return None
    magic, request_id, index, count = HEAD.unpack_from(datagram)
    known = magic == b"RTP1" or (magic == b"RTPA" and len(datagram) == HEAD.size)
    return (magic == b"RTPA", request_id, index, count) if known and index < count <= MAX_PIECES else None


class Testee:
    """The state kept between datagrams."""

    def __init__(self, control: socket.socket) -> None:
        """control: the bound control socket."""
        self.control = control
        self.runner: Any = None
        self.kept: dict[int, list[bytes]] = {}
        self.current: Any = None
        self.pieces: dict[int, bytes] = {}

    def serve(self) -> None:
        """Answer until told to stop."""
        while True:
            datagram, sender = self.control.recvfrom(65_536)
            head = read_head(datagram)
            if self.runner in (None, sender) and head and self.take(head, datagram[HEAD.size :], sender):
                return

    def take(self, head: tuple[bool, int, int, int], piece: bytes, sender: Any) -> bool:
        """Handle one datagram; whether it was the last of an answered `stop`."""
        is_ask, request_id, index, count = head
        kept = self.kept.get(request_id, [])
        if is_ask:
            if len(kept) == count:
                self.control.sendto(kept[index], sender)  # TST-22
            return False
        if kept:
            if index == count - 1:
                self.control.sendto(kept[0], sender)  # TST-7
            return False
        if self.current != (sender, request_id, count):
            self.current, self.pieces = (sender, request_id, count), {}
        self.pieces[index] = piece
        if len(self.pieces) == count:
            return self.perform(request_id, sender)
        if self.runner:
            lacking = next(at for at in range(count) if at not in self.pieces)
            self.control.sendto(HEAD.pack(b"RTPA", request_id, lacking, count), sender)  # TST-23
        return False

    def perform(self, request_id: int, sender: Any) -> bool:
        """Answer the message that is complete; whether it was an answered `stop`."""
        message = b"".join(self.pieces[at] for at in range(len(self.pieces)))
        self.current, self.pieces = None, {}
        op, reply = answer(message)
        if self.runner is None and not (op == "hello" and "ok" in reply):
            return False  # TST-6
        self.runner = sender
        self.kept[request_id] = cut(reply, request_id)
        if len(self.kept) > KEPT_REPLIES:
            del self.kept[next(iter(self.kept))]
        self.control.sendto(self.kept[request_id][0], sender)  # TST-21: the others are asked for
        return op == "stop" and "ok" in reply


def exit_with_input() -> None:
    """End with standard input (TST-2)."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def bound() -> socket.socket:
    """A UDP socket on a free port of 127.0.0.1, its buffers as large as the system grants."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        for wish in BUFFER_WISHES_BYTES:
            with contextlib.suppress(OSError):  # some systems grant less, some refuse
                one.setsockopt(socket.SOL_SOCKET, option, wish)
                break
    one.bind(("127.0.0.1", 0))
    return one


def main() -> None:
    """Bind, print the ports, serve."""
    if not os.environ.get("RESONANT_TOKEN"):
        sys.exit("RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand")
    with bound() as control, bound() as wire:
        ports = {"control": control.getsockname()[1], "wire": wire.getsockname()[1]}
        print(json.dumps(ports), flush=True)  # TST-1
        threading.Thread(target=exit_with_input, daemon=True).start()
        Testee(control).serve()


if __name__ == "__main__":
    main()
