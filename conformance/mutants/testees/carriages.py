"""Testees whose ops on peers over QUIC are wrong, and some that are not choosy about the protocol."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from ...model.transports import QUIC
from ..engine.patches import Change, edited, wrapped
from .wrong import WrongTestee, breaking

Method = Callable[..., Any]
_ALWAYS_SET = 0x40
"""A bit of the first byte of each packet (RFC 9000 section 17)."""
ACTS, TAKING, WIRE = "asyncio.quic_acts.QuicActs", "quic_peers._Taking", "quic_wire"


def _over_quic(probes: str, name: str, about: str, change: Change) -> WrongTestee:
    return breaking(probes, name, about, change, QUIC)


def _told_as_an_end(right: Method) -> Method:
    def receive_close(self: Any, link: str, number: int | None, now_ms: int) -> None:
        right(self, link, number or 0, now_ms)

    return receive_close


def _ended_by_garbage(right: Method) -> Method:
    def take(self: Any, packet: bytes, address: Any) -> None:
        if not packet or not packet[0] & _ALWAYS_SET:
            for one in self.links.values():
                one.connection.close(error_code=0)
        right(self, packet, address)

    return take


def _nothing_lost(right: Method) -> Method:
    def write(self: Any, on: int, data: bytes, *, end: bool = False) -> None:
        before = self._lost
        right(self, on, data, end=end)
        if self._lost != before:
            raise ValueError(on)

    return write


WRONG: tuple[WrongTestee, ...] = (
    _over_quic(
        "carriages-in-parts",
        "takes-all-of-a-carriage",
        "Takes more bytes of a carriage than the op says.",
        edited(f"{TAKING}.carriage", "most = self.arrived.bytes - came.taken", "most = 1 << 16"),
    ),
    _over_quic(
        "carriages-counted",
        "counts-main-alone",
        "Tells what was sent on main, and not what was sent on unis.",
        edited(f"{ACTS}._write", "self.sent += len(data)", "self.sent += 0 if on else len(data)"),
    ),
    _over_quic(
        "carriages-counted",
        "stops-uncounted",
        "Does not tell which streams it stopped.",
        edited(f"{ACTS}._stop", "self.ends += 1", "self.ends += 0"),
    ),
    _over_quic(
        "before-main",
        "dies-before-main",
        "Ends where it owes something on a main that is not there.",
        wrapped(f"{ACTS}._write", _nothing_lost),
    ),
    _over_quic(
        "other-protocol",
        "any-protocol",
        "Takes connections whatever protocol they offer.",
        edited(
            f"{WIRE}._configuration",
            "alpn_protocols=[ALPN]",
            "alpn_protocols=[ALPN] if is_client else [ALPN, 'resonant/0']",
        ),
    ),
    _over_quic(
        "other-server",
        "no-connection-is-an-end",
        "Takes a connection that cannot be made for one that ended well.",
        wrapped("endpoint.quic_endpoint.QuicEndpoint.receive_close", _told_as_an_end),
    ),
    _over_quic(
        "garbage-packets",
        "ends-at-garbage",
        "Ends every connection at a packet that it cannot read.",
        wrapped(f"{WIRE}.QuicWire._take", _ended_by_garbage),
    ),
    _over_quic(
        "never-granted",
        "keeps-all-over-quic",
        "Keeps any number of bytes for an end that grants nothing.",
        edited(f"{ACTS}.take_gone", "self.sent - waiting - self._gone", "self.sent - self._gone"),
    ),
)
if find_spec("aioquic") is None:
    WRONG = ()
