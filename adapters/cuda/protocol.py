"""The testee protocol (specs/testee.md) for both builds of kernels.cu: datagrams, requests, replies."""

from __future__ import annotations

import argparse
import json
import os
import socket
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeAlias

from .ops import Backend, Op, Ops, RefusedError, TooLongError
from .shapes import Shape, ShapeError, anything, members, name, text

HEAD: Final = struct.Struct("<4sIHH")
MAGIC: Final = b"RTP1"
MAX_PIECES: Final = 300
PIECE_BYTES: Final = 60_000
KEPT_REPLIES: Final = 64
BUFFER_BYTES: Final = 4 << 20
REPLY_MARGIN_BYTES: Final = 100  # for what stands around the hexadecimal digits
REQUEST: Final[Shape] = {"op": name, "case": text, "profile": text, "input": anything}
PROFILES: Final = ("quant", "sparse")

Address: TypeAlias = tuple[Any, ...]


def allow(size: int) -> None:
    """Raise TooLongError if no reply can carry that many bytes as hexadecimal."""
    if 2 * size > MAX_PIECES * PIECE_BYTES - REPLY_MARGIN_BYTES:
        raise TooLongError(f"the result has {size} bytes, more than {MAX_PIECES} pieces of a reply can carry")


class Answerer:
    """Turns a message into the reply to it."""

    def __init__(self, implementation: str, token: str, backend: Backend) -> None:
        self.token = token
        identity = {"name": implementation, "version": "1", "language": "CUDA C++", "spec": "1.0"}

        def hello(token: str) -> dict[str, Any]:
            if token != self.token:
                raise ShapeError("input.token is not the token")
            return {**identity, "profiles": PROFILES}  # TST-12

        self.ops: Mapping[str, Op] = {
            "hello": Op({"token": text}, {}, hello),
            "stop": Op({}, {}, dict),
            **Ops(backend, allow).table,
        }

    def shows_token(self, message: bytes) -> bool:
        """Whether this is a hello with the right token (TST-6)."""
        try:
            request = parse(message)
        except ShapeError:
            return False
        given = request.get("input") if type(request) is dict and request.get("op") == "hello" else None
        return type(given) is dict and given.get("token") == self.token

    def answer(self, message: bytes) -> tuple[str, dict[str, Any]]:
        """The op of a message and the reply to it. What else is raised ends the process (section 5)."""
        asked = ""
        try:
            request = members("the message", parse(message), REQUEST, {})
            asked = request["op"]
            if asked not in self.ops:
                return asked, {"unsupported": asked}  # TST-9, TST-10
            op = self.ops[asked]
            return asked, {"ok": op.perform(**members("input", request["input"], op.needed, op.optional))}
        except (ShapeError, TooLongError) as error:
            return asked, {"error": str(error)}  # TST-11
        except RefusedError as error:
            return asked, {"reject": {"code": str(error)}}  # TST-13


def parse(message: bytes) -> Any:
    """JSON in UTF-8. Raises ShapeError."""
    try:
        return json.loads(message.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ShapeError(f"the message is not JSON: {error}") from None


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


class Testee:
    """The control socket and what has to be remembered between datagrams."""

    __test__ = False

    def __init__(self, control: socket.socket, answerer: Answerer, attached: bool) -> None:
        self.control = control
        self.answerer = answerer
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
            if self.runner not in (None, sender) or self.take(datagram, sender) != "stop":
                continue
            if not self.attached:
                return
            self.forget()  # TST-3

    def take(self, datagram: bytes, sender: Address) -> str:
        """Handle one datagram. The op whose performance it completed successfully, or an empty string."""
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
        if self.runner is None and not self.answerer.shows_token(message):
            return ""
        self.runner = sender  # TST-6
        op, reply = self.answerer.answer(message)
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
    count = -(-len(message) // PIECE_BYTES)
    assert 0 < count <= MAX_PIECES
    return [
        HEAD.pack(MAGIC, request_id, at, count) + message[at * PIECE_BYTES : (at + 1) * PIECE_BYTES]
        for at in range(count)
    ]


def exit_at_end_of_input() -> None:
    """TST-2. From the descriptor, as a thread inside `sys.stdin` would disturb the end of the interpreter."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def add_attach(parser: argparse.ArgumentParser) -> None:
    """Declare --attach, for a testee that is started by hand."""
    parser.add_argument("--attach", type=int, nargs="?", const=0, metavar="PORT", help="started by hand; control port")


def serve(implementation: str, attach: int | None, open_backend: Callable[[], Backend]) -> None:
    """Bind, print the ports, answer until stopped. `implementation` is its name in hello.

    Exits with one line on standard error, before the ports, if the token is missing or the backend cannot be opened:
    then `open_backend` raises SystemExit with that line.
    """
    token = os.environ.get("RESONANT_TOKEN")
    if not token:
        raise SystemExit("the environment variable RESONANT_TOKEN is not set: the runner sets it, or whoever attaches")
    answerer = Answerer(implementation, token, open_backend())
    with socket.socket(type=socket.SOCK_DGRAM) as control, socket.socket(type=socket.SOCK_DGRAM) as wire:
        for one, port in ((control, attach or 0), (wire, 0)):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            one.bind(("127.0.0.1", port))
        print(json.dumps({"control": control.getsockname()[1], "wire": wire.getsockname()[1]}), flush=True)  # TST-1
        if attach is None:
            threading.Thread(target=exit_at_end_of_input, daemon=True).start()
        Testee(control, answerer, attached=attach is not None).serve()
