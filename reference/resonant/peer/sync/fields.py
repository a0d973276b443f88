"""The types of members of Sync objects, each with its way from and to JSON: specs/handshake.md section 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..events import Mux, Ref

MAX_SPACE_ID = 1024
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_XXH3 = re.compile(r"[0-9a-f]{16}")
_RESET_CODE = re.compile(r"[A-Z0-9_]{1,64}")
MUX_STREAMS, MUX_FRAMES = (1, 1024), (16, 1024)
MAX_TOLERANCE = 16_777_216  # ADA-2


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of member. read: the value of what JSON gave, or None where that is of another type or range.

    write: the way back.
    """

    says: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value


def _integer(low: int | None = None, high: int | None = None) -> Callable[[Any], int | None]:
    def read(value: Any) -> int | None:
        fits = type(value) is int and (low is None or value >= low) and (high is None or value <= high)
        return value if fits else None

    return read


def _text(form: re.Pattern[str] | None = None) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        return value if isinstance(value, str) and (form is None or form.fullmatch(value)) else None

    return read


def _one_of(*names: str) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and value in names else None


def _decimal(value: Any) -> int | None:
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        return None
    number = int(value)
    return number if number < 2**64 else None


def _array(read_one: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        items = [read_one(item) for item in value] if isinstance(value, list) else [None]
        return None if any(item is None for item in items) else tuple(items)

    return read


def _ref(value: Any) -> Ref | None:
    if not isinstance(value, dict):
        return None
    stream_id, frame_seq = U32.read(value.get("stream_id")), DECIMAL.read(value.get("frame_seq"))
    return None if stream_id is None or frame_seq is None else Ref(stream_id, frame_seq)


def _write_ref(value: Ref) -> object:
    return {"stream_id": value.stream_id, "frame_seq": str(value.frame_seq)}


class Garbled:
    """The value of a member of another type or range that only some peers look at (MUX-1, MUX-6, FEC-4)."""


GARBLED = Garbled()


def _lenient(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read_any(value: Any) -> Any:
        found = read(value)
        return GARBLED if found is None else found

    return read_any


def _mux(value: Any) -> Mux | None:
    if not isinstance(value, dict):
        return None
    streams, frames = _integer(*MUX_STREAMS)(value.get("streams")), _integer(*MUX_FRAMES)(value.get("frames"))
    return None if streams is None or frames is None else Mux(streams, frames)


def _write_mux(value: Mux) -> object:
    return {"streams": value.streams, "frames": value.frames}


def decimals(numbers: Sequence[int]) -> list[str]:
    """Numbers as an array of decimal strings."""
    return [str(number) for number in numbers]


INTEGER = Shape("an integer", _integer())
SIZE = Shape("an integer of at least 1", _integer(1))
U32 = Shape("a u32", _integer(0, 2**32 - 1))
DECIMAL = Shape("a u64 as a decimal string", _decimal, str)
TEXT = Shape("a string", _text())
SPACE_ID = Shape(f"a string of at most {MAX_SPACE_ID} characters", _text(re.compile(f"(?s).{{0,{MAX_SPACE_ID}}}")))
BOOLEAN = Shape("a boolean", lambda value: value if isinstance(value, bool) else None)
NAMES = Shape("an array of strings", _array(_text()), list)
NUMBERS = Shape("an array of decimal strings", _array(_decimal), decimals)
REF = Shape("stream_id and frame_seq", _ref, _write_ref)
MD5 = Shape("32 lower-case hexadecimal digits", _text(_MD5))
XXH3 = Shape("16 lower-case hexadecimal digits", _text(_XXH3))
DIRECTION = Shape("up or down", _one_of("up", "down"))
RESET_CODE = Shape("1 to 64 characters of A to Z, 0 to 9 and _", _text(_RESET_CODE))
MUX = Shape("streams and frames in their ranges", _lenient(_mux), _write_mux)
TOLERANCE = Shape(f"an integer from 0 to {MAX_TOLERANCE}", _integer(0, MAX_TOLERANCE))
FEC = Shape("an array of strings", _lenient(_array(_text())), list)
URGENCY = Shape("an integer from 0 to 7", _lenient(_integer(0, 7)))
