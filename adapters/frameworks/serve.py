"""A testee for array frameworks: the protocol of specs/testee.md for the profiles `quant` and `sparse`.

Standard library only, so that it can be imported before anything that may be missing. A testee gives `serve` its name,
its performers and the one exception that is a refusal:

    serve(Implementation("mine", "1.0", ResonantError, {"quantize": quantize, …}))

A performer takes the members of its op's input as keywords, bytes in place of hexadecimal, and returns the members of
the result, memoryviews in place of hexadecimal. It is called with what fits the schema only.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from .shapes import NOTHING, REQUEST, SHAPES, BadRequestError, members

HEAD = struct.Struct("<4sIHH")
MAGIC = b"RTP1"
MAX_PIECES = 300
PIECE_BYTES = 60_000
KEPT_REPLIES = 64
BUFFER_BYTES = 4 << 20
PROFILES = ("quant", "sparse")

Address: TypeAlias = tuple[Any, ...]
Performer: TypeAlias = Callable[..., Mapping[str, memoryview]]


@dataclass(frozen=True, slots=True)
class Implementation:
    """What a testee stands for."""

    name: str
    version: str
    refusal: type[Exception]
    """What a performer raises to refuse its input; it has the attribute `code`. Anything else ends the process."""
    performers: Mapping[str, Performer]


def parse(message: bytes) -> Any:
    """JSON in UTF-8. Raises BadRequestError."""
    try:
        return json.loads(message.decode(), parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"the message is not JSON: {error}") from None


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def answer(implementation: Implementation, message: bytes) -> tuple[str, dict[str, Any]]:
    """The op of a message and the reply to it."""
    op = ""
    try:
        request = members("the message", parse(message), REQUEST, NOTHING)
        op = request["op"]
        if op not in SHAPES:
            return op, {"unsupported": op}  # TST-9, TST-10
        return op, {"ok": perform(implementation, op, members("input", request["input"], *SHAPES[op]))}
    except BadRequestError as error:
        return op, {"error": str(error)}  # TST-11
    except implementation.refusal as error:
        return op, {"reject": {"code": str(getattr(error, "code", "REJECTED")), "detail": str(error)}}  # TST-13, TST-14


def perform(implementation: Implementation, op: str, given: dict[str, Any]) -> dict[str, Any]:
    """The result of an op whose input is known to fit."""
    if op == "stop":
        return {}
    if op == "hello":  # TST-12
        if given["token"] != os.environ["RESONANT_TOKEN"]:
            raise BadRequestError("input.token is not the token")
        who = {"name": implementation.name, "version": implementation.version}
        return {**who, "language": "Python", "spec": "1.0", "profiles": PROFILES}
    return {name: data.hex() for name, data in implementation.performers[op](**given).items()}


class Testee:
    """The control socket and what has to be remembered between datagrams."""

    __test__ = False  # not a test class, in spite of its name

    def __init__(self, control: socket.socket, implementation: Implementation, attached: bool) -> None:
        self.control = control
        self.implementation = implementation
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
        self.current, self.pieces = None, {}
        if self.runner is None and not shows_token(message):
            return ""
        self.runner = sender  # TST-6
        op, reply = answer(self.implementation, message)
        self.kept[request_id] = cut(reply, request_id)
        if len(self.kept) > KEPT_REPLIES:
            self.kept.popitem(last=False)
        self.send(self.kept[request_id], sender)
        return op if "ok" in reply else ""

    def send(self, datagrams: list[bytes], to: Address) -> None:
        """Send all pieces of a reply."""
        for datagram in datagrams:
            self.control.sendto(datagram, to)


def shows_token(message: bytes) -> bool:
    """Whether this is a hello with the right token."""
    try:
        request = parse(message)
    except BadRequestError:
        return False
    given = request.get("input") if type(request) is dict and request.get("op") == "hello" else None
    return type(given) is dict and given.get("token") == os.environ["RESONANT_TOKEN"]


def cut(reply: dict[str, Any], request_id: int) -> list[bytes]:
    """A reply as datagrams (TST-4)."""
    message = json.dumps(reply, separators=(",", ":")).encode()
    count = -(-len(message) // PIECE_BYTES)
    if count > MAX_PIECES:
        return cut({"error": f"the result takes {len(message)} bytes, more than {MAX_PIECES} pieces hold"}, request_id)
    return [
        HEAD.pack(MAGIC, request_id, at, count) + message[at * PIECE_BYTES : (at + 1) * PIECE_BYTES]
        for at in range(count)
    ]


def exit_at_end_of_input() -> None:
    """TST-2. From the descriptor, as a thread inside `sys.stdin` would disturb the end of the interpreter."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def serve(implementation: Implementation) -> None:
    """Bind, print the ports, answer until told to stop."""
    parser = argparse.ArgumentParser(description=f"The testee of {implementation.name}.")
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
        Testee(control, implementation, attached=attach is not None).serve()
