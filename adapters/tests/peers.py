"""Frames of peers made and read by hand (specs/frame.md), and a conversation with the peers of a testee."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from adapters.driver import Ok, Testee, WirePeer

THINK, SYNC = 0, 3
XCHACHA = 2
SERVER = "the-server"
"""The link of a client's server."""
SALT = bytes(range(16))
KEY = bytes(range(32))
CONFIG: Mapping[str, Any] = {
    "embedding_space_id": "demo",
    "space_hash32": 7,
    "d_model": 4,
    "modality": ["text"],
    "compress": ["none"],
    "crypto": ["none"],
    "dtype": ["f16"],
    "critique": False,
    "require_crypto": False,
    "salt": SALT.hex(),
}
SLICE: Mapping[str, Any] = {"dtype": 1, "dims": [2], "payload": "003c00c0"}
MESSAGE: Mapping[str, Any] = {"kind": "message", "stream_id": 9, "type": THINK, "modality": 0, "slices": [SLICE]}


def frame(kind: int, stream_id: int, number: int, slices: list[bytes], lengths: list[int]) -> bytes:
    """A frame without transforms; slices as in the plain body, lengths of their payloads."""
    head = struct.pack("<BBHIQQ", 1, kind, 0, stream_id, number, len(slices))
    data = head + struct.pack(f"<{len(lengths)}I", *lengths) + struct.pack("<IB", 7, 0) + b"".join(slices)
    return data + struct.pack("<I", zlib.crc32(data))


def sync(stream_id: int, number: int, members: Mapping[str, Any]) -> bytes:
    """A Sync frame: its JSON in a slice of dtype I8."""
    text = json.dumps(members).encode()
    return frame(SYNC, stream_id, number, [struct.pack("<BBI", 2, 1, len(text)) + text], [len(text)])


def ping(stream_id: int = 1, number: int = 0, **members: Any) -> bytes:
    """A ping that names nothing but what is given."""
    return sync(stream_id, number, {"method": "ping", "ts": 0, **members})


def think(stream_id: int, number: int) -> bytes:
    """A Think of two halves."""
    payload = bytes.fromhex(SLICE["payload"])
    return frame(THINK, stream_id, number, [struct.pack("<BBI", 1, 1, 2) + payload], [len(payload)])


def said(datagram: bytes) -> dict[str, Any]:
    """The JSON of a Sync frame without transforms, {} for a HEART; its CRC is right."""
    assert zlib.crc32(datagram[:-4]) == int.from_bytes(datagram[-4:], "little")
    assert datagram[1] == SYNC
    count = int.from_bytes(datagram[16:24], "little")
    text = datagram[29 + 4 * count + 6 : -4]
    found: dict[str, Any] = json.loads(text) if count else {}
    return found


def link_of(end: WirePeer) -> str:
    """The link by which a server calls this end."""
    return f"udp-{end.port}"


class Talk:
    """A testee whose peers are asked by op, and what they sent."""

    def __init__(self, testee: Testee) -> None:
        self.testee = testee
        assert testee.wire_address is not None
        self.wire = testee.wire_address

    def ask(self, op: str, **given: Any) -> dict[str, Any]:
        """The result of an op that is performed."""
        answer = self.testee.ask(op, given)
        assert isinstance(answer, Ok), answer
        return dict(answer.value)

    def serve(self, **changes: Any) -> None:
        """Open the peers as a server."""
        self.ask("peer_open", role="server", config={**CONFIG, **changes})

    def connect(self, end: WirePeer, stream_id: int = 1, **changes: Any) -> None:
        """Open them as a client of this end."""
        given = {"link": SERVER, "transport": "udp", "remote": end.port, "stream_id": stream_id}
        self.ask("peer_open", role="client", config={**CONFIG, **changes}, **given)

    def events(self) -> list[dict[str, Any]]:
        """peer_poll."""
        events = self.ask("peer_poll")["events"]
        assert isinstance(events, list)
        return events

    def named(self) -> list[tuple[str, str]]:
        """peer_poll, as links and names alone."""
        return [(event["link"], event["event"]) for event in self.events()]

    def greet(self, end: WirePeer, stream_id: int = 1, **members: Any) -> bytes:
        """Establish a session of a server with this end; the capability."""
        end.send(ping(stream_id, **members), self.wire)
        assert self.named() == [(link_of(end), "established")]
        (capability,) = end.received()
        return capability
