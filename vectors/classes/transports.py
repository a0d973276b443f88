"""The classes of the ops tcp_split and tcp_join, and of the dialogues on connections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .row import Row
from .talk import Talk
from .view import View

ROLES = ("server", "client")
CLOSING = ("FRAME_TOO_SHORT", "FRAME_TOO_LARGE", "TRUNCATED_FRAME", "FRAME_TIMEOUT", "CONNECTION_RESET")
_FRAMES_BYTES = 94
"""The bytes of the two frames that most splits are about, their lengths included."""


def _all(view: View) -> bytes:
    return bytes.fromhex("".join(view.given["chunks"]))


def _first_length(view: View) -> Iterable[int]:
    data = _all(view)
    return [int.from_bytes(data[:4], "little")] if len(data) >= 4 else []


def _divided_at(view: View) -> Iterable[int]:
    chunks = view.given["chunks"]
    return [len(chunks[0]) // 2] if len(chunks) == 2 and not view.given["ended"] else []


def _ended_after(view: View) -> Iterable[int]:
    return [len(_all(view))] if view.given["ended"] and len(view.given["chunks"]) == 1 else []


def _sizes(view: View) -> Iterable[int]:
    return [len(frame) // 2 for frame in view.given["frames"]]


def _talk(measure: Callable[[Talk], Iterable[Any]]) -> Callable[[View], Iterable[Any]]:
    return lambda view: measure(view.talk)


def _ends(talk: Talk) -> Iterable[Any]:
    """The code of each end that is told, and whether a session was lost with it."""
    events = list(talk.events("closed", "lost"))
    lost = {event.get("link", "a") for event in events if event["event"] == "lost"}
    for event in events:
        if event["event"] == "closed":
            yield talk.role, event.get("code", ""), event.get("link", "a") in lost


def _instants(talk: Talk) -> Iterable[Any]:
    return ((talk.role, now_ms) for now_ms in talk.instants())


_OF_QUIC = ("STREAM_MISMATCH", "STREAM_CREATION", "HANDSHAKE_TIMEOUT")
_CARRIAGES = ("uni-1", "uni-2", "datagram", "bi-1")
_ENDS = {"stop": (1, 2, 4, 5), "reset": (0, 1, 3, 99), "fin": (0,), "none": (0,)}
"""The ends of carriages by the peer, and their numbers."""


def _carriages(talk: Talk) -> Iterable[Any]:
    return ((talk.role, step["on"]) for step in talk.given["steps"] if {"send", "write"} & step.keys() and "on" in step)


def _carriage_ends(talk: Talk) -> Iterable[Any]:
    told = (step for step in talk.given["steps"] if "expect_end" in step)
    return ((talk.role, step["expect_end"], step.get("code", 0)) for step in told)


def _datagrams(view: View) -> Iterable[int]:
    return [len(step["send"]) // 2 for step in view.given["steps"] if step.get("on") == "datagram" and "send" in step]


def _takes(view: View) -> Iterable[int]:
    return [view.given["datagrams"]] if "datagrams" in view.given else []


def _messages(view: View) -> Iterable[int]:
    return [len(step["send"]) // 2 for step in view.given["steps"] if "send" in step]


def _announced(view: View) -> Iterable[int | None]:
    association = view.given.get("association", {})
    return [association["max_message_size"]] if "max_message_size" in association else []


def _texts(view: View) -> Iterable[int]:
    return [len(step["text"].encode()) for step in view.given["steps"] if "text" in step]


_SESSIONLESS = [(role, code, False) for role in ROLES for code in ("", *CLOSING)]
_IN_SESSION = [(role, code, True) for role in ROLES for code in ("", *CLOSING)]

TRANSPORTS: Mapping[str, tuple[Row, ...]] = {
    "tcp_split": (
        Row("sizes", "the first length: limits, and one bit", _first_length, (0, 32, 33, 65_536, 65_537, 2**24, 2**31)),
        Row("places", "two chunks, divided after each byte", _divided_at, range(1, _FRAMES_BYTES + 5)),
        Row("places", "the end after each byte", _ended_after, range(_FRAMES_BYTES + 1)),
    ),
    "tcp_join": (Row("sizes", "a frame's bytes", _sizes, (33, 127, 128, 255, 256, 257), (0, 32, 65_537)),),
    "tcp": (
        Row(
            "combinations",
            "role × code of an end × session",
            _talk(_ends),
            [
                *_SESSIONLESS,
                *_IN_SESSION,
                ("server", "HANDSHAKE_TIMEOUT", False),
            ],
        ),
        Row("instants", "each role: beside 10 s", _talk(_instants), [(r, at) for r in ROLES for at in (9_999, 10_000)]),
        Row("instants", "a server: beside 15 s", _talk(_instants), [("server", at) for at in (14_999, 15_000)]),
    ),
    "quic": (
        Row(
            "combinations",
            "role × code of an end, in a session",
            _talk(_ends),
            [(role, code, True) for role in ROLES for code in ("", *CLOSING, *_OF_QUIC)],
        ),
        Row("combinations", "role × carriage", _talk(_carriages), [(r, on) for r in ROLES for on in _CARRIAGES]),
        Row(
            "combinations",
            "role × end of a carriage × its number",
            _talk(_carriage_ends),
            [(r, how, n) for r in ROLES for how, numbers in _ENDS.items() for n in numbers],
        ),
        Row("sizes", "bytes of a datagram", _datagrams, (1_100, 1_101), (0, 1, 32)),
        Row("sizes", "the largest datagram that the other ends take", _takes, (0, 64, 600)),
        Row("instants", "each role: beside 10 s", _talk(_instants), [(r, at) for r in ROLES for at in (9_999, 10_000)]),
        Row("instants", "each role: just after 10 s", _talk(_instants), [(r, 10_001) for r in ROLES]),
        Row("instants", "a server: beside 15 s", _talk(_instants), [("server", at) for at in (14_999, 15_000)]),
    ),
    "webrtc": (
        Row(
            "combinations",
            "role × code of an end × session",
            _talk(_ends),
            [
                *((role, code, lost) for role in ROLES for code in ("", "CONNECTION_RESET") for lost in (False, True)),
                ("server", "HANDSHAKE_TIMEOUT", False),
            ],
        ),
        Row("sizes", "bytes of a message", _messages, (33, 1_150, 65_536), (0, 1, 32, 65_537)),
        Row("sizes", "the size that the other end announces", _announced, (None, 0, 1_000, 65_535, 65_536)),
        Row("sizes", "bytes of a text", _texts, (), (0, 1)),
        Row("instants", "a server: beside 15 s", _talk(_instants), [("server", at) for at in (14_999, 15_000)]),
    ),
}
