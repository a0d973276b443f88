"""The measures of a case: sizes, counts, digits, combinations and places, as sets of plain values."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from .view import View

Measure = Callable[[View], Iterable[Any]]
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?')
"""A string, or one that has no end."""


def length(member: str) -> Measure:
    """Bytes of a member."""
    return lambda view: [view.length(member)] if member in view.given else []


_SIZE_FIELDS = {0x20: (1, 0), 0x60: (2, 256), 0xA0: (4, 0), 0xE0: (8, 0)}  # ZST-2, ZST-3


def content_size(view: View) -> Iterable[int]:
    """The content size that a Zstandard frame announces, which is right wherever it is accepted."""
    frame = bytes.fromhex(view.given["zstd"])
    if len(frame) < 5 or frame[4] not in _SIZE_FIELDS:
        return []
    length, offset = _SIZE_FIELDS[frame[4]]
    return [int.from_bytes(frame[5 : 5 + length], "little") + offset]


def header(*names: str) -> Measure:
    """Numbers of the header as a tuple."""
    return lambda view: [tuple(view.header[name] for name in names)] if view.header.keys() >= {*names} else []


def coded(*names: str) -> Measure:
    """The code of a reject, and numbers of the header."""
    return lambda view: [(view.code, *(view.header[name] for name in names))] if view.header.keys() >= {*names} else []


def byte_alone(name: str) -> Measure:
    """The place of the only byte that is not 0."""

    def measure(view: View) -> Iterable[int]:
        value = view.header.get(name, 0).to_bytes(8, "little")
        places = [place for place, byte in enumerate(value) if byte]
        return places if len(places) == 1 else []

    return measure


def count_bits(view: View) -> Iterable[int]:
    """Bits of num_slices, whatever the frame has room for."""
    count = int.from_bytes(view.frame[16:24], "little")
    return [bit for bit in range(64) if count >> bit & 1]


def entry_bits(view: View) -> Iterable[int]:
    """Bits of table entries."""
    return [bit for entry in view.table for bit in range(32) if entry >> bit & 1]


def dim_bits(view: View) -> Iterable[int]:
    """Bits of the first slice's dims."""
    return [bit for dim in view.first[1] for bit in range(32) if dim >> bit & 1]


def flag_bits(view: View) -> Iterable[int]:
    """Bits of flags."""
    flags = view.header.get("flags", 0)
    return [bit for bit in range(16) if flags >> bit & 1]


def crc_bits(view: View) -> Iterable[int]:
    """The one bit in which a CRC is not right."""
    if len(view.frame) < 33:
        return []
    wrong = zlib.crc32(view.frame[:-4]) ^ int.from_bytes(view.frame[-4:], "little")
    return [wrong.bit_length() - 1] if wrong.bit_count() == 1 else []


def payload(dtype: int) -> Measure:
    """Bytes of the payload, where there is one slice of this dtype."""
    return lambda view: view.table if len(view.table) == 1 and view.first[0] == dtype else []


def elements(dtype: int) -> Measure:
    """Elements of the only slice, by its dims."""
    return lambda view: view.first[1] if view.first[0] == dtype and len(view.first[1]) == 1 else []


def rank(view: View) -> Iterable[int]:
    """Dims of the first slice."""
    return [len(view.first[1])]


def combination(view: View) -> Iterable[tuple[int, ...]]:
    """Type, dtype, flags and modality of a frame with one slice."""
    if "fields" in view.given or view.result.get("fields"):
        fields = view.given.get("fields") or view.result["fields"]
        if len(fields["slices"]) == 1:
            return [(fields["type"], fields["slices"][0]["dtype"], fields["flags"], fields["modality"])]
    return []


def place(view: View) -> Iterable[str]:
    """The place of the fault, by the id."""
    return [view.place] if view.place else []


def place_in_id(pattern: str) -> Measure:
    """A number in the id, which names what is changed."""
    return lambda view: [int(one) for one in re.findall(pattern, view.id)]


def dims_rank(view: View) -> Iterable[int]:
    """Dims of a sparse tensor."""
    return [len(view.given.get("dims", ()))]


def rows(view: View) -> Iterable[int]:
    """Values of a sparse tensor."""
    return [view.length("values") // 2]


def dense_elements(view: View) -> Iterable[int]:
    """Elements of a dense tensor."""
    return [view.length("dense") // 2]


def json_members(view: View) -> Iterable[int]:
    """Members of the outer object, as many as there are commas outside brackets of any depth."""
    text = _STRING.sub(b"", view.text)
    return [text.count(b",") + 1] if text[:1] == b"{" and b"[" not in text and text.count(b"{") == 1 else []


def json_depth(view: View) -> Iterable[int]:
    """The deepest nesting."""
    depth = most = 0
    for byte in _STRING.sub(b"", view.text):
        depth += (byte in b"{[") - (byte in b"}]")
        most = max(most, depth)
    return [most] if view.text[:1] == b"{" else []


def json_bytes(view: View) -> Iterable[int]:
    """Bytes below 0x20, and those from 0x80 on that lead a letter."""
    return [byte for byte in view.text if byte < 0x20 or byte >= 0xC0] if view.text[:1] == b"{" else []


def hex_digits(view: View) -> Iterable[str]:
    """Digits of escapes."""
    return "".join(found.decode() for found in re.findall(rb"\\u([0-9a-fA-F]{4})", view.text))


def kind(view: View) -> Iterable[tuple[int, ...]]:
    """Type, modality and STRONG_TAIL of a message."""
    if "modality" not in view.header:
        return []
    return [(view.header["type"], view.header["modality"], view.header["flags"] & 4)]


def quant_count(view: View) -> Iterable[int]:
    """Elements of a tensor to quantize, or codes to dequantize."""
    if "count" in view.given:
        return [view.given["count"]]
    return [view.length("data") // {"f16": 2, "bf16": 2, "f32": 4}[view.given["source"]]]


def quant_combination(view: View) -> Iterable[tuple[Any, ...]]:
    """Width and source, or width and whether there are scales."""
    return [(view.given["bits"], view.given.get("source", "scale" in view.given))]
