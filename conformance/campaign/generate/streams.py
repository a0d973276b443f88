"""Dialogues of the profile stream: frames that come to a receiver in any order, and a sender that is told of losses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...model.cases import DIALOGUE
from ...model.peer_requests import SPACE_HASH
from ...properties.streams.sender import Kind as What
from ...properties.streams.sender import Lie, Plan, Sent, beat, data, plan
from ..draw import number
from ..inputs import Draw, Input, Kind
from .dialogues import Steps, passing, request, send
from .slices import half
from .sync import config, error, frame_of, spoiled

_KINDS = (What.DATA, What.DATA, What.DATA, What.DATA, What.HEART, What.OTHER)
_STREAMS = (3, 5, 1 << 31 | 3)
_TAILS = (0, 1, 8, 64, 65, 66, 67, 1024, 1 << 40)
"""Below some of them more numbers are missing than an error names (STM-12)."""
_AHEAD = (0, 1, 6, 7, 1023, 1024, 1025, 1026, 5000, 1 << 40)


def _begin(draw: Draw) -> Steps:
    message = {"method": "ping", "ts": 0, "supports": {"critique": True}}
    return [send(frame_of(message, 1, draw.choice((0, number(draw, 64)))))]


def planned(draw: Draw, stream_id: int) -> Plan:
    """A stream of any frames, which seldom says of itself what is not so."""
    return plan(
        stream_id,
        [draw.choice(_KINDS) for _ in range(draw.randrange(8))],
        strong=bool(draw.randrange(2)),
        sized=bool(draw.randrange(2)),
        lie=draw.choice((Lie.NOTHING, Lie.NOTHING, *Lie)),
    )


def receivers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A server that streams come to: out of order, repeated, with gaps, lies and odd frames, and time that passes."""
    for _ in range(count):
        own = config(draw, modality=["text"], dtype=["i8"], space_hash32=SPACE_HASH, critique=True)
        steps = _begin(draw)
        plans = [planned(draw, stream_id) for stream_id in draw.sample(_STREAMS, draw.choice((1, 1, 2)))]
        frames = [one for each in plans for one in each.frames]
        for one in [*_ordered(draw, plans), *draw.choices(frames, k=draw.randrange(4))]:
            steps.append(send((one if draw.randrange(12) else one.with_other_flag()).datagram))
            if not draw.randrange(6):
                steps.append(draw.choice((passing(draw), _odd(draw, frames[0].stream_id), _odd(draw, one.stream_id))))
        yield Input(DIALOGUE, {"role": "server", "config": own, "steps": steps}, ("handshake", "stream"))


def _ordered(draw: Draw, plans: list[Plan]) -> list[Sent]:
    """The frames in order, in any order behind their HEADs, or in any order; some of them lost."""
    heads = [each.frames[0] for each in plans]
    rest = [one for each in plans for one in each.frames[1:] if draw.randrange(8)]
    match draw.randrange(4):
        case 0:
            return [*heads, *rest]
        case 1:
            mixed = [*heads, *rest]
            return draw.sample(mixed, len(mixed) - draw.randrange(2))
    return [*heads, *draw.sample(rest, len(rest))]


def _odd(draw: Draw, stream_id: int) -> Mapping[str, Any]:
    """A frame beyond those of its stream, or beyond what may be held; a HEAD or TAIL that is malformed or far away."""
    ahead = draw.choice(_AHEAD)
    if not draw.randrange(3):
        tail = {"method": "tail", "frames": "1", "total_len": "40"}
        sums = {"frames": "1", "total_len": "40", "md5": "0" * 32, "xxhash3_64": "0" * 16}
        head = {"method": "head", "dir": "up"} | dict(draw.sample(sorted(sums.items()), draw.randrange(5)))
        message, place = draw.choice(((tail, draw.choice(_TAILS)), (head, 0), (head, 1)))
        return send(frame_of(spoiled(draw, message) if draw.randrange(2) else message, stream_id, place))
    one = data(stream_id, ahead, b"odd") if draw.randrange(2) else beat(stream_id, ahead)
    return send(one.datagram)


def senders(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A server that is asked for a stream, and told of what is missing or wrong."""
    for _ in range(count):
        own = config(draw, modality=["text"], dtype=["f16", "i8"], space_hash32=SPACE_HASH)
        stream_id, frames = draw.choice((2, 4, number(draw, 32))), draw.randrange(5)
        steps = _begin(draw)
        steps.append({"act": {"kind": "head", "stream_id": stream_id, "strong_tail": bool(draw.randrange(2))}})
        for at in range(frames):
            message = _message(draw, stream_id, at)
            steps.append({"act": message if draw.randrange(6) else {"kind": "heart", "stream_id": stream_id}})
        steps.append({"act": {"kind": "tail", "stream_id": stream_id}})
        for at in range(draw.randrange(4)):
            steps.append(_complaint(draw, stream_id, frames + 1, at))
            if not draw.randrange(3):
                steps.append({"advance": draw.choice((1, 999, 1000, 2000))})
        steps.append({"act": request(draw, ("message", "head", "tail", "heart")) | {"stream_id": stream_id}})
        if not draw.randrange(4):  # a loss, after which its own numbers go on (STM-25)
            steps += [{"advance": 45_000}, *_begin(draw), {"act": _message(draw, stream_id, 9)}]
        yield Input(DIALOGUE, {"role": "server", "config": own, "steps": steps}, ("handshake", "stream"))


def _message(draw: Draw, stream_id: int, at: int) -> Mapping[str, Any]:
    """A Think or a Cache of one tensor or two."""
    kind, one = draw.choice((0, 1)), {"dtype": 1, "dims": [2], "payload": half(1.0, at).hex()}
    return {"kind": "message", "stream_id": stream_id, "type": kind, "modality": 0, "slices": [one] * (1 + kind)}


def _complaint(draw: Draw, stream_id: int, tail: int, at: int) -> Mapping[str, Any]:
    ref = {"stream_id": stream_id, "frame_seq": str(tail if draw.randrange(8) else tail + 1)}
    if draw.randrange(4):
        missing = [str(one) for one in range(tail + 2) if draw.randrange(2)]
        if draw.randrange(2):
            draw.shuffle(missing)
        return send(frame_of(error(draw, "STREAM_INCOMPLETE", ref=ref, missing=missing), stream_id, at))
    code = draw.choice(("STREAM_CORRUPT", "STREAM_TIMEOUT"))
    adds = {"what": "md5"} if code == "STREAM_CORRUPT" else {}
    return send(frame_of(error(draw, code, ref=ref, **adds), stream_id, at))


KINDS = (
    Kind("stream/receivers", receivers, 15),
    Kind("stream/senders", senders, 15),
)
