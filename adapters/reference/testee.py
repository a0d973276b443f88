"""The testee over the Python package `resonant` (specs/testee.md).

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable
from importlib import metadata
from typing import Any, TypeAlias

import resonant

HEAD = struct.Struct("<4sIHH")
MAGIC = b"RTP1"
MAX_PIECES = 300
PIECE_BYTES = 60_000
KEPT_REPLIES = 64
BUFFER_BYTES = 4 << 20
PROFILES = ("frame", "zstd", "xchacha")
DECIMAL = re.compile("0|[1-9][0-9]{0,19}")

Address: TypeAlias = tuple[Any, ...]
Check: TypeAlias = Callable[[str, Any], Any]
"""Takes where a value stands and the value; returns it as the implementation wants it. Raises BadRequestError."""
Shape: TypeAlias = dict[str, Check]


class BadRequestError(Exception):
    """A request that does not fit its schema (TST-11)."""


# Shapes: one function for each kind of value in specs/ops/.


def integer(least: int, most: int) -> Check:
    """An integer of these bounds, both included."""

    def check(at: str, value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BadRequestError(f"{at} is not an integer from {least} to {most}")
        return value

    return check


def hexadecimal(size: int | None = None) -> Check:
    """Bytes as lower-case hexadecimal, of one size if it is given."""

    def check(at: str, value: Any) -> bytes:
        data = _from_hex(value) if type(value) is str else None
        if data is None or (size is not None and len(data) != size):
            raise BadRequestError(f"{at} is not lower-case hexadecimal" + ("" if size is None else f" of {size} bytes"))
        return data

    return check


def _from_hex(text: str) -> bytes | None:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    return data if data.hex() == text else None  # fromhex also takes spaces and capitals


def text(at: str, value: Any) -> str:
    """Any string, as long as it is Unicode: JSON can also spell half a surrogate pair."""
    if type(value) is not str or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadRequestError(f"{at} is not a string of Unicode text")
    return value


def decimal(at: str, value: Any) -> int:
    """A u64 as a decimal string without leading zeros."""
    if type(value) is not str or not DECIMAL.fullmatch(value) or int(value) >= 2**64:
        raise BadRequestError(f"{at} is not a u64 as a decimal string")
    return int(value)


def array(check: Check) -> Check:
    """A list of values of one kind."""

    def check_all(at: str, value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise BadRequestError(f"{at} is not an array")
        return tuple(check(f"{at}[{index}]", one) for index, one in enumerate(value))

    return check_all


def op_name(at: str, value: Any) -> str:
    """A string that is not empty."""
    if value == "":
        raise BadRequestError(f"{at} is empty")
    return text(at, value)


def any_object(at: str, value: Any) -> dict[str, Any]:
    """An object whose members are checked later, when the op is known."""
    if type(value) is not dict:
        raise BadRequestError(f"{at} is not an object")
    return value


def members(at: str, value: Any, needed: Shape, optional: Shape) -> dict[str, Any]:
    """An object with exactly these members."""
    given = any_object(at, value)
    shape = needed | optional
    for name in [*needed, *given]:
        if name not in given or name not in shape:
            raise BadRequestError(f"{at} {'lacks' if name in shape else 'has an unknown'} member {name!r}")
    return {name: shape[name](f"{at}.{name}", one) for name, one in given.items()}


def frame_slice(at: str, value: Any) -> resonant.Slice:
    """One slice of fields.json."""
    return resonant.Slice(**members(at, value, SLICE, {}))


def frame_fields(at: str, value: Any) -> resonant.Frame:
    """fields.json; values that no frame may have are let through to the implementation."""
    return resonant.Frame(**members(at, value, FIELDS, {}))


U8, U16, U32 = integer(0, 0xFF), integer(0, 0xFFFF), integer(0, 0xFFFF_FFFF)
KEY, NONCE, LEVEL = hexadecimal(32), hexadecimal(24), integer(1, 22)
DATA = hexadecimal()
SLICE: Shape = {"dtype": U8, "dims": array(U32), "payload": DATA}
FIELDS: Shape = {
    "type": U8,
    "flags": U16,
    "stream_id": U32,
    "frame_seq": decimal,
    "space_hash32": U32,
    "modality": U8,
    "slices": array(frame_slice),
}
REQUEST: Shape = {"op": op_name, "case": text, "profile": text, "input": any_object}


# Ops: what each needs, what it may have, and the call.


def hello(token: str) -> dict[str, Any]:
    """TST-12."""
    if token != os.environ["RESONANT_TOKEN"]:
        raise BadRequestError("input.token is not the token")
    version = metadata.version("resonant-conformance")
    return {"name": "resonant", "version": version, "language": "Python", "spec": "1.0", "profiles": PROFILES}


def decode(frame: bytes, key: bytes | None = None) -> dict[str, Any]:
    """A frame's bytes to its fields."""
    f = resonant.decode(frame, key=key)
    slices = [{"dtype": int(s.dtype), "dims": list(s.dims), "payload": s.payload.hex()} for s in f.slices]
    fields = {name: int(getattr(f, name)) for name in ("type", "flags", "stream_id", "space_hash32", "modality")}
    return {"fields": {**fields, "frame_seq": str(f.frame_seq), "slices": slices}}


