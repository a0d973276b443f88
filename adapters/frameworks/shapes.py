"""Shapes of requests: what specs/ops/ says of the ops of `quant` and `sparse`, as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[str, Any], Any]
"""Takes where a value stands and the value; returns it as the performer wants it. Raises BadRequestError."""
Shape: TypeAlias = Mapping[str, Check]


class BadRequestError(Exception):
    """A request that does not fit its schema (TST-11)."""


# Shapes: one function for each kind of value in specs/ops/.


def integer(least: int, most: int) -> Check:
    """An integer of these bounds, both included."""

    def check(at: str, value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BadRequestError(f"{at} is not an integer from {least} to {most}")
        return value

    return check


def one_of(*choices: int | str) -> Check:
    """One of these values, of the same type: True is not 1."""

    def check(at: str, value: Any) -> int | str:
        for choice in choices:
            if type(value) is type(choice) and value == choice:
                return choice
        raise BadRequestError(f"{at} is not one of {choices}")

    return check


def hexadecimal(at: str, value: Any) -> bytes:
    """Bytes as lower-case hexadecimal."""
    try:
        data = bytes.fromhex(value) if type(value) is str else None
    except ValueError:
        data = None
    if data is None or data.hex() != value:  # fromhex also takes spaces and capitals
        raise BadRequestError(f"{at} is not lower-case hexadecimal")
    return data


def text(at: str, value: Any) -> str:
    """Any string, as long as it is Unicode: JSON can also spell half a surrogate pair."""
    if type(value) is not str or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadRequestError(f"{at} is not a string of Unicode text")
    return value


def some_text(at: str, value: Any) -> str:
    """A string that is not empty."""
    if not text(at, value):
        raise BadRequestError(f"{at} is empty")
    return str(value)


def sizes(least: int, most: int | None) -> Check:
    """An array of so many u32."""

    def check(at: str, value: Any) -> tuple[int, ...]:
        if type(value) is not list or len(value) < least or (most is not None and len(value) > most):
            raise BadRequestError(f"{at} is not an array of {least} to {most or 'any number of'} sizes")
        return tuple(U32(f"{at}[{index}]", one) for index, one in enumerate(value))

    return check


def an_object(at: str, value: Any) -> dict[str, Any]:
    """Any object; its members are checked later."""
    if type(value) is not dict:
        raise BadRequestError(f"{at} is not an object")
    return value


def members(at: str, value: Any, needed: Shape, optional: Shape) -> dict[str, Any]:
    """An object with exactly these members."""
    shape = {**needed, **optional}
    for name in [*needed, *an_object(at, value)]:
        if name not in value or name not in shape:
            raise BadRequestError(f"{at} {'lacks' if name in shape else 'has an unknown'} member {name!r}")
    return {name: shape[name](f"{at}.{name}", one) for name, one in value.items()}


U32 = integer(0, 0xFFFF_FFFF)
BITS = one_of(4, 8)
DIMS = sizes(1, 255)
REQUEST: Shape = {"op": some_text, "case": text, "profile": text, "input": an_object}
NOTHING: Shape = {}

# op -> the members its input needs, and those it may have.
SHAPES: Mapping[str, tuple[Shape, Shape]] = {
    "hello": ({"token": text}, NOTHING),
    "stop": (NOTHING, NOTHING),
    "quantize": ({"bits": BITS, "source": one_of("f16", "f32", "bf16"), "data": hexadecimal}, NOTHING),
    "dequantize": ({"bits": BITS, "count": U32, "codes": hexadecimal}, {"scale": hexadecimal}),
    "sparse_encode": ({"dims": DIMS, "dense": hexadecimal}, NOTHING),
    "sparse_decode": (
        {"dims": DIMS, "values": hexadecimal, "index_dims": sizes(0, None), "index": hexadecimal},
        NOTHING,
    ),
}
