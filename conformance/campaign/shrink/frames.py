"""Smaller frames: fewer slices, shorter payloads, plainer fields, and the CRC of what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields as members
from dataclasses import replace
from math import prod
from typing import Any

from ...wire.build import closed
from ..layout import Layout, RawSlice, read_layout

_PLAIN = Layout()
_HEADER = ("flags", "stream_id", "frame_seq", "space_hash32", "modality", "type", "version", "num_slices", "packed")
_BYTES_OF = {1: 2.0, 2: 1.0, 3: 0.5, 16: 2.0}


def smaller_frames(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """decode and read_message."""
    frame = bytes.fromhex(given["frame"])
    if "key" in given:
        yield {"frame": given["frame"]}
    key = bytes.fromhex(given["key"]) if "key" in given else None
    layout = read_layout(frame, key)
    made = _bytes(frame) if layout is None else (one.data() for one in _layouts(layout))
    yield from ({**given, "frame": data.hex()} for data in made if data != frame)


def _bytes(frame: bytes) -> Iterator[bytes]:
    """A frame that cannot be taken apart: cut in the middle and at its end, with its CRC mended or not."""
    size = len(frame)
    while size:
        for at in range(0, len(frame), size):
            cut = frame[:at] + frame[at + size :]
            yield cut
            yield closed(frame[:-4][:at] + frame[:-4][at + size :])
        size //= 2


def _layouts(one: Layout) -> Iterator[Layout]:
    slices = one.slices
    if one.extra:
        yield replace(one, extra=b"")
        yield replace(one, extra=one.extra[:1])
    size = len(slices)
    while size:
        for at in range(0, len(slices), size):
            yield replace(one, slices=slices[:at] + slices[at + size :])
        size //= 2
    for at, each in enumerate(slices[:32]):
        for smaller in _slices(each):
            yield replace(one, slices=(*slices[:at], smaller, *slices[at + 1 :]))
    plain = {member.name: getattr(_PLAIN, member.name) for member in members(_PLAIN)}
    for name in _HEADER:
        if getattr(one, name) != plain[name]:
            yield replace(one, **{name: plain[name]})
    if one.crc_xor not in (0, 1):
        yield replace(one, crc_xor=1)
    if one.crc_xor:
        yield replace(one, crc_xor=0)


def _slices(one: RawSlice) -> Iterator[RawSlice]:
    """Fewer elements, dims and payload together; then dims alone, payload alone, and zeros."""
    elements = prod(one.dims)
    for fewer in sorted({0, 1, 2, 32, min(elements, 1 << 20) // 2, min(elements, 1 << 20) - 1}):
        if 0 <= fewer < elements:
            length = -int(-fewer * _BYTES_OF.get(one.dtype, 1.0) // 1)
            yield replace(one, dims=(fewer,), payload=one.payload[:length])
            yield replace(one, dims=(fewer,))
    for length in sorted({0, 1, 2, len(one.payload) // 2, max(0, len(one.payload) - 1)}):
        if length < len(one.payload):
            yield replace(one, payload=one.payload[:length])
    if len(one.dims) > 1:
        yield replace(one, dims=one.dims[: len(one.dims) // 2])
        yield from (replace(one, dims=one.dims[:at] + one.dims[at + 1 :]) for at in range(min(len(one.dims), 16)))
    if any(one.payload):
        yield replace(one, payload=bytes(len(one.payload)))
        half = len(one.payload) // 2
        yield replace(one, payload=bytes(half) + one.payload[half:])
        yield replace(one, payload=one.payload[:half] + bytes(len(one.payload) - half))
    if one.length is not None:
        yield replace(one, length=None)
    if one.rank is not None:
        yield replace(one, rank=None)


def smaller_fields(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """encode."""
    fields = given["fields"]
    for name in ("key", "nonce", "level"):
        if name in given:
            yield {other: value for other, value in given.items() if other != name}
    for name, plain in (("stream_id", 0), ("frame_seq", "0"), ("space_hash32", 0), ("modality", 0), ("type", 0)):
        if fields[name] != plain:
            yield {**given, "fields": {**fields, name: plain}}
    for bit in range(16):
        if fields["flags"] >> bit & 1:
            yield {**given, "fields": {**fields, "flags": fields["flags"] ^ 1 << bit}}
    slices = fields["slices"]
    for at, one in enumerate(slices):
        yield {**given, "fields": {**fields, "slices": slices[:at] + slices[at + 1 :]}}
        raw = RawSlice(one["dtype"], tuple(one["dims"]), bytes.fromhex(one["payload"]))
        for less in _slices(raw):
            made = {"dtype": less.dtype, "dims": list(less.dims), "payload": less.payload.hex()}
            yield {**given, "fields": {**fields, "slices": [*slices[:at], made, *slices[at + 1 :]]}}
