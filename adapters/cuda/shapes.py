"""Shapes of values in requests: one function for each kind of value in specs/ops/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[str, Any], Any]
"""Takes where a value stands and the value; returns it as the op wants it. Raises ShapeError."""
Shape: TypeAlias = Mapping[str, Check]


class ShapeError(Exception):
    """A request that does not fit its schema (TST-11)."""


def text(at: str, value: Any) -> str:
    """A string of Unicode text: JSON can also spell half a surrogate pair."""
    if type(value) is not str or any("\ud800" <= char <= "\udfff" for char in value):
        raise ShapeError(f"{at} is not a string of Unicode text")
    return value


def name(at: str, value: Any) -> str:
    """A text that is not empty."""
    if not text(at, value):
        raise ShapeError(f"{at} is empty")
    return str(value)


def anything(at: str, value: Any) -> dict[str, Any]:
    """An object whose members are looked at later."""
    if type(value) is not dict:
        raise ShapeError(f"{at} is not an object")
    return value


def u32(at: str, value: Any) -> int:
    """An integer from 0 to 4294967295."""
    if type(value) is not int or not 0 <= value <= 0xFFFF_FFFF:
        raise ShapeError(f"{at} is not an integer from 0 to 4294967295")
    return value


def data(at: str, value: Any) -> bytes:
    """Bytes as lower-case hexadecimal."""
    if type(value) is not str:
        raise ShapeError(f"{at} is not a string")
    try:
        found = bytes.fromhex(value)
    except ValueError:
        found = None
    if found is None or found.hex() != value:  # fromhex also takes spaces and capitals
        raise ShapeError(f"{at} is not lower-case hexadecimal of whole bytes")
    return found


def one_of(*choices: str | int) -> Check:
    """One of these values, and of its type: True is not 1."""

    def check(at: str, value: Any) -> Any:
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            raise ShapeError(f"{at} is none of {', '.join(map(repr, choices))}")
        return value

    return check


def dims(least: int) -> Check:
    """A list of u32 numbers. `least` is 1 for the dims of a tensor, which are at most 255, and 0 for any list."""

    def check(at: str, value: Any) -> tuple[int, ...]:
        if type(value) is not list or len(value) < least or (least and len(value) > 255):
            raise ShapeError(f"{at} is not an array" + (" of 1 to 255 dims" if least else ""))
        return tuple(u32(f"{at}[{index}]", one) for index, one in enumerate(value))

    return check


def members(at: str, value: Any, needed: Shape, optional: Shape) -> dict[str, Any]:
    """An object with exactly these members, each as its check returns it."""
    given = anything(at, value)
    shape = {**needed, **optional}
    for one in [*needed, *given]:
        if one not in given:
            raise ShapeError(f"{at} lacks the member {one!r}")
        if one not in shape:
            raise ShapeError(f"{at} has an unknown member {one!r}")
    return {one: shape[one](f"{at}.{one}", item) for one, item in given.items()}
