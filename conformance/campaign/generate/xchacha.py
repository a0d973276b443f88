"""Inputs of the profile xchacha."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from ...wire.build import closed
from ..draw import KEY, OTHER_KEY, SIZES, combinations, damaged, texture
from ..inputs import Draw, Input, Kind
from ..layout import Layout
from .frame import decoded, spoil
from .slices import fields, layout, with_faults

ZSTD, XCHACHA = 1, 2
_NONCES = (bytes(24), b"\xff" * 24, bytes(range(0x40, 0x58)), bytes(16) + b"\1" + bytes(7))
_LADDER = tuple(one for one in SIZES if one <= 4097 or one > 65_000)


def primitive(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Seal and open over a ladder of lengths of data and of associated data."""
    axes = (_LADDER, SIZES[:60], (KEY, OTHER_KEY), ("seal", "open", "damaged", "short"))
    for length, aad_length, key, what in combinations(axes, chunk, count):
        nonce = draw.choice((*_NONCES, draw.randbytes(24)))
        plain, aad = texture(draw, length), texture(draw, aad_length)
        common = {"key": key, "nonce": nonce.hex(), "aad": aad.hex()}
        if what == "seal":
            yield Input("seal", common | {"plain": plain.hex()})
            continue
        sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, bytes.fromhex(key))
        if what == "short":
            sealed = sealed[-draw.randrange(1, 20) :]
        yield Input("open", _damage(draw, common | {"sealed": sealed.hex()}, 1 if what == "damaged" else 0))


def _damage(draw: Draw, given: dict[str, str], times: int) -> dict[str, str]:
    for _ in range(times):
        what = draw.choice(sorted(given))
        data = bytearray(bytes.fromhex(given[what]))
        if what in ("aad", "sealed") and draw.randrange(2):
            data = bytearray(damaged(draw, bytes(data), 1))
        elif data:
            data[draw.choice((0, -1, draw.randrange(len(data))))] ^= 1 << draw.randrange(8)
        given[what] = data.hex()
    return given


def frames(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Sealed frames: faults under the seal and above it, wrong keys, none; and such that are to be encoded."""
    for at in range(count):
        yield _encoded(draw, XCHACHA) if at % 4 == 0 else _decoded(draw, XCHACHA, ("xchacha",))


def frames_with_zstd(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """The same compressed and sealed."""
    for at in range(count):
        one = _encoded(draw, XCHACHA | ZSTD) if at % 4 == 0 else _decoded(draw, XCHACHA | ZSTD, ("xchacha",))
        yield replace(one, needs=("zstd", "xchacha"))


def _encoded(draw: Draw, flags: int) -> Input:
    frame = layout(draw, flags=flags)
    given: dict[str, Any] = {"fields": fields(frame), "key": KEY, "nonce": draw.choice(_NONCES).hex()}
    match draw.randrange(6):
        case 0:
            del given[draw.choice(("key", "nonce"))]
        case 1:
            spoil(draw, given["fields"])
    return Input("encode", given, ("xchacha",))


def _decoded(draw: Draw, flags: int, needs: tuple[str, ...]) -> Input:
    frame: Layout = replace(layout(draw, flags=flags), key=bytes.fromhex(KEY), nonce=draw.choice(_NONCES))
    frame = with_faults(draw, frame, 2) if draw.randrange(3) else frame
    data = frame.data()
    match draw.randrange(8):
        case 0:
            header = len(frame.header())
            body = damaged(draw, data[header:-4], 1)
            data = closed(data[:header] + body)
        case 1:
            data = closed(damaged(draw, data[: len(frame.header())], 1) + data[len(frame.header()) : -4])
    if not draw.randrange(8):
        data = replace(frame, flags=frame.flags & ~XCHACHA).data()  # a key is ignored then (XCH-7)
    key = draw.choice((KEY, KEY, KEY, KEY, None, OTHER_KEY))
    one = decoded(data)
    return Input("decode", one.given if key is None else {**one.given, "key": key}, needs)


KINDS = (
    Kind("xchacha/primitive", primitive, 150),
    Kind("xchacha/frames", frames),
    Kind("xchacha/zstd-frames", frames_with_zstd, 150),
)
