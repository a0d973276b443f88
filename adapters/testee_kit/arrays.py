"""A testee for array frameworks over `adapters.testee_kit`: `quant`, and `sparse` and `adapt` if it has them.

Standard library only, so that it can be imported before anything that may be missing. A testee says what its framework
calls things, and serves:

    serve(over(Library(mine.quantize, …), name="mine", version="1.0"))

An op that fits the schema reaches a performer, which takes the members of its input as keywords, bytes in place of
hexadecimal, and returns the members of the result, bytes-like objects in place of hexadecimal.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any, Final, TypeAlias

from .. import testee_kit as testees

SOURCE_BYTES: Final = {"f16": 2, "f32": 4, "bf16": 2}
OPS: Final[Mapping[str, tuple[testees.Shape, testees.Shape]]] = {**testees.SHAPES, "adapt": testees.ADAPT}

Results: TypeAlias = Mapping[str, Any]
"""Bytes-like objects, but for names, which stay as they are."""
Performer: TypeAlias = Callable[..., Results]
Array: TypeAlias = Any
"""An array of the framework."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """The calls of `sparse`."""

    encode: Callable[[Array, tuple[int, ...]], tuple[Array, Array]]
    """Takes elements and dims; gives values and their rows."""
    decode: Callable[[tuple[int, ...], Array, Array], Array]
    """Takes dims, values and rows."""
    rows: Callable[[bytes, int], Array]
    """Takes the bytes of an index, and how many coordinates a row has."""
    payload: Callable[[Array], memoryview]
    """The bytes of rows."""


@dataclass(frozen=True, slots=True)
class Adaptive:
    """The calls of `adapt`."""

    check: Callable[[int, int | None], None]
    """Takes a tolerance and a budget, and rejects those out of range."""
    choose: Callable[[Array, tuple[int, ...], Sequence[str], int, int | None], tuple[str, tuple[Array, ...]]]
    """Takes elements, dims, the names of forms, a tolerance and a budget; gives the name of one and its payloads."""


@dataclass(frozen=True, slots=True)
class Library:
    """The calls of an implementation in an array framework, and how bytes become arrays there."""

    quantize: Callable[[Array, int], tuple[Array, Array]]
    """Takes elements and bits; gives codes and scales."""
    dequantize: Callable[[Array, int, int, Array | None], Array]
    """Takes codes, the number of elements, bits, and the scales if there are any."""
    elements: Callable[[bytes, str], Array]
    """Takes the bytes of elements, and "f16", "f32" or "bf16"."""
    codes: Callable[[bytes], Array]
    payload: Callable[[Array], bytes | memoryview]
    error: type[Exception]
    """The exception that rejects an input: made of code, clause and detail, and has the attribute `code`."""
    code: Callable[[str], Any]
    """The enumeration of its codes."""
    sparse: Sparse | None = None
    adaptive: Adaptive | None = None
    """Only beside `sparse`."""

    def check(self, holds: bool, code: str, clause: str, detail: str) -> None:
        """Refuse an input of which this does not hold."""
        if not holds:
            raise self.error(self.code(code), clause, detail)


@dataclass(frozen=True, slots=True)
class Implementation:
    """The implementation that a testee stands for."""

    name: str
    version: str
    profiles: tuple[str, ...]
    refusal: type[Exception]
    """The exception by which a performer rejects its input; it has the attribute `code`. Others end the process."""
    performers: Mapping[str, Performer]


def over(library: Library, *, name: str, version: str) -> Implementation:
    """The testee of an implementation in an array framework."""
    profiles = ["quant"]
    performers: dict[str, Performer] = {
        "quantize": partial(_quantize, library),
        "dequantize": partial(_dequantize, library),
    }
    if library.sparse is not None:
        profiles.append("sparse")
        performers["sparse_encode"] = partial(_sparse_encode, library, library.sparse)
        performers["sparse_decode"] = partial(_sparse_decode, library, library.sparse)
        if library.adaptive is not None:
            profiles.append("adapt")
            performers["adapt"] = partial(_adapt, library, library.sparse, library.adaptive)
    return Implementation(name, version, tuple(profiles), library.error, performers)


def _quantize(library: Library, bits: int, source: str, data: bytes) -> Results:
    codes, scale = library.quantize(library.elements(data, source), bits)
    return {"codes": library.payload(codes), "scale": library.payload(scale)}


def _dequantize(library: Library, bits: int, count: int, codes: bytes, scale: bytes | None = None) -> Results:
    if scale is not None:
        whole = len(scale) % 2 == 0
        library.check(whole, "BAD_SCALE", "QNT-14", f"{len(scale)} bytes are no whole number of scales")
    scales = None if scale is None else library.elements(scale, "f16")
    return {"data": library.payload(library.dequantize(library.codes(codes), count, bits, scales))}


def _sparse_encode(library: Library, sparse: Sparse, dims: tuple[int, ...], dense: bytes) -> Results:
    whole = len(dense) % 2 == 0
    library.check(whole, "LENGTH_MISMATCH", "SPR-10", f"the dense tensor has {len(dense)} bytes")
    values, rows = sparse.encode(library.elements(dense, "f16"), dims)
    return {"values": library.payload(values), "index": sparse.payload(rows)}


def _sparse_decode(
    library: Library,
    sparse: Sparse,
    *,
    dims: tuple[int, ...],
    values: bytes,
    index_dims: tuple[int, ...],
    index: bytes,
) -> Results:
    whole = len(values) % 2 == 0
    library.check(whole, "LENGTH_MISMATCH", "SPR-10", f"the values have {len(values)} bytes")
    shape = (len(values) // 2, len(dims), 4)
    library.check(index_dims == shape, "BAD_INDEX", "SPR-2", f"the index has dims {index_dims}, not {shape}")
    library.check(
        len(index) == prod(shape), "BAD_INDEX", "SPR-3", f"the index has {len(index)} bytes, not {prod(shape)}"
    )
    rows = sparse.rows(index, len(dims))
    return {"dense": library.payload(sparse.decode(dims, library.elements(values, "f16"), rows))}


def _adapt(  # noqa: PLR0913 - the members of the input
    library: Library,
    sparse: Sparse,
    adaptive: Adaptive,
    *,
    source: str,
    data: bytes,
    dims: tuple[int, ...],
    allow: tuple[str, ...],
    tolerance: int,
    budget: int | None = None,
) -> Results:
    adaptive.check(tolerance, budget)  # before lengths (ADA-10)
    due = prod(dims) * SOURCE_BYTES[source]
    library.check(len(data) == due, "LENGTH_MISMATCH", "ADA-3", f"dims {dims} of {source} take {due} bytes")
    form, payloads = adaptive.choose(library.elements(data, source), dims, allow, tolerance, budget)
    found = dict(zip(testees.PAYLOADS[form], payloads, strict=True))
    as_bytes = {name: (sparse if name == "index" else library).payload(array) for name, array in found.items()}
    return {"dtype": form, **as_bytes}


def ops(implementation: Implementation) -> Mapping[str, testees.Op]:
    """The ops of a testee over it."""

    def hello(token: str) -> dict[str, Any]:
        who = {"name": implementation.name, "version": implementation.version}
        return testees.greet(token, **who, language="Python", profiles=implementation.profiles)

    found = {"hello": testees.Op({"token": testees.text}, {}, hello), "stop": testees.STOP}
    for op, perform in implementation.performers.items():
        found[op] = testees.Op(*OPS[op], _in_hexadecimal(perform))
    return found


def _in_hexadecimal(perform: Performer) -> testees.Performer:
    def performed(**given: Any) -> dict[str, Any]:
        found = perform(**given)
        return {name: value if isinstance(value, str) else value.hex() for name, value in found.items()}

    return performed


def serve(implementation: Implementation) -> None:
    """Bind, print the ports, answer until told to stop."""
    arguments = testees.read_arguments(argparse.ArgumentParser(description=f"The testee of {implementation.name}."))
    table = ops(implementation)
    testees.serve(lambda message: testees.answer(table, implementation.refusal, message), arguments.attach)
