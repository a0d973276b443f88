"""Inputs of the profile message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from ..draw import combinations, number, sequences, size, texture
from ..inputs import Draw, Input, Kind
from ..layout import Layout, RawSlice
from .json_text import ODD, deep, json_text, long_object
from .slices import F16, I8, PAYLOAD, Q4, SPARSE, half, raw_slice, with_faults

SYNC, CRITIQUE = 3, 4
_SCALES = half(0.0, 1.0, 6e-8, 65504.0, 0.333)
_BAD_SCALES = (b"\x00\x80", b"\x00\x7c", b"\x01\x7e", b"\x00\xbc", b"\x00\xfc", b"\xff\x7f")


def read(frame: Layout, *needs: str) -> Input:
    """The frame, whose message is to be read."""
    return Input("read_message", {"frame": frame.data().hex()}, needs)


def tensor(dtype: int, dims: tuple[int, ...], payload: bytes = b"") -> RawSlice:
    """A tensor's first slice."""
    return RawSlice(dtype, dims, payload or bytes(PAYLOAD[dtype](prod(dims))))


def json_slice(data: bytes) -> RawSlice:
    """A JSON slice."""
    return RawSlice(I8, (len(data),), data)


_ONES = {
    "f16": tensor(F16, (2,)),
    "i8": tensor(I8, (2,)),
    "q4": tensor(Q4, (2,)),
    "sparse": RawSlice(SPARSE, (2,), half(1.0)),
    "index": RawSlice(I8, (1, 1, 4), bytes(4)),
    "scale": RawSlice(F16, (1,), half(1.0)),
    "mask": RawSlice(I8, (2,), b"\1\0"),
    "json": json_slice(b'{"note":""}'),
    "brace": RawSlice(I8, (2,), b"{}"),
}
_FLAGS = (0, 4)


def every_combination(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Type × flags × every sequence of slices of up to four: every way to fill the slots, and not to."""
    axes = (range(5), _FLAGS, range(5), sequences(tuple(_ONES), 4))
    for kind, flags, modality, names in combinations(axes, chunk, count):
        slices = tuple(_ONES[name] for name in names)
        yield read(Layout(kind, flags, number(draw, 32), number(draw, 64), 0, modality, slices))


def json_slices(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """JSON of up to three faults, in a Sync and as an explanation; deep and long ones among them."""
    for at in range(count):
        data = json_text(draw, draw.choice((0, 1, 1, 1, 2, 3)))
        if at % 10 == 0:
            data = draw.choice((deep, long_object))(draw)
        elif at % 10 == 5:
            data = draw.choice(ODD)
        one = json_slice(data)
        if not draw.randrange(12):
            one = replace(one, dims=draw.choice(((1, len(data)), (len(data), 1))))
        if draw.randrange(2):
            yield read(Layout(SYNC, slices=(one,)))
        else:
            yield read(Layout(CRITIQUE, slices=(_ONES["f16"], one)))


def _scale(draw: Draw, blocks: int, wrong: bool) -> RawSlice:
    values = bytearray().join(
        draw.choice((_SCALES[:2], _SCALES[2:4], _SCALES[4:6], _SCALES[6:8])) for _ in range(blocks)
    )
    dims: tuple[int, ...] = (blocks,)
    if wrong:
        if blocks and draw.randrange(2):
            at = 2 * draw.choice((0, blocks - 1, draw.randrange(blocks)))
            values[at : at + 2] = draw.choice(_BAD_SCALES)
        else:
            dims = draw.choice(((blocks + 1,), (1, blocks), (blocks, 1), (max(0, blocks - 1),)))
            values = bytearray(2 * prod(dims))
    return RawSlice(F16, dims, bytes(values))


def _tensor(draw: Draw, wrong: bool) -> list[RawSlice]:
    first = raw_slice(draw, 300)
    if first.dtype == SPARSE:
        first = replace(first, dtype=I8, payload=texture(draw, prod(first.dims)))
    blocks = -(-prod(first.dims) // 32)
    if first.dtype in (I8, Q4) and (wrong or draw.randrange(2)) and blocks < 4000:
        return [first, _scale(draw, blocks, wrong)]
    return [first]


def slots(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Messages of every kind with scales, masks and explanations, up to two of them wrong."""
    for _ in range(count):
        kind = draw.randrange(5)
        found: list[RawSlice] = []
        for _ in range({0: 1, 1: 2, 2: draw.choice((1, 2)), 3: 0, 4: 1}[kind]):
            found += _tensor(draw, not draw.randrange(3))
        if kind == CRITIQUE and draw.randrange(3):
            dims = found[0].dims if draw.randrange(4) else (*found[0].dims, 1)[-255:]
            mask = bytearray(draw.choices(b"\0\1", k=prod(dims))) if prod(dims) < 5000 else bytearray(prod(dims))
            if mask and not draw.randrange(3):
                mask[draw.choice((0, -1))] = draw.choice((2, 0x7A, 0x81, 255))
            found.append(RawSlice(I8, dims, bytes(mask)))
        if kind in (SYNC, CRITIQUE) and draw.randrange(2):
            found.append(json_slice(json_text(draw, draw.randrange(2))))
        frame = Layout(kind, draw.choice(_FLAGS), 1, size(draw, 9), 0, draw.randrange(5), tuple(found))
        yield read(frame if draw.randrange(8) else with_faults(draw, frame))


KINDS = (
    Kind("message/combinations", every_combination),
    Kind("message/json", json_slices),
    Kind("message/slots", slots, 150),
)
