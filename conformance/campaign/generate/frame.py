"""Inputs of the profile frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import prod
from typing import Any

from ...wire.build import closed
from ..draw import KEY, SIZES, combinations, damaged, number, other, size, texture
from ..inputs import Draw, Input, Kind
from ..layout import Layout, RawSlice
from .slices import DTYPES, F16, I8, PAYLOAD, fields, layout, with_faults

TYPES = (0, 1, 2, 3, 4, 5, 0x80, 0xFF)
_OTHER_FLAGS = (0, 4, 8, 12, 0x0100, 0x8000, 0x8004)
_MOST_SLICES = 6550


def decoded(frame: Layout | bytes) -> Input:
    """The frame, to be decoded."""
    data = frame if isinstance(frame, bytes) else frame.data()
    return Input("decode", {"frame": data.hex()})


def faults(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Frames with up to three faults."""
    for _ in range(count):
        yield decoded(with_faults(draw, layout(draw)))


def every_combination(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Type × flags × modality × number and dtype of slices."""
    axes = (TYPES, _OTHER_FLAGS, (0, 1, 2, 3, 4, 5, 0x84), (0, 1, 2, 3, 17), (*DTYPES, 0, 4, 0x11))
    for kind, flags, modality, slices, dtype in combinations(axes, chunk, count):
        elements = draw.randrange(5)
        payload = draw.randbytes(PAYLOAD.get(dtype, PAYLOAD[I8])(elements))
        one = RawSlice(dtype, (elements,), payload)
        yield decoded(
            Layout(kind, flags, number(draw, 32), number(draw, 64), number(draw, 32), modality, (one,) * slices)
        )


def sizes(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """One quantity up a ladder, the others small: payload, rank, slices, what follows, and lengths of the input."""
    for dtype, wanted, what in combinations(
        (DTYPES, SIZES, ("payload", "rank", "slices", "cut", "after", "limit", "announced")), chunk, count
    ):
        frame = _sized(draw, dtype, wanted, what)
        data = frame.data()
        if what == "cut":
            data = data[:wanted]
        yield decoded(data)


def _sized(draw: Draw, dtype: int, wanted: int, what: str) -> Layout:
    base = Layout(draw.randrange(5), 0, number(draw, 32), number(draw, 64))
    match what:
        case "payload":
            elements = wanted // 2 if dtype == F16 else wanted
            one = RawSlice(dtype, (elements,), texture(draw, PAYLOAD[dtype](elements)))
            return replace(base, slices=(one,))
        case "rank":
            return replace(base, slices=(RawSlice(dtype, (1,) * min(wanted, 255), bytes(PAYLOAD[dtype](1))),))
        case "slices":
            return replace(base, slices=(RawSlice(dtype, (0,), b""),) * min(wanted, _MOST_SLICES))
        case "limit" | "announced":
            return replace(base, slices=_at_limit(draw, dtype, announced=what == "announced"))
        case "after":
            return replace(base, slices=(RawSlice(dtype, (0,), b""),), extra=texture(draw, min(wanted, 66_000)))
    return replace(base, slices=(RawSlice(I8, (300,), texture(draw, 300)),))


def _at_limit(draw: Draw, dtype: int, *, announced: bool) -> tuple[RawSlice, ...]:
    """Slices of a frame as long as one may be, or one byte more or less; or a table that says so (FRM-27)."""
    count = draw.randrange(1, 4)
    small = (RawSlice(I8, (1,), b"x"),) * (count - 1)
    if announced:
        total = 65_536 - 33 - draw.choice((0, 4, 9, 10)) * count + draw.randrange(-1, 2)
        return (RawSlice(dtype, (1,), b"ab", length=total - len(small)), *small)
    total = draw.choice((65_507, 65_536)) - 33 - 10 * count + draw.randrange(-1, 2)
    length = total - len(small)
    return (RawSlice(I8, (length,), texture(draw, length)), *small)


def twins(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A frame, frames that differ from it in one field only, and the frame itself again."""
    made = 0
    while made < count:
        base = layout(draw)
        for one in (base, *_twins_of(draw, base), base)[: count - made]:
            yield decoded(one)
            made += 1


def _twins_of(draw: Draw, base: Layout) -> Iterable[Layout]:
    widths = {"type": 8, "flags": 16, "stream_id": 32, "frame_seq": 64, "space_hash32": 32, "modality": 8, "version": 8}
    for name, bits in widths.items():
        yield replace(base, **{name: other(draw, getattr(base, name), bits)})  # type: ignore[arg-type]
        yield base
    yield replace(base, crc_xor=1 << draw.randrange(32))
    for at, one in enumerate(base.slices):
        flipped = bytearray(one.payload)
        if flipped:
            flipped[-1 - draw.randrange(min(4, len(flipped)))] ^= 1 << draw.randrange(8)
        slices = list(base.slices)
        slices[at] = replace(one, payload=bytes(flipped))
        yield replace(base, slices=tuple(slices))


def bytes_damaged(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Bytes changed, cut out and put in anywhere, with the CRC mended or not; and bytes without meaning."""
    frame = b""
    for number_ in range(count):
        if number_ % 8 == 0:
            frame = layout(draw).data()
        data = damaged(draw, frame[:-4], draw.randrange(1, 4))
        if number_ % 16 == 15:
            data = frame[: draw.randrange(30)] + draw.randbytes(draw.randrange(80))
        data = closed(data) if draw.randrange(10) else data
        if number_ % 16 == 7:
            data = frame[:-4] + frame[-4:][::-1]
        yield decoded(data)


def encoded(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Fields with up to two faults, to be encoded."""
    for _ in range(count):
        given: dict[str, Any] = {"fields": fields(layout(draw))}
        for _ in range(draw.choice((0, 0, 1, 1, 2))):
            spoil(draw, given["fields"])
        if not draw.randrange(6):
            given["key"] = KEY
        yield Input("encode", given)


def spoil(draw: Draw, given: dict[str, Any]) -> None:
    """One fault among the fields of an encode request."""
    fault = draw.choice(("type", "flags", "modality", "dtype", "dims", "payload", "rank", "size"))
    slices = given["slices"]
    one = draw.choice(slices) if slices else None
    match fault:
        case "type" | "modality":
            given[fault] = draw.choice((5, 7, 0x84, 255))
        case "flags":
            given["flags"] |= 1 << draw.randrange(3, 16)
        case "size":
            slices.append({"dtype": I8, "dims": [draw.choice(SIZES[-12:])], "payload": ""})
            slices[-1]["payload"] = "00" * slices[-1]["dims"][0]
        case _ if one is None:
            given["type"] = 5
        case "dtype":
            one["dtype"] = draw.choice((0, 4, 15, 17, 255))
        case "dims":
            one["dims"] = []
        case "rank":
            one["dims"] = one["dims"] + [1] * (256 - len(one["dims"]))
        case _:
            one["payload"] += "00" * draw.choice((1, 3, 5))
            one["dims"] = [draw.randrange(3)] if prod(one["dims"]) > 1 << 16 else one["dims"]


def tail_hashes(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Hashes of byte strings of every size class."""
    for wanted, _ in combinations((SIZES, range(3)), chunk, count):
        yield Input("tail_hash", {"data": texture(draw, size(draw, 300) if draw.randrange(2) else wanted).hex()})


_PIECES = ("a", "b", ":", "é", "水", "\0", " ", "e\u0301", "\U0001f600", "A", "\ufeff", "\n", '"', "\\")


def space_hashes(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Parts of any characters, and twins that differ in one of them."""
    given: dict[str, str] = {}
    for at in range(count):
        if at % 6 == 0:
            given = {part: _text(draw) for part in ("space_id", "arch", "data_sig")}
        else:
            given = given | {draw.choice(sorted(given)): _text(draw)}
        yield Input("space_hash", given)


def _text(draw: Draw) -> str:
    allowed = _PIECES if not draw.randrange(4) else tuple(one for one in _PIECES if one != ":")
    return "".join(draw.choices(allowed, k=draw.choice((0, 1, 1, 2, 3, 5, 63, 64, 65, 300))))


KINDS = (
    Kind("frame/faults", faults),
    Kind("frame/combinations", every_combination),
    Kind("frame/sizes", sizes, 50),
    Kind("frame/twins", twins),
    Kind("frame/bytes", bytes_damaged),
    Kind("frame/encode", encoded),
    Kind("frame/tail-hash", tail_hashes, 100),
    Kind("frame/space-hash", space_hashes, 150),
)
