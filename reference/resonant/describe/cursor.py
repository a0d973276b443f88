"""Cutting bytes into named fields, leniently: whatever the bytes are, each comes out once and in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..console import counted
from ..errors import Part


@dataclass(frozen=True, slots=True)
class Field:
    """A named run of bytes. offset: in bytes from the start of `part`. meaning: what it says, for people."""

    part: Part
    offset: int
    data: bytes
    name: str
    meaning: str


class Cursor:
    """Takes fields off the front of data[offset:end] and remembers them in `fields`."""

    def __init__(self, data: bytes, part: Part, offset: int = 0, end: int | None = None) -> None:
        self._data = data
        self._part = part
        self.offset = offset
        self.end = len(data) if end is None else end
        self.fields: list[Field] = []
        self.cut = False
        """Whether a field was asked for that is not all there. What follows then has no known place."""

    @property
    def left(self) -> int:
        """The number of bytes not yet taken."""
        return self.end - self.offset

    def take(self, count: int, name: str, meaning: str | Callable[[bytes], str]) -> bytes:
        """Take `count` bytes as the field `name`; fewer, and `cut` becomes true, where so many are not left.

        meaning: a text, or what makes one of the bytes; it stands aside where they are cut.
        """
        got = self.peek(count)
        if len(got) < count:
            self.cut = True
            meaning = f"cut: {len(got)} of {counted(count, 'byte', ',')}"
            if not got:
                return got
        text = meaning if isinstance(meaning, str) else meaning(got)
        self.fields.append(Field(self._part, self.offset, got, name, text))
        self.offset += len(got)
        return got

    def take_uint(self, count: int, name: str, meaning: Callable[[int], str]) -> int:
        """Take a little-endian unsigned integer of `count` bytes (FRM-1); 0 and `cut` where it is not all there."""
        got = self.take(count, name, lambda found: meaning(int.from_bytes(found, "little")))
        return int.from_bytes(got, "little") if len(got) == count else 0

    def take_rest(self, meaning: str | Callable[[bytes], str], name: str = "not understood") -> None:
        """Take all that is left, if anything is."""
        if self.left:
            self.take(self.left, name, meaning)

    def peek(self, count: int, ahead: int = 0) -> bytes:
        """The `count` bytes that begin `ahead` bytes further on, or fewer at the end, without taking them."""
        return self._data[self.offset + ahead : min(self.offset + ahead + count, self.end)]

    def taken(self) -> bytes:
        """The bytes before the next field."""
        return self._data[: self.offset]
