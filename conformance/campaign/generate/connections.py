"""Dialogues of the profile tcp: connections whose bytes come in parts, are no frames, or end anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from ...model.cases import DIALOGUE
from ...wire.lengths import with_length
from ..draw import number
from ..inputs import Draw, Input, Kind
from .dialogues import Numbers, Steps, data_frame, passing, request, sync_frame
from .sync import capability, config, frame_of, ping

_NEEDS = ("handshake", "tcp")
_OTHERS = (b"GET / HTTP/1.1\r\n\r\n", bytes.fromhex("160301020001"), bytes(4), b"\xff" * 4)
"""The beginnings of other protocols, and lengths that are none."""
_LENGTHS = (0, 1, 32, 65_537, 1 << 24, (1 << 32) - 1)
_TIMES = (1, 4_999, 9_998, 9_999, 10_000, 10_001, 14_999, 15_000, 15_001, 45_000)
_WAYS = ("half", "clean", "reset")
_ASKED = ("message", "heart", "ping", "head", "tail")


def _length(draw: Draw) -> bytes:
    """A length that is refused, and perhaps something behind it."""
    return draw.choice(_LENGTHS).to_bytes(4, "little") + draw.randbytes(draw.choice((0, 0, 1, 40)))


def _frame(draw: Draw, numbers: Numbers) -> bytes:
    """A frame behind its length: of data, of Sync, or one that the frame layer rejects."""
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: data_frame(draw, numbers).data(),
        lambda: sync_frame(draw, numbers).data(),
        lambda: frame_of(ping(draw), draw.choice((1, 3)), number(draw, 64)).data(),
        lambda: draw.randbytes(draw.choice((33, 34, 100))),
    )
    return with_length(draw.choice(makers)())


def _parts(draw: Draw, data: bytes) -> Iterator[Mapping[str, Any]]:
    """Steps that write these bytes in a few parts, seldom with time between them."""
    cuts = sorted(draw.choice((1, 2, 3, 4, 5, draw.randrange(1, len(data) + 1))) for _ in range(draw.randrange(4)))
    for start, end in pairwise((0, *(cut for cut in cuts if cut < len(data)), len(data))):
        if start < end:
            yield {"write": data[start:end].hex()}
            if not draw.randrange(5):
                yield {"advance": draw.choice(_TIMES)}


def _bytes(draw: Draw, numbers: Numbers) -> bytes:
    """Frames one after the other, of which the last may be cut off; seldom what is no frame."""
    match draw.randrange(12):
        case 0:
            return _length(draw)
        case 1:
            return draw.choice(_OTHERS)
    data = b"".join(_frame(draw, numbers) for _ in range(draw.choice((1, 1, 1, 2, 3))))
    return data if draw.randrange(5) else data[: draw.randrange(1, len(data))]


def _ends(draw: Draw) -> Steps:
    """An end of the connection, or none, and what the application asks for behind it."""
    steps: Steps = [{"close": draw.choice(_WAYS)}] if draw.randrange(4) else []
    if not draw.randrange(4):
        steps.append({"act": request(draw, _ASKED)})
    return [*steps, {"advance": draw.choice(_TIMES)}]


def _goes_on(draw: Draw, steps: Steps) -> Steps:
    """Steps behind a handshake, or in its place."""
    numbers = Numbers(draw)
    for _ in range(draw.randrange(1, 6)):
        match draw.randrange(6):
            case 0:
                steps.append({"act": request(draw, _ASKED)})
            case 1:
                steps.append(passing(draw) if draw.randrange(2) else {"advance": draw.choice(_TIMES)})
            case _:
                steps += _parts(draw, _bytes(draw, numbers))
    if not draw.randrange(3):
        frame = _frame(draw, numbers)
        steps.append({"write": frame[: draw.randrange(1, len(frame))].hex()})
    return steps + _ends(draw)


def servers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A server to which somebody connects, and mostly pings."""
    for _ in range(count):
        hello = with_length(frame_of({"method": "ping", "ts": 0}, 1, 0).data())
        steps = [*_parts(draw, hello)] if draw.randrange(5) else []
        given = {"role": "server", "config": config(draw), "steps": _goes_on(draw, steps)}
        yield Input(DIALOGUE, given, _NEEDS)


def clients(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A client whose server answers in parts, or not."""
    for _ in range(count):
        answer = with_length(frame_of(capability(draw), 7, 0).data())
        steps = [*_parts(draw, answer)] if draw.randrange(5) else []
        given = {"role": "client", "config": config(draw), "stream_id": 7, "steps": _goes_on(draw, steps)}
        yield Input(DIALOGUE, given, _NEEDS)


KINDS = (Kind("tcp/servers", servers, 10), Kind("tcp/clients", clients, 10))
