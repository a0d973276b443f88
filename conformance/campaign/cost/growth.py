"""Requests of two sizes, of which the larger may take so many times as long as it is larger, and little more."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...model.cases import DIALOGUE
from ...model.peer_requests import CONFIG
from ...properties.streams.sender import Lie, data, plan
from ...wire.body import MAGIC
from ..draw import KEY
from ..generate.sync import frame_of
from ..inputs import Input
from ..layout import Layout, RawSlice

SMALL, LARGE = 1, 16
"""Every row has an input of some size, and one of 16 times that."""
F16, I8 = 1, 2
_NONCE = bytes(24).hex()
_EMPTY = RawSlice(I8, (0,), b"")


@dataclass(frozen=True, slots=True)
class Growth:
    """One way in which inputs grow. make: takes 1 or 16."""

    what: str
    make: Callable[[int], Input]
    grows: bool = True
    """Whether the input is longer; one that only announces more must not take longer at all."""


def _frame(frame: Layout, op: str = "decode") -> Input:
    return Input(op, {"frame": frame.data().hex()})


def _json(payload: bytes) -> Input:
    return _frame(Layout(3, slices=(RawSlice(I8, (len(payload),), payload),)), "read_message")


def _members(times: int) -> bytes:
    return ("{" + ",".join(f'"m{at:04}":0' for at in range(360 * times)) + "}").encode()


def _encode(slices: int) -> Input:
    one = {"dtype": I8, "dims": [0], "payload": ""}
    fields = {"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0}
    return Input("encode", {"fields": {**fields, "slices": [one] * slices}})


def _blocks(count: int) -> Input:
    body = MAGIC + b"\xa0" + struct.pack("<I", 0) + b"\0\0\0" * (count - 1) + b"\1\0\0"
    return Input("decompress", {"zstd": body.hex()})


def _sparse(rows: int) -> Input:
    index = b"".join(struct.pack("<I", at) for at in range(rows))
    given = {"dims": [rows], "values": "003c" * rows, "index_dims": [rows, 1, 4], "index": index.hex()}
    return Input("sparse_decode", given)


def dialogue(*datagrams: bytes) -> Input:
    """A server that is pinged and then gets these."""
    first = frame_of({"method": "ping", "ts": 0, "supports": {"critique": True}}, 1, 0).data()
    steps = [{"send": datagram.hex()} for datagram in (first, *datagrams)]
    return Input(DIALOGUE, {"role": "server", "config": dict(CONFIG), "steps": steps}, ("handshake", "stream"))


def head(**sums: str) -> bytes:
    """A HEAD on stream 3."""
    if not sums:
        return plan(3, [], strong=False, sized=False, lie=Lie.NOTHING).frames[0].datagram
    return frame_of({"method": "head", "dir": "up", **sums}, 3, 0).data()


def tail(number: int) -> bytes:
    """A TAIL on stream 3 below which almost everything is missing."""
    return frame_of({"method": "tail", "frames": str(number - 1), "total_len": "0"}, 3, number).data()


def _held(count: int) -> Input:
    """Frames that wait for the first, and then it."""
    return dialogue(head(), *(data(3, number, b"x").datagram for number in (*range(2, count + 2), 1)))


def _bytes(op: str, member: str, each: int, **others: Any) -> Callable[[int], Input]:
    return lambda times: Input(op, {**others, member: "3c" * each * times})


GROWTHS: tuple[Growth, ...] = (
    Growth(
        "decode, payload", lambda times: _frame(Layout(slices=(RawSlice(I8, (4000 * times,), bytes(4000 * times)),)))
    ),
    Growth("decode, table entries", lambda times: _frame(Layout(slices=(_EMPTY,) * 400 * times))),
    Growth("decode, dims", lambda times: _frame(Layout(slices=(RawSlice(I8, (0,) * 255, b""),) * 3 * times))),
    Growth("encode, slices", lambda times: _encode(400 * times)),
    Growth("tail_hash, bytes", _bytes("tail_hash", "data", 60_000)),
    Growth(
        "space_hash, characters",
        lambda times: Input("space_hash", {"space_id": "a" * 50_000 * times, "arch": "a", "data_sig": "a"}),
    ),
    Growth("decompress, blocks", lambda times: _blocks(1000 * times)),
    Growth("compress, bytes", _bytes("compress", "plain", 4000)),
    Growth("seal, bytes", _bytes("seal", "plain", 60_000, key=KEY, nonce=_NONCE, aad="")),
    Growth("seal, associated data", _bytes("seal", "aad", 60_000, key=KEY, nonce=_NONCE, plain="")),
    Growth("open, bytes", _bytes("open", "sealed", 60_000, key=KEY, nonce=_NONCE, aad="")),
    Growth(
        "read_message, JSON depth", lambda times: _json(b'{"x":' + b"[" * 1900 * times + b"]" * 1900 * times + b"}")
    ),
    Growth("read_message, JSON members", lambda times: _json(_members(times))),
    Growth("read_message, JSON digits", lambda times: _json(b'{"x":0.' + b"1" * 3900 * times + b"}")),
    Growth(
        "sparse_encode, elements",
        lambda times: Input("sparse_encode", {"dims": [10_000 * times], "dense": "003c" * 10_000 * times}),
    ),
    Growth("sparse_decode, rows", lambda times: _sparse(5000 * times)),
    Growth("quantize, elements", _bytes("quantize", "data", 20_000, bits=4, source="f16")),
    Growth(
        "dequantize, elements",
        lambda times: Input("dequantize", {"bits": 8, "count": 10_000 * times, "codes": "01" * 10_000 * times}),
    ),
    Growth("held frames", lambda times: _held(60 * times)),
    Growth(
        "missing numbers",
        lambda times: dialogue(head(), *(tail(1000 if times == 1 else 1 << 62) for _ in range(7))),
        grows=False,
    ),
)

ANNOUNCEMENTS: Mapping[str, Callable[[], Input]] = {
    "decode, slices announced": lambda: _frame(Layout(num_slices=1 << 60)),
    "decode, a slice's length announced": lambda: _frame(
        Layout(slices=(RawSlice(I8, (4,), b"abcd", length=(1 << 32) - 1),))
    ),
    "decode, elements announced": lambda: _frame(Layout(slices=(RawSlice(I8, ((1 << 32) - 1,) * 4, b"abcd"),))),
    "decompress, content announced": lambda: Input(
        "decompress", {"zstd": (MAGIC + b"\xa0" + struct.pack("<I", (1 << 32) - 1) + b"\1\0\0").hex()}
    ),
    "decode, content announced": lambda: _frame(
        Layout(flags=1, slices=(_EMPTY,), packed=MAGIC + b"\xe0" + struct.pack("<Q", 1 << 40) + b"\1\0\0")
    ),
    "sparse_decode, elements announced": lambda: Input(
        "sparse_decode", {"dims": [(1 << 32) - 1], "values": "", "index_dims": [0, 1, 4], "index": ""}
    ),
    "dequantize, elements announced": lambda: Input("dequantize", {"bits": 4, "count": (1 << 32) - 1, "codes": "00"}),
    "a stream of many frames announced": lambda: dialogue(
        head(frames=str((1 << 64) - 1), total_len=str((1 << 64) - 1), md5="0" * 32, xxhash3_64="0" * 16)
    ),
    "a TAIL of a great number": lambda: dialogue(head(), tail(1 << 62)),
    "a TAIL of a great number without HEAD": lambda: dialogue(tail(1 << 62)),
    "a number far ahead": lambda: dialogue(head(), data(3, 1 << 62, b"x").datagram),
}
"""Inputs that say much and hold little."""
