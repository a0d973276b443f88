"""A testee for array frameworks: the profiles `quant` and `sparse` over `adapters.testee_kit`.

Standard library only, so that it can be imported before anything that may be missing. A testee says what its framework
calls things, and serves:

    serve(over(Library(mine.quantize, …), name="mine", version="1.0"))

An op that fits the schema reaches a performer, which takes the members of its input as keywords, bytes in place of
hexadecimal, and returns the members of the result, memoryviews in place of hexadecimal.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any, Final, TypeAlias

from .. import testee_kit as testees

PROFILES: Final = ("quant", "sparse")

Results: TypeAlias = Mapping[str, memoryview]
Performer: TypeAlias = Callable[..., Results]
Array: TypeAlias = Any
"""An array of the framework."""


@dataclass(frozen=True, slots=True)
class Library:
    """The calls of an implementation in an array framework, and how bytes become arrays there."""

    quantize: Callable[[Array, int], tuple[Array, Array]]
    """Takes elements and bits; gives codes and scales."""
    dequantize: Callable[[Array, int, int, Array | None], Array]
    """Takes codes, the number of elements, bits, and the scales if there are any."""
    sparse_encode: Callable[[Array, tuple[int, ...]], tuple[Array, Array]]
    """Takes elements and dims; gives values and their rows."""
    sparse_decode: Callable[[tuple[int, ...], Array, Array], Array]
    """Takes dims, values and rows."""
    elements: Callable[[bytes, str], Array]
    """Takes the bytes of elements, and "f16", "f32" or "bf16"."""
    codes: Callable[[bytes], Array]
    rows: Callable[[bytes, int], Array]
    """Takes the bytes of an index, and how many coordinates a row has."""
    payload: Callable[[Array], memoryview]
    rows_payload: Callable[[Array], memoryview]
    error: type[Exception]
    """The exception that rejects an input: made of code, clause and detail, and has the attribute `code`."""
    code: Callable[[str], Any]
    """The enumeration of its codes."""

    def check(self, holds: bool, code: str, clause: str, detail: str) -> None:
        """Refuse an input of which this does not hold."""
        if not holds:
            raise self.error(self.code(code), clause, detail)


@dataclass(frozen=True, slots=True)
class Implementation:
    """The implementation that a testee stands for."""

    name: str
    version: str
    refusal: type[Exception]
    """The exception by which a performer rejects its input; it has the attribute `code`. Others end the process."""
    performers: Mapping[str, Performer]


def over(library: Library, *, name: str, version: str) -> Implementation:
    """The testee of an implementation in an array framework."""
    performers = {
        "quantize": partial(_quantize, library),
        "dequantize": partial(_dequantize, library),
        "sparse_encode": partial(_sparse_encode, library),
        "sparse_decode": partial(_sparse_decode, library),
    }
    return Implementation(name, version, library.error, performers)


def _quantize(library: Library, bits: int, source: str, data: bytes) -> Results:
    codes, scale = library.quantize(library.elements(data, source), bits)
    return {"codes": library.payload(codes), "scale": library.payload(scale)}


def _dequantize(library: Library, bits: int, count: int, codes: bytes, scale: bytes | None = None) -> Results:
    if scale is not None:
        whole = len(scale) % 2 == 0
        library.check(whole, "BAD_SCALE", "QNT-14", f"{len(scale)} bytes are no whole number of scales")
    scales = None if scale is None else library.elements(scale, "f16")
    return {"data": library.payload(library.dequantize(library.codes(codes), count, bits, scales))}


def _sparse_encode(library: Library, dims: tuple[int, ...], dense: bytes) -> Results:
    whole = len(dense) % 2 == 0
    library.check(whole, "LENGTH_MISMATCH", "SPR-10", f"the dense tensor has {len(dense)} bytes")
    values, rows = library.sparse_encode(library.elements(dense, "f16"), dims)
    return {"values": library.payload(values), "index": library.rows_payload(rows)}


def _sparse_decode(
    library: Library, dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes
) -> Results:
    whole = len(values) % 2 == 0
    library.check(whole, "LENGTH_MISMATCH", "SPR-10", f"the values have {len(values)} bytes")
    shape = (len(values) // 2, len(dims), 4)
    library.check(index_dims == shape, "BAD_INDEX", "SPR-2", f"the index has dims {index_dims}, not {shape}")
    library.check(
        len(index) == prod(shape), "BAD_INDEX", "SPR-3", f"the index has {len(index)} bytes, not {prod(shape)}"
    )
    rows = library.rows(index, len(dims))
    return {"dense": library.payload(library.sparse_decode(dims, library.elements(values, "f16"), rows))}


def ops(implementation: Implementation) -> Mapping[str, testees.Op]:
    """The ops of a testee over it."""

    def hello(token: str) -> dict[str, Any]:
        who = {"name": implementation.name, "version": implementation.version}
        return testees.greet(token, **who, language="Python", profiles=PROFILES)

    found = {"hello": testees.Op({"token": testees.text}, {}, hello), "stop": testees.STOP}
    for op, shape in testees.SHAPES.items():
        found[op] = testees.Op(*shape, _in_hexadecimal(implementation.performers[op]))
    return found


def _in_hexadecimal(perform: Performer) -> testees.Performer:
    return lambda **given: {name: data.hex() for name, data in perform(**given).items()}


def serve(implementation: Implementation) -> None:
    """Bind, print the ports, answer until told to stop."""
    arguments = testees.read_arguments(argparse.ArgumentParser(description=f"The testee of {implementation.name}."))
    table = ops(implementation)
    testees.serve(lambda message: testees.answer(table, implementation.refusal, message), arguments.attach)
