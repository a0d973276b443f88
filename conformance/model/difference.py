"""The first difference between two JSON values: its path, and the byte in it where bytes are compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from resonant.console import counted

# members that hold bytes
HEX_MEMBERS = frozenset(
    {
        "frame",
        "payload",
        "plain",
        "sealed",
        "zstd",
        "header",
        "plain_body",
        "codes",
        "scale",
        "data",
        "values",
        "index",
        "dense",
        "mask",
    }
)
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference. byte: the offset of the first differing byte, where both sides are bytes in hex."""

    path: Path
    expected: Any
    got: Any
    byte: int | None = None

    def text(self) -> str:
        """The difference as one line."""
        where = path_text(self.path)
        if self.byte is None:
            return f"{where}: expected {_value(self.expected)}, got {_value(self.got)}"
        at = slice(2 * self.byte, 2 * self.byte + 2)
        expected, got = (side[at] or "the end" for side in (self.expected, self.got))
        lengths = (
            ""
            if len(self.expected) == len(self.got)
            else (f" ({counted(len(self.expected) // 2, 'byte', ',')} expected, {len(self.got) // 2:,} came)")
        )
        return f"{where}, byte {self.byte}: expected {expected}, got {got}{lengths}"


def same(expected: Any, got: Any) -> bool:
    """Whether two JSON values are the same; 1, 1.0 and true are three different values."""
    kind = type(expected)
    if kind is not type(got):
        return False
    if kind is dict:
        return len(expected) == len(got) and _same_members(expected, got)
    if kind is list:
        return len(expected) == len(got) and all(map(same, expected, got))
    return bool(expected == got)


def _same_members(expected: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    for key, value in expected.items():
        other = got.get(key, ABSENT)
        kind = type(value)
        if kind is str or kind is int:  # as most are: a call for each takes twice the time
            if type(other) is not kind or other != value:
                return False
        elif not same(value, other):
            return False
    return True


def first_difference(expected: Any, got: Any, path: Path = ()) -> Difference | None:
    """The first difference in the order of `expected`, None if there is none."""
    if same(expected, got):
        return None
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key in [*expected, *(key for key in got if key not in expected)]:
            if key not in got or key not in expected:
                return Difference((*path, key), expected.get(key, ABSENT), got.get(key, ABSENT))
            found = first_difference(expected[key], got[key], (*path, key))
            if found:
                return found
    if isinstance(expected, list) and isinstance(got, list):
        for index, (left, right) in enumerate(zip_longest(expected, got, fillvalue=ABSENT)):
            found = first_difference(left, right, (*path, index))
            if found:
                return found
    if isinstance(expected, str) and isinstance(got, str) and path and path[-1] in HEX_MEMBERS:
        return Difference(path, expected, got, first_byte(expected, got))
    return Difference(path, expected, got)


def first_byte(expected: str, got: str) -> int:
    """The offset of the first byte in which two hex strings differ."""
    return (
        next(
            (i for i, pair in enumerate(zip(expected, got, strict=False)) if pair[0] != pair[1]),
            min(len(expected), len(got)),
        )
        // 2
    )


def path_text(path: Path) -> str:
    """fields.slices[0].payload"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


def _value(value: Any) -> str:
    text = repr(value) if value is ABSENT else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:80]}…"
