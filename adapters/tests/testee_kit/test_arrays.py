"""The shared part of array-framework testees, without a framework: bytes instead of arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters.testee_kit import PAYLOADS, answer
from adapters.testee_kit.arrays import Adaptive, Library, Sparse, ops, over


class RefusedError(Exception):
    @property
    def code(self) -> str:
        return str(self.args[0])


PLAIN = Library(
    quantize=lambda data, bits: (data[:bits], data[bits:]),
    dequantize=lambda codes, count, bits, scale: codes + bytes([count, bits]) + (scale or b""),
    elements=lambda data, source: source.encode() + data,
    codes=lambda data: b"codes" + data,
    payload=memoryview,
    error=RefusedError,
    code=str,
    sparse=Sparse(
        encode=lambda dense, dims: (dense, bytes(dims)),
        decode=lambda dims, values, rows: bytes(dims) + values + rows,
        rows=lambda data, rank: data[:rank],
        payload=lambda rows: memoryview(b"rows" + rows),
    ),
    adaptive=Adaptive(
        check=lambda tolerance, budget: None,
        choose=lambda x, dims, allow, tolerance, budget: (allow[0], (x, bytes(dims))[: len(PAYLOADS[allow[0]])]),
    ),
)
SPARSE = {"dims": [2, 3], "values": "003c", "index_dims": [1, 2, 4], "index": "01" * 8}
ADAPT = {"source": "bf16", "data": "003c", "dims": [1, 1], "allow": [], "tolerance": 0}


def asked(op: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    table = ops(over(PLAIN, name="plain", version="1"))
    message = json.dumps({"op": op, "case": "", "profile": "", "input": given}).encode()
    return answer(table, RefusedError, message)[1]


@pytest.mark.parametrize(
    ("op", "given", "ok"),
    [
        ("quantize", {"bits": 4, "source": "f32", "data": "aabb"}, {"codes": b"f32\xaa".hex(), "scale": "bb"}),
        ("dequantize", {"bits": 4, "count": 1, "codes": "77"}, {"data": b"codes\x77\x01\x04".hex()}),
        (
            "dequantize",
            {"bits": 8, "count": 1, "codes": "77", "scale": "003c"},
            {"data": b"codes\x77\x01\x08f16\x00\x3c".hex()},
        ),
        (
            "sparse_encode",
            {"dims": [2, 3], "dense": "003c"},
            {"values": b"f16\x00\x3c".hex(), "index": b"rows\x02\x03".hex()},
        ),
        ("sparse_decode", SPARSE, {"dense": b"\x02\x03f16\x00\x3c\x01\x01".hex()}),
        ("adapt", ADAPT | {"allow": ["f16"]}, {"dtype": "f16", "data": b"bf16\x00\x3c".hex()}),
        ("adapt", ADAPT | {"allow": ["q4"]}, {"dtype": "q4", "codes": b"bf16\x00\x3c".hex(), "scale": "0101"}),
        (
            "adapt",
            ADAPT | {"allow": ["sparse"], "budget": 1},
            {"dtype": "sparse", "values": b"bf16\x00\x3c".hex(), "index": b"rows\x01\x01".hex()},
        ),
    ],
)
def test_bytes_become_arrays_and_bytes_again(op: str, given: Mapping[str, Any], ok: Mapping[str, str]) -> None:
    assert asked(op, given) == {"ok": ok}


@pytest.mark.parametrize(
    ("op", "given", "code"),
    [
        ("dequantize", {"bits": 8, "count": 1, "codes": "77", "scale": "00"}, "BAD_SCALE"),
        ("sparse_encode", {"dims": [1], "dense": "00"}, "LENGTH_MISMATCH"),
        ("sparse_decode", SPARSE | {"values": "00"}, "LENGTH_MISMATCH"),
        ("sparse_decode", SPARSE | {"index_dims": [1, 2, 2]}, "BAD_INDEX"),
        ("sparse_decode", SPARSE | {"index": "01" * 7}, "BAD_INDEX"),
        ("adapt", ADAPT | {"dims": [2]}, "LENGTH_MISMATCH"),
        ("adapt", ADAPT | {"source": "f32"}, "LENGTH_MISMATCH"),
        ("adapt", ADAPT | {"dims": [0xFFFF_FFFF] * 255}, "LENGTH_MISMATCH"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(op: str, given: Mapping[str, Any], code: str) -> None:
    assert asked(op, given)["reject"]["code"] == code


def test_it_claims_what_it_has() -> None:
    alone = replace(PLAIN, sparse=None, adaptive=None)
    assert over(PLAIN, name="", version="").profiles == ("quant", "sparse", "adapt")
    assert over(replace(PLAIN, adaptive=None), name="", version="").profiles == ("quant", "sparse")
    assert over(alone, name="", version="").profiles == ("quant",)
    assert ops(over(alone, name="", version="")).keys() == {"hello", "stop", "quantize", "dequantize"}
