"""Canonical JSON by RFC 8785, and with it one hash for a case, however its file is laid out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

_text = json.JSONEncoder(ensure_ascii=False).encode
_whole = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_NUMBER = re.compile(r"-?\d+[.e]")
_LATER_NUMBER = re.compile(rf"[:\[,]{_NUMBER.pattern}")
"""A number with a fraction or an exponent, of which Python's text may be another. A search for a pattern that begins
with a few characters is six times as fast as for one that may begin with the text, and releases have 170 MB of it."""
_BEYOND = re.compile(r"[^\0-\uffff]")
"""A character beyond the first plane, by which names may be in another order."""


def canonical(value: Any) -> str:
    """The text of JSON data by RFC 8785: no spaces, members in order of their UTF-16 names, numbers as in ECMAScript.

    Raises TypeError for what is no JSON data, and ValueError for a number that is not finite.
    """
    text = _whole(value)
    return _by_parts(value) if _may_differ(text) else text


def _may_differ(text: str) -> bool:
    beyond = None if text.isascii() else _BEYOND.search(text)
    return (_NUMBER.match(text) or _LATER_NUMBER.search(text) or beyond) is not None


def _by_parts(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join([f"{_by_parts(name)}:{_by_parts(value[name])}" for name in names]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_by_parts, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return _text(value)


def sha256_of(value: Any) -> str:
    """The SHA-256 of the canonical text in UTF-8."""
    return sha256(canonical(value).encode()).hexdigest()


def _number(value: float) -> str:
    """The shortest digits that come back to this binary64, with an exponent outside 1e-6 to 1e21 only."""
    if value == 0:
        return "0"
    text = json.dumps(value, allow_nan=False).removesuffix(".0")
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(text), "f")
    digits, _, exponent = text.partition("e")
    return f"{digits}e{int(exponent):+d}"
