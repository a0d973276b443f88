"""JSON slices: specs/message.md section 4. One object, and nothing that two parsers could read in two ways."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from ..errors import RejectCode, ResonantError

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string, or one that has no end, each byte of which is looked at once."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_EXPLANATION = ("note", "suggested_correction")


class _RefusedError(ValueError):
    def __init__(self, clause: str, text: str) -> None:
        super().__init__(text)
        self.clause = clause


def read_object(payload: bytes) -> dict[str, Any]:
    """The object that a JSON slice's payload holds. Raises BAD_JSON (MSG-14 to MSG-18)."""
    try:
        if not (payload.startswith(b"{") and payload.endswith(b"}")):
            raise _RefusedError("MSG-14", "the payload does not start with { and end with }")
        _check_depth(payload)
        text = payload.decode("utf-8")
        value: dict[str, Any] = _DECODE(text)
        if "\\u" in text:
            _check_pairs(value)
    except _RefusedError as refused:
        raise ResonantError(RejectCode.BAD_JSON, refused.clause, str(refused)) from refused
    except UnicodeDecodeError as error:
        raise ResonantError(RejectCode.BAD_JSON, "MSG-15", f"not UTF-8: {error.reason} at {error.start}") from error
    except ValueError as error:
        raise ResonantError(RejectCode.BAD_JSON, "MSG-14", f"not JSON: {error}") from error
    return value


def check_explanation(value: Mapping[str, Any]) -> None:
    """Refuse an explanation whose known members are of the wrong kind with BAD_JSON (MSG-20)."""
    for name in _EXPLANATION:
        if name in value and not isinstance(value[name], str):
            raise ResonantError(RejectCode.BAD_JSON, "MSG-20", f"{name} is not a string")
    magnitude = value.get("magnitude", 0)
    if isinstance(magnitude, bool) or not isinstance(magnitude, int | float) or magnitude < 0:
        raise ResonantError(RejectCode.BAD_JSON, "MSG-20", "magnitude is not a number of 0 or more")


def _check_depth(payload: bytes) -> None:
    """MSG-17, before anything recursive sees the bytes."""
    depth = 0
    for byte in _STRING.sub(b"", payload):
        if byte in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise _RefusedError("MSG-17", f"nested deeper than {MAX_DEPTH}")
        elif byte in b"}]":
            depth -= 1


def _check_pairs(value: Any) -> None:
    if isinstance(value, str):
        if _HALF_PAIR.search(value):
            raise _RefusedError("MSG-15", "an escape is half a surrogate pair")
    elif isinstance(value, list):
        for item in value:
            _check_pairs(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_pairs(name)
            _check_pairs(item)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RefusedError("MSG-16", "duplicate name in an object")
    return members


def _integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:
        raise _RefusedError("MSG-18", f"the integer {text[:30]} is out of range")
    return value


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _RefusedError("MSG-18", f"the number {text[:30]} is not finite in binary64")
    return value


def _no_constant(name: str) -> NoReturn:
    raise _RefusedError("MSG-14", f"{name} is not JSON")


_DECODE = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_number, parse_constant=_no_constant
).decode
