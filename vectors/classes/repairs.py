"""The classes of the ops repair_encode and repair_decode, and of the dialogues on FEC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .row import Row
from .talk import Talk
from .view import View

ROLES = ("server", "client")
DROPS = ("BAD_REPAIR", "CRC_MISMATCH", "REPAIR_MISMATCH", "DUPLICATE", "BUFFER_LIMIT", "BAD_VERSION")
CLIENT_DROPS = tuple(code for code in DROPS if code != "BUFFER_LIMIT")
"""16 MiB are sent to a server alone: they take long."""
_HEAD_BYTES = 20


def _shape(view: View) -> Iterable[Any]:
    return [(len(view.given["frames"]), view.given["r"])]


def _frames(view: View) -> Iterable[int]:
    return [len(view.given["frames"])]


def _largest(view: View) -> Iterable[int]:
    return [max((len(frame) // 2 for frame in view.given["frames"]), default=0)]


def _parities(view: View) -> Iterable[int]:
    return [view.given["r"]]


def _steps(view: View) -> Iterable[int]:
    return [view.given["step"]]


def _lengths(view: View) -> Iterable[int]:
    return {len(datagram) // 2 for datagram in view.given["repair"]}


def _recovered(view: View) -> Iterable[Any]:
    """k of the first datagram, and the frames that come out of it."""
    datagram = bytes.fromhex(view.given["repair"][0])
    return [(datagram[16], len(view.result["frames"]))] if "frames" in view.result else []


def _field(view: View) -> Iterable[Any]:
    """The offset and value of a field of one byte in the first datagram."""
    datagram = bytes.fromhex(view.given["repair"][0])
    return [(at, datagram[at]) for at in range(16, _HEAD_BYTES) if len(datagram) > _HEAD_BYTES]


def _talk(measure: Callable[[Talk], Iterable[Any]]) -> Callable[[View], Iterable[Any]]:
    return lambda view: measure(view.talk)


def _drops(talk: Talk) -> Iterable[Any]:
    return ((talk.role, event["code"]) for event in talk.events("dropped"))


def _brought(talk: Talk) -> Iterable[Any]:
    """How many frames were computed between two looks at the events."""
    for step in talk.given["steps"]:
        count = sum(event["event"] == "recovered" for event in step.get("events", ()))
        if count:
            yield talk.role, min(count, 2)


def _sent(talk: Talk) -> Iterable[Any]:
    """k and r of the repair that the peer sends."""
    for step in talk.given["steps"]:
        if "expect_bytes" in step:
            datagram = bytes.fromhex(step["expect_bytes"])
            yield datagram[16], datagram[17]


_SMALL = tuple((k, r) for k in range(1, 6) for r in range(1, 4))
REPAIRS: Mapping[str, tuple[Row, ...]] = {
    "repair_encode": (
        Row("combinations", "frames up to 5 × repair up to 3", _shape, (*_SMALL, (128, 1), (1, 32))),
        Row("counts", "frames: 1 to 5 and 128; none, 129", _frames, (*range(1, 6), 128), (0, 129)),
        Row("counts", "repair: 1 to 3 and 32; none, 33", _parities, (1, 2, 3, 32), (0, 33)),
        Row("sizes", "bytes of the largest frame: 33 and 65,481; 65,482", _largest, (33, 65_481), (65_482,)),
        Row("places", "step: 1, 2, 3 and 16; 0, 17", _steps, (1, 2, 3, 16), (0, 17)),
    ),
    "repair_decode": (
        Row("sizes", "bytes of repair: 59; 0, 57, 58 and 65,508", _lengths, (59,), (0, 57, 58, 65_508)),
        Row(
            "combinations",
            "frames up to 4 × as many computed as there is repair, up to 2",
            _recovered,
            tuple((k, lost) for k in range(1, 5) for lost in range(1, min(k, 2) + 1)),
        ),
        Row(
            "digits",
            "k, r, index and step beyond their limits",
            _field,
            (),
            ((16, 0), (16, 129), (17, 0), (17, 33), (18, 1), (19, 0), (19, 17)),
        ),
    ),
    "fec": (
        Row("combinations", "what is dropped, by a server", _talk(_drops), tuple(("server", code) for code in DROPS)),
        Row("combinations", "the same by a client", _talk(_drops), tuple(("client", code) for code in CLIENT_DROPS)),
        Row(
            "combinations",
            "role × one frame or more computed at once",
            _talk(_brought),
            [(r, n) for r in ROLES for n in (1, 2)],
        ),
        Row(
            "combinations",
            "frames × repair of groups that are sent",
            _talk(_sent),
            ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 3)),
        ),
    ),
}
