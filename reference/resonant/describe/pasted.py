"""Bytes as people have them at hand: digits, the bytes of an array or a string, base64, and the dumps of tools."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ..console import counted

_BETWEEN: Final = re.compile(r"0[xX]|\\x|\bb(?=[\"'])|[\s_:\"'`]")
_LONE: Final = re.compile(r"\b0[xX]([0-9a-fA-F])\b")
"""A byte as programs print it that write no leading zeros."""
_ESCAPED: Final = re.compile(r"b?([\"'])(?:\\x[0-9a-fA-F]{2}|\s)*\1;?|(?:\\x[0-9a-fA-F]{2}|\s)*")
_ARRAY: Final = re.compile(r"\{([^{}]*)\}|\[([^\[\]{}]+)\]")
_BASE64: Final = re.compile(r"(?:AQ|UlNGM)[0-9A-Za-z+/\s]*={0,2}")
"""The beginnings of a frame of version 1 and of repair in base64: Q and U are no digits, so no text is both."""
_ROW: Final = re.compile(r"\s*(?:0[xX])?([0-9a-fA-F]{4,16})(:?)(?:\s+(.*))?")
_GROUP: Final = re.compile(r"((?:[0-9a-fA-F]{2})+)( +|$)")
_HALF_BYTES: Final = 8
_TEXT: Final = re.compile(r"[\t\n\r\x20-\x7e]*")


class PastedError(Exception):
    """A text that spells no bytes. Its own text goes on from a name; is_meant: whether it was to spell some."""

    def __init__(self, text: str, *, is_meant: bool = True) -> None:
        super().__init__(text)
        self.is_meant = is_meant


def pasted(text: str) -> bytes:
    """The bytes that a text spells in any of these forms. Raises PastedError."""
    plain = text.removeprefix("\ufeff").strip()
    rows = [row for row in plain.splitlines() if row.strip()]
    first = _ROW.fullmatch(rows[0]) if rows else None
    if first is not None and first[3] and not int(first[1], 16):  # an offset of 0: no frame begins with 00
        return _dumped(rows)
    if _BASE64.fullmatch(plain):
        try:
            return base64.b64decode("".join(plain.split()), validate=True)
        except binascii.Error as error:
            raise PastedError("begins as a frame in base64, and is cut off: copy all of it") from error
    array = _ARRAY.search(plain)
    return digits(plain if array is None else array[1] or array[2] or "")


def looks_pasted(text: str) -> bool:
    """True if bytes are meant by a text: it is a dump or base64, or nothing but digits and what is between them."""
    plain = text.removeprefix("\ufeff").strip()
    if not plain or not _TEXT.fullmatch(plain):
        return False
    try:
        pasted(plain)
    except PastedError as error:
        return error.is_meant
    return True


def digits(text: str) -> bytes:
    """The bytes of hexadecimal digits, which may have 0x before them, and much between them. Raises PastedError."""
    if "\\x" in text and not _ESCAPED.fullmatch(text.strip()):
        raise PastedError(r"is a string with more in it than bytes as \x07: print its digits, such as with .hex()")
    padded = _LONE.sub(r"0\1", text.removeprefix("\ufeff"))
    parts = [_BETWEEN.sub("", part) for part in re.split("[,;]", padded)]
    found = "".join(parts)
    wrong = re.search(r"[^0-9a-fA-F]", found)
    if wrong:
        raise PastedError(f"is not hexadecimal: it holds {wrong[0]!r}", is_meant=False)
    if not found:
        raise PastedError("is empty", is_meant=False)
    odd = next((part for part in parts if len(part) % 2), None)
    if odd is None:
        return bytes.fromhex(found)
    if len(parts) == 1:
        raise PastedError(f"has {counted(len(odd), 'hexadecimal digit')}, an odd number; a byte has two")
    raise PastedError(f"has {odd[:20]!r} between commas; a byte has two hexadecimal digits, such as 0x07")


class _Row(NamedTuple):
    """A row of a dump: its offset, whether a colon follows that, and everything behind."""

    offset: int
    has_colon: bool
    rest: str


def _dumped(texts: Sequence[str]) -> bytes:
    """The bytes of a dump, without what stands beside them. Where a row ends is told by the offset of the next."""
    rows = [_row(text) for text in texts]
    found = bytearray()
    for row, after in pairwise([*rows, None]):
        assert row is not None
        if row.offset != len(found):
            follows = f"follows {counted(len(found), 'byte')}"
            raise PastedError(f"is a dump whose row at {row.offset:x} {follows}: copy all of it; od needs -A x")
        found += _bytes_in(row, None if after is None else after.offset - row.offset)
    return bytes(found)


def _row(text: str) -> _Row:
    if text.strip() == "*":
        raise PastedError("is a dump without its equal rows: make it with xxd, or with hexdump -v -C")
    match = _ROW.fullmatch(text)
    if match is None:
        raise PastedError(f"is a dump and more: {text.strip()[:40]!r} is no row of it")
    return _Row(int(match[1], 16), bool(match[2]), match[3] or "")


def _bytes_in(row: _Row, count: int | None) -> bytes:
    """So many bytes of a row; those of the last one, whose count is not known, end where its columns do."""
    found, at = bytearray(), 0
    while len(found) != count and (group := _GROUP.match(row.rest, at)):
        text, gap = group[1], group[2]
        if len(text) > 2 and not row.has_colon:
            raise PastedError("is a dump of words, whose bytes are in the order of a machine: make it with hexdump -C")
        found += bytes.fromhex(text)
        at = group.end()
        if count is None and len(gap) > 1 and not (len(gap) == 2 and len(found) == _HALF_BYTES):
            break
    if count is not None and len(found) != count:
        lacks = f"has {len(found)} of {counted(count, 'byte')}"
        raise PastedError(f"is a dump whose row at {row.offset:x} {lacks}: copy all of it; od needs -A x")
    return bytes(found)
