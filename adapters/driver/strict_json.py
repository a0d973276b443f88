"""JSON as the driver writes it and reads it: all that is plain by a fast library, and the rest by one that is strict.

The fast one takes more than the protocol allows, and says less about what is wrong. So it has the last word only where
the strict one could say nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import msgspec

_WRITE: Final = msgspec.json.Encoder().encode
_READ: Final = msgspec.json.Decoder().decode
_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_NULL: Final = b"null"


def json_bytes(value: Mapping[str, Any] | str) -> bytes:
    """A value as JSON of ASCII alone. Raises ValueError for what JSON cannot say."""
    try:
        data = _WRITE(value)
    except (TypeError, ValueError, RecursionError):
        data = _NULL
    return data if data.isascii() and not _has_null(data) else _ENCODE(value).encode()


def _has_null(data: bytes) -> bool:
    """Whether `null` is in it, which may stand for a number that is none, as the fast one does not mind those.

    A letter alone is looked for a hundred times as fast as a word, and none of these is in hex.
    """
    return b"u" in data and _NULL in data


def read_json(data: bytes) -> object:
    """The value that UTF-8 JSON is. Raises ValueError or RecursionError.

    No object may have a member twice, no number be infinite or none, no text hold half a surrogate pair.
    """
    try:
        value = _READ(data)
        if _WRITE(value) == data:
            return value  # all of it is in these bytes, once: what the fast one passes over would have got lost
    except (ValueError, RecursionError):
        pass  # the strict one knows the words for it
    return _read_strictly(data)


def _read_strictly(data: bytes) -> object:
    text = data.decode()
    value = _DECODE(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair could not be reported later
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member in an object")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:20]} is beyond binary64")  # it could not be sent back to a testee
    return value


_DECODE: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite).decode
