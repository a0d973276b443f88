"""Inputs of the profile fec: groups of frames with losses, and repair with faults behind a right checksum."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from ...wire.repair import repair_datagrams
from ..draw import number, other, texture
from ..inputs import Draw, Input, Kind

_NUMBERS = struct.Struct("<IQ")
_NUMBERS_AT, _MIN_FRAME, _HEADER, _CRC = 4, 33, 20, 4
_OUT = (0, 17, 33, 129, 256, 2**32 - 1)


def _frame(draw: Draw, stream_id: int, frame_seq: int) -> bytes:
    """Bytes with these numbers where a frame has them, which is all that repair looks at."""
    body = texture(draw, _MIN_FRAME + draw.choice((0, 0, 1, 2, 30, 31, 32, draw.randrange(200))))
    rest = body[_NUMBERS_AT + _NUMBERS.size :]
    return body[:_NUMBERS_AT] + _NUMBERS.pack(stream_id, frame_seq) + rest


def _group(draw: Draw) -> dict[str, Any]:
    """The input of repair_encode without a fault, its frames as bytes."""
    k, r = draw.choice((1, 2, 3, 5, 8, draw.randrange(1, 25))), draw.choice((1, 2, 3, draw.randrange(1, 9)))
    step, stream_id = draw.choice((1, 1, 2, 16, draw.randrange(1, 17))), number(draw, 32)
    base = min(number(draw, 64), 2**64 - 1 - (k - 1) * step)
    frames = [_frame(draw, stream_id, base + place * step) for place in range(k)]
    return {"stream_id": stream_id, "base": base, "r": r, "step": step, "frames": frames}


def _spoiled(draw: Draw, given: dict[str, Any]) -> None:
    frames = given["frames"]
    at = draw.randrange(len(frames))
    match draw.randrange(5):
        case 0:
            given[draw.choice(("r", "step"))] = draw.choice(_OUT)
        case 1:
            given["base"] = 2**64 - 1 - draw.randrange(3)
        case 2:
            frames[at] = frames[at][: draw.randrange(_MIN_FRAME)]
        case 3:
            given["stream_id"] = other(draw, given["stream_id"], 32)
        case _:
            frames.insert(at, draw.choice(frames))


def encoded(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Groups, some with a fault."""
    for _ in range(count):
        given = _group(draw)
        if not draw.randrange(4):
            _spoiled(draw, given)
        texts = {"base": str(given["base"]), "frames": [frame.hex() for frame in given["frames"]]}
        yield Input("repair_encode", given | texts)


def _changed(draw: Draw, datagram: bytes) -> bytes:
    """A datagram with another byte in its header, or of another length, and mostly with the checksum of what it is."""
    body = bytearray(datagram[:-_CRC])
    match draw.randrange(4):
        case 0:
            del body[_HEADER + draw.randrange(len(body) - _HEADER) :]
        case 1:
            body += bytes(draw.randrange(1, 5))
        case _:
            at = draw.choice((draw.randrange(_HEADER), draw.randrange(_HEADER - 4, _HEADER)))
            body[at] = draw.choice((0, 255, body[at] ^ 1 << draw.randrange(8)))
    right = struct.pack("<I", zlib.crc32(body))
    return bytes(body) + (right if draw.randrange(8) else datagram[-_CRC:])


def decoded(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Groups with frames lost, seldom too many, and repair out of order; some of it twice, changed or of others."""
    for _ in range(count):
        given = _group(draw)
        frames, repair = given["frames"], repair_datagrams(**given)
        lost = draw.choice((len(repair), len(repair), draw.randrange(len(repair) + 1), len(repair) + 1))
        kept = draw.sample(frames, max(0, len(frames) - lost))
        draw.shuffle(repair)
        at = draw.randrange(len(repair))
        match draw.randrange(8):
            case 0:
                repair.append(repair[at])
            case 1 | 2:
                repair[at] = _changed(draw, repair[at])
            case 3:
                repair.append(draw.choice(repair_datagrams(**_group(draw))))
            case 4 if kept:
                kept.append(_frame(draw, given["stream_id"], number(draw, 64)))
        yield Input("repair_decode", {"repair": [one.hex() for one in repair], "frames": [one.hex() for one in kept]})


KINDS = (Kind("fec/encode", encoded, 100), Kind("fec/decode", decoded, 150))
