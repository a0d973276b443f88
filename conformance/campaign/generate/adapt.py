"""Inputs of the profile adapt: tensors as for the quantizers and sparse ones, tolerances of every size, and faults."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from ..inputs import Draw, Input, Kind
from .quant import SPECIAL, TENSORS

_SOURCES = {"f16": "e", "f32": "f"}
_FORMS = ("f16", "i8", "q4", "sparse")
_COUNTS = (0, 1, 2, 3, 7, 8, 9, 12, 13, 24, 31, 32, 33, 64, 65, 100, 129)
_TOLERANCES = (0, 1, 155, 16_777, 167_772, 2**24)
_OUT = (-1, 2**24 + 1, 2**32, 2**53 - 1)


def _words(draw: Draw, count: int) -> bytes:
    """Binary16 of one kind; zeros for the most part, or anything."""
    match draw.randrange(4):
        case 0:
            words = [draw.choice(SPECIAL) if not draw.randrange(6) else draw.choice((0, 0x8000)) for _ in range(count)]
        case 1:
            words = [draw.getrandbits(16) for _ in range(count)]
        case _:
            return _packed("e", TENSORS[draw.choice(sorted(TENSORS))](draw, count))
    return struct.pack(f"<{count}H", *words)


def _packed(code: str, values: list[float]) -> bytes:
    most = 65504.0 if code == "e" else 3e38
    return struct.pack(f"<{len(values)}{code}", *(max(-most, min(most, value)) for value in values))


def _data(draw: Draw, source: str, count: int) -> bytes:
    if source == "f16":
        return _words(draw, count)
    values = TENSORS[draw.choice(sorted(TENSORS))](draw, count)
    data = bytearray(_packed("f", values))
    if source == "bf16":
        return b"".join(data[at + 2 : at + 4] for at in range(0, len(data), 4))
    for at in range(0, len(data), 4):  # digits that binary16 has no room for
        data[at : at + 2] = draw.choice((b"\0\x10", b"\1\x10", b"\0\0", b"\xff\xff"))
    return bytes(data)


def _dims(draw: Draw, count: int) -> list[int]:
    dims = [count]
    for by in (2, 3, 4):
        if count and count % by == 0 and draw.randrange(2):
            dims = [by, count // by] if draw.randrange(2) else [1, count // by, by]
    return dims


def tensor(draw: Draw, source: str, count: int) -> dict[str, Any]:
    """A tensor of so many elements, as adapt and adaptive messages take it."""
    return {"source": source, "data": _data(draw, source, count).hex(), "dims": _dims(draw, count)}


def adapted(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Tensors, most of them right; a third with few forms, and one of eight with a fault."""
    for _ in range(count):
        source, elements = draw.choice(("f16", "f16", "f32", "bf16")), draw.choice(_COUNTS)
        forms = list(_FORMS) if draw.randrange(3) else draw.sample(_FORMS, draw.randrange(5))
        draw.shuffle(forms)
        tolerance = draw.choice(_TOLERANCES) if draw.randrange(2) else int(2 ** (24 * draw.random()))
        given = tensor(draw, source, elements) | {"allow": forms, "tolerance": tolerance}
        if not draw.randrange(4):
            given["budget"] = draw.choice((0, 40, elements, 2 * elements, 2**32 - 1, draw.randrange(300)))
        match draw.randrange(24):
            case 0:
                given[draw.choice(("tolerance", "budget"))] = draw.choice(_OUT)
            case 1:
                given["data"] += draw.choice(("00", "0000", "00000000"))
            case 2:
                given["dims"] = draw.choice(([2**31, 2], [2**32 - 1], [65_536] * 4, [0], [*given["dims"], 2]))
        yield Input("adapt", given)


KINDS = (Kind("adapt/choices", adapted, 200),)
