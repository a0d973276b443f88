"""Dialogues of the profile quic: frames on any carriage, and carriages that stop halfway, break or end anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from ...dialogue.steps import DATAGRAM, MAIN
from ...model.cases import DIALOGUE
from ...properties.streams.sender import beat
from ...wire.lengths import with_length
from ..draw import number
from ..inputs import Draw, Input, Kind
from .dialogues import Numbers, Steps, data_frame, request, sync_frame
from .streams import planned
from .sync import capability, config, frame_of, ping

_NEEDS = ("handshake", "stream", "quic")
_LENGTHS = (0, 1, 32, 65_537, 1 << 24, (1 << 32) - 1)
_TIMES = (1, 999, 4_999, 9_999, 10_000, 10_001, 14_999, 15_000, 45_000)
_CODES = (0, *range(1, 10), 1 << 32, (1 << 62) - 1)
"""Every number of specs/quic.md section 2, and others."""
_STREAMS = (3, 5, 7, 1 << 31 | 3)
_ASKED = ("message", "message", "heart", "ping", "head", "tail")
_OPENED = 2
"""The stream_id on which the application opens streams."""
_MOST_DATAGRAM = 1100
_UNIS = 4

_BEAT = beat(1, 0).datagram
"""A HEART, which has no meaning before there is a session."""

Piece = Mapping[str, Any]


def _frame(draw: Draw, numbers: Numbers) -> bytes:
    """A frame of data or Sync, or one that the frame layer rejects."""
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: data_frame(draw, numbers).data(),
        lambda: data_frame(draw, numbers).data(),
        lambda: sync_frame(draw, numbers).data(),
        lambda: frame_of(ping(draw), draw.choice((1, 3)), number(draw, 64)).data(),
        lambda: draw.randbytes(draw.choice((33, 34, 100))),
    )
    return draw.choice(makers)()


def _written(draw: Draw, data: bytes, on: str) -> list[Piece]:
    """Steps that write these bytes on a carriage in a few parts."""
    cuts = sorted(draw.choice((1, 3, 4, 5, draw.randrange(1, len(data) + 1))) for _ in range(draw.choice((0, 0, 1, 2))))
    bounds = (0, *(cut for cut in cuts if cut < len(data)), len(data))
    return [{"write": data[start:end].hex(), "on": on} for start, end in pairwise(bounds) if start < end]


def _end(draw: Draw, on: str) -> list[Piece]:
    """The end of a uni, seldom none."""
    match draw.randrange(8):
        case 0:
            return []
        case 1 | 2:
            return [{"close": "reset", "on": on, "code": draw.choice(_CODES)}]
    return [{"close": "half", "on": on}]


def _uni(draw: Draw, numbers: Numbers, on: str, stream_id: int) -> list[Piece]:
    """A uni with a stream as it should be, or with a fault: a frame of another stream, no frame, a cut."""
    frames = [one.datagram for one in planned(draw, stream_id).frames]
    if not draw.randrange(3):
        frames = draw.sample(frames, draw.randrange(1, len(frames) + 1))
    if not draw.randrange(4):
        frames.insert(draw.randrange(len(frames) + 1), _frame(draw, numbers))
    data = b"".join(with_length(one) for one in frames)
    match draw.randrange(6):
        case 0:
            data = data[: draw.randrange(1, len(data))]
        case 1:
            data += draw.choice(_LENGTHS).to_bytes(4, "little") + draw.randbytes(draw.choice((0, 1, 40)))
    return _written(draw, data, on) + _end(draw, on)


def _main(draw: Draw, numbers: Numbers) -> list[Piece]:
    """Frames on main; seldom what is none, a part of one, or an end of that carriage."""
    match draw.randrange(14):
        case 0:
            return [{"write": draw.choice(_LENGTHS).to_bytes(4, "little").hex()}]
        case 1:
            frame = with_length(_frame(draw, numbers))
            return [{"write": frame[: draw.randrange(1, len(frame))].hex()}]
        case 2:
            how = draw.choice(("half", "reset", "stop"))
            return [{"close": how, "on": MAIN} | ({} if how == "half" else {"code": draw.choice(_CODES)})]
    data = b"".join(with_length(_frame(draw, numbers)) for _ in range(draw.choice((1, 1, 2))))
    return _written(draw, data, MAIN)


def _datagrams(draw: Draw, numbers: Numbers) -> list[Piece]:
    """A few datagrams, each a frame or not; none is empty, as no number of bytes says that such a one has come."""
    frames = [_frame(draw, numbers) for _ in range(draw.choice((1, 2)))]
    frames.append(draw.randbytes(draw.choice((1, 2, 32, 33))))
    return [{"send": one.hex(), "on": DATAGRAM} for one in frames if len(one) <= _MOST_DATAGRAM]


def _asked(draw: Draw) -> list[Piece]:
    """The application has a stream sent, whose uni the other end may stop."""
    acts: list[Piece] = [{"act": {"kind": "head", "stream_id": _OPENED, "strong_tail": bool(draw.randrange(2))}}]
    acts += [{"act": request(draw, ("message", "heart")) | {"stream_id": _OPENED}} for _ in range(draw.randrange(3))]
    if draw.randrange(3):
        acts.append({"act": {"kind": "tail", "stream_id": _OPENED}})
    if draw.randrange(2):
        stop = {"close": "stop", "of": _OPENED, "code": draw.choice(_CODES)}
        acts.insert(draw.randrange(1, len(acts) + 1), stop)
    return acts


def _mixed(draw: Draw, ways: list[list[Piece]]) -> Steps:
    """The pieces of each way in order, and of all in any; some ways stop halfway until the others are through."""
    cuts = [draw.randrange(1, len(way)) if len(way) > 1 and not draw.randrange(3) else len(way) for way in ways]
    steps: Steps = []
    for some in (
        [way[:cut] for way, cut in zip(ways, cuts, strict=True)],
        [way[cut:] for way, cut in zip(ways, cuts, strict=True)],
    ):
        left = [way for way in some if way]
        while left:
            way = draw.choice(left)
            steps.append(way.pop(0))
            left = [one for one in left if one]
            if not draw.randrange(12):
                steps.append({"advance": draw.choice(_TIMES)})
    return steps


def _goes_on(draw: Draw, steps: Steps) -> Steps:
    """Steps behind a handshake, or in its place: unis, main, datagrams and requests at once, and an end."""
    numbers = Numbers(draw)
    ways = [_uni(draw, numbers, f"uni-{at}", draw.choice(_STREAMS)) for at in range(1, draw.randrange(1, _UNIS + 1))]
    makers: tuple[Callable[[], list[Piece]], ...] = (
        lambda: _main(draw, numbers),
        lambda: _datagrams(draw, numbers),
        lambda: _asked(draw),
        lambda: [{"act": request(draw, _ASKED)}],
    )
    ways += [draw.choice(makers)() for _ in range(draw.randrange(1, 4))]
    if not draw.randrange(16):
        ways.append([{"write": draw.choice(("21", "00000000")), "on": "bi-1"}])
    return steps + _mixed(draw, ways) + _ends(draw)


def _ends(draw: Draw) -> Steps:
    """An end of the connection, or none, and what the application asks for behind it."""
    ends: tuple[Steps, ...] = (
        [],
        [],
        [{"close": "clean", "code": draw.choice(_CODES)}],
        [{"close": "reset"}],
        [{"close": "half", "on": MAIN}],
    )
    asked: Steps = [] if draw.randrange(4) else [{"act": request(draw, _ASKED)}]
    return [*draw.choice(ends), *asked, {"advance": draw.choice(_TIMES)}]


def _given(draw: Draw, role: Mapping[str, Any], first: bytes) -> Input:
    """A dialogue whose handshake is complete, mostly, and comes on main, mostly.

    Main is opened before all else, as what a server owes there before may be lost (specs/quic.md section 2).
    """
    on = draw.choice((MAIN, MAIN, MAIN, "uni-9", DATAGRAM))
    opening = [] if on == MAIN and draw.randrange(6) else [{"send": _BEAT.hex()}]
    began = [{"send": first.hex(), "on": on}] if on != MAIN or not opening else []
    given = {**role, "config": config(draw), "steps": _goes_on(draw, [*opening, *began])}
    return Input(DIALOGUE, given | ({} if draw.randrange(6) else {"datagrams": draw.choice((0, 500))}), _NEEDS)


def servers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A server to which somebody connects, and mostly pings."""
    hello = frame_of({"method": "ping", "ts": 0, "supports": {"critique": True}}, 1, 0).data()
    for _ in range(count):
        yield _given(draw, {"role": "server"}, hello)


def clients(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A client whose server answers, mostly."""
    for _ in range(count):
        yield _given(draw, {"role": "client", "stream_id": 7}, frame_of(capability(draw), 7, 0).data())


KINDS = (Kind("quic/servers", servers, 10), Kind("quic/clients", clients, 10))
