"""The pseudocode of specs/testee.md section 1 in Python: each of its lines is a comment, followed by what it means.

A program of its own, which test_pseudocode.py starts as a testee. It is written as plainly as the pseudocode.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import resonant

HEAD, PIECE_BYTES = struct.Struct("<4sIHH"), 60_000
OPS = Path(sys.argv[1])  # specs/ops


def decoded(frame: str, key: str = "") -> dict[str, Any]:
    one = resonant.decode(bytes.fromhex(frame), key=bytes.fromhex(key) if key else None)
    slices = [{"dtype": int(s.dtype), "dims": list(s.dims), "payload": s.payload.hex()} for s in one.slices]
    numbers = {name: int(getattr(one, name)) for name in ("type", "flags", "stream_id", "space_hash32", "modality")}
    return {"fields": {**numbers, "frame_seq": str(one.frame_seq), "slices": slices}}


def encoded(fields: dict[str, Any], **_: Any) -> dict[str, Any]:
    slices = tuple(
        resonant.Slice(one["dtype"], tuple(one["dims"]), bytes.fromhex(one["payload"])) for one in fields["slices"]
    )
    frame = resonant.Frame(**{**fields, "frame_seq": int(fields["frame_seq"]), "slices": slices})
    return {"frame": resonant.encode(frame).hex()}


def greeting(token: str) -> dict[str, Any]:
    return {"name": "pseudocode", "version": "1", "language": "Python", "spec": "1.0", "profiles": ["frame"]}


TABLE: dict[str, Callable[..., dict[str, Any]]] = {
    "hello": greeting,
    "decode": decoded,
    "encode": encoded,
    "space_hash": lambda **parts: {"space_hash32": resonant.space_hash32(**parts)},
    "tail_hash": lambda data: {"xxhash3_64": resonant.tail_hash_hex(bytes.fromhex(data))},
    "stop": dict,
}


def fits(name: str, value: object) -> bool:
    """Whether it is a request by specs/ops/request.json, or an input of this op by specs/ops/<op>.json."""
    schema = json.loads((OPS / f"{name}.json").read_bytes())
    if name != "request":
        schema = schema["$defs"]["input"]
    if name == "encode":
        schema["properties"]["fields"] = json.loads((OPS / "fields.json").read_bytes())
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def exit_at_end_of_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def parsed(message: bytes) -> Any:
    try:
        return json.loads(message)
    except ValueError:
        return "wrong"


def well_formed(datagram: bytes) -> bool:
    if len(datagram) < HEAD.size:
        return False
    magic, _, index, count = HEAD.unpack_from(datagram)
    most = {b"RTP1": PIECE_BYTES, b"RTPA": 0}.get(magic, -1)
    return bool(index < count <= 300 and len(datagram) - HEAD.size <= most)


class Loop:
    """The state that the pseudocode remembers, and its handling of datagrams."""

    def __init__(self) -> None:
        # control = udp_bind("127.0.0.1", 0)
        self.control = socket.socket(type=socket.SOCK_DGRAM)
        self.control.bind(("127.0.0.1", 0))
        # wires = empty map; with peers also: wires["udp"] = udp_bind("127.0.0.1", 0)
        wires: dict[str, int] = {}
        # print_line(json({"control": port(control), "wires": {name: port(wires[name]), ...}})); flush
        print(json.dumps({"control": self.control.getsockname()[1], "wires": wires}), flush=True)
        # in the background: read standard input to its end, then exit
        threading.Thread(target=exit_at_end_of_input, daemon=True).start()
        # runner = none; kept = empty map; current = none; pieces = empty map
        self.runner: Any = None
        self.kept: dict[int, bytes] = {}
        self.current: Any = None
        self.pieces: dict[int, bytes] = {}

    def forever(self) -> None:
        # forever:
        while True:
            # datagram, sender = receive(control)
            datagram, sender = self.control.recvfrom(65_536)
            # if runner is not none and sender is not runner: continue
            if self.runner is not None and sender != self.runner:
                continue
            # if datagram is not well-formed: continue
            if not well_formed(datagram):
                continue
            # id, index, count = head(datagram)
            magic, self.id, index, self.count = HEAD.unpack_from(datagram)
            # if datagram is an ask:
            if magic == b"RTPA":
                # if id in kept and count = number of pieces of kept[id]: send_piece(index)
                if self.id in self.kept and self.count == self.number_of_pieces():
                    self.send_piece(index)
                # continue
                continue
            self.take(index, datagram, sender)

    def take(self, index: int, datagram: bytes, sender: Any) -> None:
        # if id in kept:
        if self.id in self.kept:
            # if index = count - 1: send_piece(0)
            if index == self.count - 1:
                self.send_piece(0)
            # continue
            return
        # if (sender, id, count) is not current: current = (sender, id, count); pieces = empty map
        if (sender, self.id, self.count) != self.current:
            self.current, self.pieces = (sender, self.id, self.count), {}
        # pieces[index] = what is behind the head
        self.pieces[index] = datagram[HEAD.size :]
        # if number of pieces < count:
        if len(self.pieces) < self.count:
            # if runner is not none: send_ask(first index that pieces lacks)
            if self.runner is not None:
                self.send_ask(next(at for at in range(self.count) if at not in self.pieces))
            # continue
            return
        # request = parse_json(pieces joined in the order of index), or "wrong" if they are none
        self.perform(parsed(b"".join(self.pieces[at] for at in range(self.count))), sender)

    def perform(self, request: Any, sender: Any) -> None:
        # if runner is none:
        if self.runner is None:
            # if request is not a hello whose token is RESONANT_TOKEN of the environment: continue
            if not hello_with_token(request):
                return
            # runner = sender
            self.runner = sender
        # kept[id] = json(answer(request)); drop the oldest of more than 64
        self.kept[self.id] = json.dumps(answer(request)).encode()
        if len(self.kept) > 64:
            self.kept.pop(next(iter(self.kept)))
        # send_piece(0)
        self.send_piece(0)
        # if request is a well-formed stop: exit 0
        if self.kept[self.id] == b'{"ok": {}}':
            sys.exit(0)

    def number_of_pieces(self) -> int:
        return -(-len(self.kept[self.id]) // PIECE_BYTES)

    def send_piece(self, i: int) -> None:
        # send_piece(i): send("RTP1", id, i, number of pieces of kept[id]), and behind it
        # the bytes of kept[id] from 60000 * i on, at most 60000
        part = self.kept[self.id][60_000 * i :][:60_000]
        self.control.sendto(HEAD.pack(b"RTP1", self.id, i, self.number_of_pieces()) + part, self.runner)

    def send_ask(self, i: int) -> None:
        # send_ask(i): send("RTPA", id, i, count), and nothing behind it
        self.control.sendto(HEAD.pack(b"RTPA", self.id, i, self.count), self.runner)


def hello_with_token(request: Any) -> bool:
    if type(request) is not dict or request.get("op") != "hello":
        return False
    given = request.get("input")
    return type(given) is dict and given.get("token") == os.environ["RESONANT_TOKEN"]


def answer(request: Any) -> dict[str, Any]:
    # answer(request):
    # if request is wrong, or has not exactly op, case, profile, input: return {"error": text}
    if not fits("request", request):
        return {"error": "a request has op, case, profile and input"}
    # if request.op is not in table: return {"unsupported": request.op}
    if request["op"] not in TABLE:
        return {"unsupported": request["op"]}
    # if request.op is one on peers: handle what waits on wires
    # if request.input does not fit specs/ops/<op>.json: return {"error": text}
    if not fits(request["op"], request["input"]):
        return {"error": f"this is no input of {request['op']}"}
    # if it needs a profile that is not claimed: return {"unsupported": its name}
    if flags_of(request["input"]) & 3:
        return {"unsupported": "zstd or xchacha"}
    # call table[request.op] with request.input:
    try:
        # it returns a result: return {"ok": result}
        return {"ok": TABLE[request["op"]](**request["input"])}
    # the implementation rejects the input: return {"reject": {"code": its code, or "REJECTED"}}
    except resonant.ResonantError as error:
        return {"reject": {"code": error.code}}
    # anything else goes wrong: let the process end; the runner starts it again


def flags_of(given: dict[str, Any]) -> int:
    """The flags of a frame that is encoded, or that decodes."""
    if "fields" in given:
        return int(given["fields"]["flags"])
    key = bytes.fromhex(given["key"]) if "key" in given else None
    try:
        return int(resonant.decode(bytes.fromhex(given["frame"]), key=key).flags) if "frame" in given else 0
    except resonant.ResonantError:
        return 0


if __name__ == "__main__":
    Loop().forever()
