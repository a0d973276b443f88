"""Arguments given by programs: each as plain Python or numpy, or one error that names it and what came.

Errors are ResonantError where a clause speaks of the value, TypeError for another type, ValueError for another value.
"""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, TypeVar

from .errors import RejectCode, ResonantError
from .lazy_numpy import NDArray, is_masked, is_numpy, np

T = TypeVar("T")
_LOSSES = {"c": "their imaginary parts would be lost; give array.real"}


def unlike(name: str, expected: str, value: object) -> str:
    """The sentence about an argument that is not what it has to be."""
    return f"{name}: {expected} is expected, and {reprlib.repr(value)} ({type(value).__name__}) came"


def defined(kind: type[IntEnum], to: str = " to ") -> str:
    """The values of an enum in words: "0 to 4" where they count from 0, else such as "0x01, 0x02, 0x03 and 0x10"."""
    values = [int(one) for one in kind]
    if values == list(range(len(values))):
        return f"0{to}{values[-1]}"
    *before, last = (f"0x{value:02x}" for value in values)
    return f"{', '.join(before)} and {last}"


def integer(name: str, value: Any) -> int:
    """An integer of Python or numpy. Raises TypeError; a bool and a float are none, whatever their value."""
    if type(value) is int:
        return value
    try:
        if isinstance(value, bool) or is_numpy(value, "bool_"):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise TypeError(unlike(name, "an integer", value)) from None


def field(name: str, value: Any, code: RejectCode = RejectCode.FIELD_RANGE, clause: str = "FRM-36") -> int:
    """An integer for a field of the wire; its range is not checked. Raises ResonantError with this code and clause."""
    try:
        return integer(name, value)
    except TypeError as error:
        raise ResonantError(code, clause, str(error)) from None


def unsigned(name: str, value: Any, bits: int) -> int:
    """An integer that fits an unsigned field of so many bits. Raises FIELD_RANGE (FRM-36)."""
    number = field(name, value)
    if not 0 <= number < 2**bits:
        raise ResonantError(RejectCode.FIELD_RANGE, "FRM-36", f"{name} {number} is not a u{bits}")
    return number


def octets(name: str, value: Any) -> bytes:
    """The bytes of bytes, bytearray, memoryview or an array. Raises TypeError."""
    if type(value) is bytes:
        return value
    if is_masked(value):
        raise TypeError(f"{name}: a masked array would lose its mask; give array.filled(VALUE)")
    if is_numpy(value, "generic") or (is_numpy(value, "ndarray") and value.dtype.hasobject):
        raise TypeError(unlike(name, "bytes", value))
    try:
        return memoryview(value).tobytes()
    except (TypeError, ValueError, BufferError):
        raise TypeError(unlike(name, "bytes", value)) from None


def text(name: str, value: Any) -> str:
    """A str. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(unlike(name, "a str", value))
    return value


def boolean(name: str, value: Any) -> bool:
    """A bool of Python or numpy. Raises TypeError."""
    if not (isinstance(value, bool) or is_numpy(value, "bool_")):
        raise TypeError(unlike(name, "True or False", value))
    return bool(value)


def instance(name: str, value: Any, kind: type[T]) -> T:
    """A value of this class. Raises TypeError."""
    if not isinstance(value, kind):
        raise TypeError(unlike(name, f"a {kind.__name__}", value))
    return value


def instances(name: str, value: Any, kind: type[T]) -> tuple[T, ...]:
    """Several values of this class, as a tuple. Raises TypeError."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise TypeError(unlike(name, f"a tuple of {kind.__name__}", value))
    return tuple(instance(f"{name}[{index}]", one, kind) for index, one in enumerate(value))


def names(name: str, value: Any) -> tuple[str, ...]:
    """Several str, as a tuple. Raises TypeError, for a single str as well."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise TypeError(unlike(name, "a tuple of str", value))
    return tuple(text(f"{name}[{index}]", one) for index, one in enumerate(value))


def dims_of(name: str, value: Any) -> tuple[int, ...]:
    """Dims as a tuple of int, each a u32. Raises TypeError, or FIELD_RANGE (FRM-36) for one of them."""
    if not (isinstance(value, Sequence) or is_numpy(value, "ndarray")) or isinstance(
        value, str | bytes | bytearray | memoryview
    ):
        raise TypeError(unlike(name, "a tuple of int", value))
    return tuple(unsigned(f"{name}[{index}]", one, 32) for index, one in enumerate(value))


def real_array(name: str, value: Any) -> NDArray[Any]:
    """An array of real numbers, or one such number as an array without dims. Raises TypeError for whatever else.

    Whatever numpy makes an array of by its protocols is one; a list is not, as it leaves the type of elements open.
    """
    if is_masked(value):
        raise TypeError(f"{name}: a masked array would lose its mask; give array.filled(VALUE)")
    if type(value) in (int, float):
        return np.asarray(_binary64(name, value))
    if not is_numpy(value, "ndarray", "generic") and not hasattr(value, "__array__"):
        raise TypeError(unlike(name, "a numpy array of real numbers", value))
    try:
        array = np.asarray(value)
    except Exception as error:  # whatever a foreign array raises, such as one on another device
        raise TypeError(f"{name}: numpy cannot make an array of this {type(value).__name__}: {error}") from error
    if array.dtype.kind in "fiub" or array.dtype.isbuiltin == 2:  # 2: a type that another package added to numpy
        return array
    loss = _LOSSES.get(array.dtype.kind, "only real numbers can be elements")
    raise TypeError(f"{name}: the elements are {array.dtype}; {loss}")


def _binary64(name: str, value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name}: {reprlib.repr(value)} is beyond binary64") from None
