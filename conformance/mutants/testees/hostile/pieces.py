"""Testees whose replies are right and come in wrong pieces, or to the wrong question, or in a flood."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

from adapters.testee_kit.server import Address

from .attack import Sends, head, on_all, on_one, whole
from .bounds import ENDLESS_BYTES

FLOOD_BURSTS, BURST, BETWEEN_S = 500, 100, 0.002
PAUSE_S = 0.0002
"""Long enough to leave the machine to others. A flood that never ebbs meets a channel in its own tests."""


def _full(make: Callable[[], bytes]) -> Sends:
    """18,000,000 bytes, the most that pieces carry, slowly enough for all to arrive."""

    def datagrams(number: int, _message: bytes, _to: Address) -> Iterator[bytes]:
        message = make()
        for at in range(300):
            yield head(number, at, 300) + message[at * 60_000 : (at + 1) * 60_000]
            time.sleep(0.001)

    return datagrams


def _flood(to: Address) -> None:
    """In bursts: without a pause it fills the queue of the loopback interface, which then loses the reply as well."""
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        for _ in range(FLOOD_BURSTS):
            for _ in range(BURST):
                other.sendto(whole(2, b'{"error": "not me"}'), to)
            time.sleep(BETWEEN_S)


def _flooding(number: int, message: bytes, to: Address) -> list[bytes]:
    threading.Thread(target=_flood, args=(to,), daemon=True).start()
    return [whole(number, message)]


def _without_end(number: int, _message: bytes, _to: Address) -> Iterator[bytes]:
    other = head(number + 9, 0, 1) + bytes(1_000)
    for _ in range(ENDLESS_BYTES // len(other)):
        yield other
        time.sleep(PAUSE_S)


def _shuffled(number: int, message: bytes, _to: Address) -> list[bytes]:
    order = (8, 3, 0, 1, 7, 2, 6, 5, 4)
    return [head(number, at, 9) + message[at : at + 1 if at < 8 else None] for at in order]


HOSTILE = (
    on_all(
        "answers-twice",
        "Sends each reply twice at once.",
        sends=lambda number, message, to: [whole(number, message)] * 2,
    ),
    on_one(
        "answers-another-id",
        "Answers one case with the request_id of the next.",
        sends=lambda number, message, to: [whole(number + 1, message)],
    ),
    on_one(
        "answers-in-advance",
        "Answers one case, and the eight requests after it that were not sent yet.",
        sends=lambda number, message, to: [whole(number + more, b'{"error": "early"}') for more in range(9)],
    ),
    on_one(
        "half-the-pieces",
        "Sends the first of two pieces, and never the second.",
        sends=lambda number, message, to: [head(number, 0, 2) + message[:9]],
    ),
    on_all("pieces-out-of-order", "Sends replies in nine pieces, unasked and out of order.", sends=_shuffled),
    on_one(
        "pieces-that-overlap",
        "Sends two pieces that have bytes of the reply in common.",
        sends=lambda number, message, to: [head(number, 0, 2) + message[:20], head(number, 1, 2) + message[9:]],
    ),
    on_all(
        "a-piece-twice",
        "Sends a piece twice, the second time with another content.",
        sends=lambda number, message, to: [
            head(number, 0, 2) + message[:9],
            head(number, 0, 2),
            head(number, 1, 2) + message[9:],
        ],
    ),
    on_one(
        "pieces-that-contradict",
        "Announces 2 pieces in the first one and 3 in the second.",
        sends=lambda number, message, to: [head(number, 0, 2) + message[:9], head(number, 1, 3) + message[9:]],
    ),
    on_one(
        "piece-of-65000-bytes",
        "Sends a piece of 65,000 bytes.",
        sends=lambda number, message, to: [whole(number, bytes(65_000))],
    ),
    on_one(
        "counts-0-pieces",
        "Announces no pieces at all.",
        sends=lambda number, message, to: [head(number, 0, 0) + message],
    ),
    on_one(
        "counts-65535-pieces",
        "Announces 65,535 pieces.",
        sends=lambda number, message, to: [head(number, 0, 65_535) + message],
    ),
    on_one("no-head", "Sends datagrams without a head.", sends=lambda number, message, to: [message, b"", b"R"]),
    on_one(
        "answers-100-megabytes",
        "Answers one case with 100 MB, more than pieces may carry.",
        sends=lambda number, message, to: (head(number, at, 1_667) + bytes(60_000) for at in range(1_667)),
    ),
    on_one(
        "answers-all-that-pieces-hold",
        "Answers one case with a text of 18 MB.",
        sends=_full(lambda: b'{"ok": {"xxhash3_64": "'.ljust(17_999_997, b"x") + b'"}}'),
    ),
    on_one(
        "six-million-lists",
        "Answers one case with 18 MB of empty lists.",
        sends=_full(lambda: (b'{"ok": {"xxhash3_64": [' + b"[]," * 5_999_990 + b"[]]}}").ljust(18_000_000)),
    ),
    on_one(
        "half-a-million-objects",
        "Answers one case with as many objects as a reply may hold.",
        sends=_full(lambda: (b'{"ok": {"xxhash3_64": [' + b'{"a":{}},' * 160_000 + b"0]}}").ljust(18_000_000)),
    ),
    # As many as the smallest receive buffer holds: of more, some are lost, and which ones depends on the machine.
    on_one(
        "200-datagrams-before-the-answer",
        "Sends 200 datagrams of another id before one answer.",
        sends=lambda number, message, to: [whole(number + 9, b"")] * 200 + [whole(number, message)],
    ),
    on_one(
        "datagrams-without-end",
        "Sends datagrams of another id in place of one answer, a gibibyte of them.",
        sends=_without_end,
    ),
    on_one("floods-from-another-port", "Sends the runner 50,000 datagrams from another port.", sends=_flooding),
)
