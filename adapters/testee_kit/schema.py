"""Shapes of requests: one function for each kind of value in specs/ops/."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeAlias

_DECIMAL: Final = re.compile("0|[1-9][0-9]{0,19}")
_HALF_A_PAIR: Final = re.compile("[\ud800-\udfff]")

Check: TypeAlias = Callable[[str, Any], Any]
"""Takes where a value stands and the value; returns it as the performer wants it. Raises BadRequestError."""
Shape: TypeAlias = Mapping[str, Check]


class BadRequestError(Exception):
    """A request that is answered with `error`: it does not fit its schema (TST-11), or the text says what else."""


def integer(least: int, most: int) -> Check:
    """An integer of these bounds, both included."""

    def check(at: str, value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BadRequestError(f"{at} is not an integer from {least} to {most}")
        return value

    return check


def boolean(at: str, value: Any) -> bool:
    """true or false."""
    if type(value) is not bool:
        raise BadRequestError(f"{at} is neither true nor false")
    return value


def hexadecimal(size: int | None = None) -> Check:
    """Bytes as lower-case hexadecimal, of one size if it is given."""

    def check(at: str, value: Any) -> bytes:
        data = _from_hex(value) if type(value) is str else None
        if data is None or (size is not None and len(data) != size):
            raise BadRequestError(f"{at} is not lower-case hexadecimal" + ("" if size is None else f" of {size} bytes"))
        return data

    return check


def _from_hex(text: str) -> bytes | None:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    return data if data.hex() == text else None  # fromhex also takes spaces and capitals


def text(at: str, value: Any) -> str:
    """Any string, as long as it is Unicode: JSON can also spell half a surrogate pair."""
    if type(value) is not str or _HALF_A_PAIR.search(value):
        raise BadRequestError(f"{at} is not a string of Unicode text")
    return value


def some_text(at: str, value: Any) -> str:
    """A string that is not empty."""
    if not text(at, value):
        raise BadRequestError(f"{at} is empty")
    return str(value)


def decimal(at: str, value: Any) -> int:
    """A u64 as a decimal string without leading zeros."""
    if type(value) is not str or not _DECIMAL.fullmatch(value) or int(value) >= 2**64:
        raise BadRequestError(f"{at} is not a u64 as a decimal string")
    return int(value)


def array(check: Check, least: int = 0, most: int | None = None) -> Check:
    """A list of so many values of one kind, as a tuple."""

    def check_all(at: str, value: Any) -> tuple[Any, ...]:
        if type(value) is not list or len(value) < least or (most is not None and len(value) > most):
            raise BadRequestError(f"{at} is not an array of {least} to {'any number of' if most is None else most}")
        return tuple(check(f"{at}[{index}]", one) for index, one in enumerate(value))

    return check_all


def distinct(check: Check) -> Check:
    """A list of values of one kind, none of them twice, as a tuple."""
    listed = array(check)

    def check_all(at: str, value: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = listed(at, value)
        if len(set(found)) < len(found):
            raise BadRequestError(f"{at} has a value twice")
        return found

    return check_all


def nullable(check: Check) -> Check:
    """A value of this kind, or null as None."""

    def check_one(at: str, value: Any) -> Any:
        return None if value is None else check(at, value)

    return check_one


def named(values: Mapping[Any, Any]) -> Check:
    """One of these values, of the same type (True is not 1), as what it stands for."""

    def check(at: str, value: Any) -> Any:
        for name, meaning in values.items():
            if type(value) is type(name) and value == name:
                return meaning
        raise BadRequestError(f"{at} is not one of {', '.join(map(repr, values))}")

    return check


def one_of(*choices: int | str) -> Check:
    """One of these values, of the same type."""
    return named({choice: choice for choice in choices})


def any_value(_at: str, value: Any) -> Any:
    """Anything; it is checked later, when more is known."""
    return value


def any_object(at: str, value: Any) -> dict[str, Any]:
    """Any object; its members are checked later."""
    if type(value) is not dict:
        raise BadRequestError(f"{at} is not an object")
    return value


def members(at: str, value: Any, needed: Shape, optional: Shape) -> dict[str, Any]:
    """An object with exactly these members, each as its check returns it."""
    given = any_object(at, value)
    shape = {**needed, **optional}
    for name in [*needed, *given]:
        if name not in given or name not in shape:
            raise BadRequestError(f"{at} {'lacks' if name in shape else 'has an unknown'} member {name!r}")
    return {name: shape[name](f"{at}.{name}", one) for name, one in given.items()}


def made(make: Callable[..., Any], needed: Shape, optional: Shape | None = None) -> Check:
    """An object with these members, as what `make` makes of them; a ValueError of its says why it cannot."""

    def check(at: str, value: Any) -> Any:
        given = members(at, value, needed, optional or {})
        try:
            return make(**given)
        except ValueError as error:
            raise BadRequestError(f"{at}: {error}") from None

    return check


def parse(message: bytes) -> Any:
    """JSON in UTF-8. Raises BadRequestError."""
    try:
        return json.loads(message.decode(), parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"the message is not JSON: {error}") from None


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


U8, U16, U32 = integer(0, 0xFF), integer(0, 0xFFFF), integer(0, 0xFFFF_FFFF)
DATA = hexadecimal()