def encode(fields: resonant.Frame, **options: Any) -> dict[str, Any]:
    """Fields to a frame's bytes."""
    return {"frame": resonant.encode(fields, **options).hex()}


SEALING: Shape = {"key": KEY, "nonce": NONCE, "aad": DATA}
OPS: dict[str, tuple[Shape, Shape, Callable[..., dict[str, Any]]]] = {
    "hello": ({"token": text}, {}, hello),
    "decode": ({"frame": DATA}, {"key": KEY}, decode),
    "encode": ({"fields": frame_fields}, {"key": KEY, "nonce": NONCE, "level": LEVEL}, encode),
    "space_hash": (
        {"space_id": text, "arch": text, "data_sig": text},
        {},
        lambda **parts: {"space_hash32": resonant.space_hash32(**parts)},
    ),
    "tail_hash": ({"data": DATA}, {}, lambda data: {"xxhash3_64": resonant.tail_hash_hex(data)}),
    "compress": (
        {"plain": DATA},
        {"level": LEVEL},
        lambda plain, **options: {"zstd": resonant.compress(plain, **options).hex()},
    ),
    "decompress": ({"zstd": DATA}, {}, lambda zstd: {"plain": resonant.decompress(zstd).hex()}),
    "seal": (SEALING | {"plain": DATA}, {}, lambda plain, **by: {"sealed": resonant.seal(plain, **by).hex()}),
    "open": (SEALING | {"sealed": DATA}, {}, lambda sealed, **by: {"plain": resonant.open_sealed(sealed, **by).hex()}),
    "stop": ({}, {}, dict),
}


def answer(message: bytes) -> tuple[str, dict[str, Any]]:
    """The op of a message and the reply to it. Whatever else the implementation raises ends the process (section 5)."""
    op = ""
    try:
        request = members("the message", parse(message), REQUEST, {})
        op = request["op"]
        if op not in OPS:
            return op, {"unsupported": op}  # TST-9
        needed, optional, perform = OPS[op]
        return op, {"ok": perform(**members("input", request["input"], needed, optional))}
    except BadRequestError as error:
        return op, {"error": str(error)}  # TST-11
    except resonant.ResonantError as error:
        return op, {"reject": {"code": error.code, "detail": str(error)}}  # TST-13


def parse(message: bytes) -> Any:
    """JSON in UTF-8. Raises BadRequestError."""
    try:
        return json.loads(message.decode())
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"the message is not JSON: {error}") from None


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
        op, reply = answer(message)
        self.kept[request_id] = cut(json.dumps(reply, separators=(",", ":")).encode(), request_id)
        if len(self.kept) > KEPT_REPLIES:
            self.kept.popitem(last=False)
        self.send(self.kept[request_id], sender)
        return op

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
        Testee(control, attached=attach is not None).serve()


if __name__ == "__main__":
    main()
