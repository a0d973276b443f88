"""Checks of the ops of a framework's testee: sparse tensors, refusals, and the golden vectors. See exact.py."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.testee_kit import members
from adapters.testee_kit.arrays import OPS, Implementation

from . import model
from .exact import Ops

VECTORS = Path(__file__).resolve().parents[3] / "vectors" / "data"
U32_MAX = 2**32 - 1


def sparse_there_and_back(ops: Ops) -> None:
    """SPR-7, SPR-8: against coordinates in the order of itertools.product; NaN, infinities and −0 among them."""
    random = np.random.default_rng(3)
    special = [0x8000, 0x7C00, 0xFC00, 0x7C01, 0xFE55, 0x0001, 0x8001, 0x7BFF]
    for dims in ((1,), (7,), (3, 4), (2, 1, 3, 2), (0,), (5, 0, 3), (1,) * 255, (1,) * 100 + (2, 3) + (1,) * 153):
        for share in (0.0, 0.3, 1.0):
            words = np.where(random.random(prod(dims)) < share, random.choice(special, prod(dims)), 0)
            rows = list(product(*map(range, dims))) if prod(dims) else []
            kept = [(row, int(word)) for row, word in zip(rows, words, strict=True) if word & 0x7FFF]
            values = b"".join(struct.pack("<H", word) for _, word in kept)
            index = b"".join(struct.pack(f"<{len(dims)}I", *row) for row, _ in kept)
            got = ops["sparse_encode"](dims=dims, dense=words.astype("<u2").tobytes())
            assert (bytes(got["values"]), bytes(got["index"])) == (values, index)
            shape = (len(kept), len(dims), 4)
            back = ops["sparse_decode"](dims=dims, values=values, index_dims=shape, index=index)["dense"]
            dense = np.where(words & 0x7FFF, words, 0)  # −0 is not kept
            assert bytes(back) == dense.astype("<u2").tobytes()


def sparse_zeros_are_taken(ops: Ops) -> None:
    """SPR-6: stored values that are zero; and as many elements as there may be (SPR-9)."""
    for word in (0x0000, 0x8000):
        values = struct.pack("<H", word)
        given = {"dims": (2048, 2048), "index_dims": (1, 2, 4), "index": struct.pack("<2I", 2047, 2046)}
        dense = ops["sparse_decode"](values=values, **given)["dense"]
        assert dense[-4:] == values + bytes(2)
        assert not any(dense[:-4])


def coordinates(dims: tuple[int, ...], *rows: tuple[int, ...], **other: Any) -> dict[str, Any]:
    """The input of sparse_decode, as many values as rows; other members replace these."""
    index = b"".join(struct.pack(f"<{len(row)}I", *row) for row in rows)
    shape = (len(rows), len(dims), 4)
    return {"dims": dims, "values": b"\0\x3c" * len(rows), "index_dims": shape, "index": index} | other


def blocks(bits: int, source: str, data: str) -> dict[str, Any]:
    """The input of quantize; data in hexadecimal."""
    return {"bits": bits, "source": source, "data": bytes.fromhex(data)}


# op, input, code: one fault each
REFUSALS: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("quantize", blocks(4, "f16", "00"), "LENGTH_MISMATCH"),
    ("quantize", blocks(8, "f32", "000000"), "LENGTH_MISMATCH"),
    ("quantize", blocks(8, "f32", "00" * 10), "LENGTH_MISMATCH"),
    ("quantize", blocks(4, "bf16", "00" * 3), "LENGTH_MISMATCH"),
    ("quantize", blocks(4, "f16", "007c"), "NON_FINITE"),
    ("quantize", blocks(4, "f16", "00fc"), "NON_FINITE"),
    ("quantize", blocks(8, "f16", "0000" * 40 + "017c"), "NON_FINITE"),
    ("quantize", blocks(8, "f16", "ffff" + "0000" * 64), "NON_FINITE"),
    ("quantize", blocks(8, "f32", "00f07f47"), "NON_FINITE"),  # 65520, half way to the next
    ("quantize", blocks(4, "f32", "00f07fc7"), "NON_FINITE"),
    ("quantize", blocks(4, "f32", "0100807f"), "NON_FINITE"),
    ("quantize", blocks(4, "f32", "ffff7f7f"), "NON_FINITE"),
    ("quantize", blocks(8, "bf16", "8047"), "NON_FINITE"),  # 65536
    ("quantize", blocks(8, "bf16", "807f"), "NON_FINITE"),
    ("dequantize", {"bits": 4, "count": 3, "codes": bytes(1)}, "LENGTH_MISMATCH"),
    ("dequantize", {"bits": 4, "count": 3, "codes": bytes(3)}, "LENGTH_MISMATCH"),
    ("dequantize", {"bits": 8, "count": 3, "codes": bytes(2)}, "LENGTH_MISMATCH"),
    ("dequantize", {"bits": 8, "count": U32_MAX, "codes": bytes(2)}, "LENGTH_MISMATCH"),
    ("dequantize", {"bits": 8, "count": 0, "codes": bytes(1)}, "LENGTH_MISMATCH"),
    ("dequantize", {"bits": 8, "count": 33, "codes": bytes(33), "scale": bytes(2)}, "BAD_SCALE"),
    ("dequantize", {"bits": 8, "count": 32, "codes": bytes(32), "scale": bytes(4)}, "BAD_SCALE"),
    ("dequantize", {"bits": 8, "count": 32, "codes": bytes(32), "scale": bytes(3)}, "BAD_SCALE"),
    ("dequantize", {"bits": 8, "count": 32, "codes": bytes(32), "scale": b""}, "BAD_SCALE"),
    ("dequantize", {"bits": 8, "count": 0, "codes": b"", "scale": bytes(2)}, "BAD_SCALE"),
    ("dequantize", {"bits": 4, "count": 1, "codes": bytes(1), "scale": b"\0\x80"}, "BAD_SCALE"),
    ("dequantize", {"bits": 4, "count": 1, "codes": bytes(1), "scale": b"\0\x7c"}, "BAD_SCALE"),
    ("dequantize", {"bits": 4, "count": 33, "codes": bytes(17), "scale": b"\0\x3c\x01\x7c"}, "BAD_SCALE"),
    ("dequantize", {"bits": 4, "count": 33, "codes": bytes(17), "scale": b"\0\xbc\0\x3c"}, "BAD_SCALE"),
    ("sparse_encode", {"dims": (2, 2), "dense": bytes(6)}, "LENGTH_MISMATCH"),
    ("sparse_encode", {"dims": (2, 2), "dense": bytes(9)}, "LENGTH_MISMATCH"),
    ("sparse_encode", {"dims": (0,), "dense": bytes(2)}, "LENGTH_MISMATCH"),
    ("sparse_encode", {"dims": (U32_MAX,) * 255, "dense": bytes(2)}, "LENGTH_MISMATCH"),
    ("sparse_decode", coordinates((4,), (0,), values=bytes(1)), "LENGTH_MISMATCH"),
    ("sparse_decode", coordinates((2049, 2048)), "LENGTH_MISMATCH"),
    ("sparse_decode", coordinates((U32_MAX, U32_MAX), (U32_MAX - 1, U32_MAX - 1)), "LENGTH_MISMATCH"),
    ("sparse_decode", coordinates((U32_MAX,) * 255), "LENGTH_MISMATCH"),
    ("sparse_decode", coordinates((4,), (0,), index_dims=(2, 1, 4)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4,), (0,), index_dims=(1, 4)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4,), (0,), index_dims=(1, 1, 2)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4,), (0,), index_dims=()), "BAD_INDEX"),
    ("sparse_decode", coordinates((4,), (0,), index=bytes(3)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4, 2), (4, 0)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4, 2), (0, 2)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4, 0), (0, 0)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4,), (U32_MAX,)), "BAD_INDEX"),
    ("sparse_decode", coordinates((U32_MAX, 1), (U32_MAX, 0)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4, 2), (1, 1), (1, 1)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4, 2), (0, 1), (0, 0)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4, 2), (1, 0), (0, 1)), "BAD_INDEX"),
    ("sparse_decode", coordinates((4, 2, 2), (0, 0, 0), (0, 1, 0), (0, 0, 1)), "BAD_INDEX"),
)


def refused(implementation: Implementation, op: str, given: Mapping[str, Any], code: str) -> None:
    """The op refuses the input with that code."""
    with pytest.raises(implementation.refusal) as caught:
        implementation.performers[op](**given)
    assert str(getattr(caught.value, "code", "")) == code


def high_nibbles_and_least_codes(ops: Ops) -> None:
    """QNT-10, QNT-11: a reader ignores the last high nibble, and takes −8 and −128 for what they are."""
    one = ops["dequantize"](bits=4, count=3, codes=b"\x78\xf1")["data"]
    assert bytes(one) == struct.pack("<3e", -8, 7, 1)
    assert bytes(ops["dequantize"](bits=8, count=1, codes=b"\x80")["data"]) == struct.pack("<e", -128)
    odd = ops["quantize"](bits=4, source="f16", data=struct.pack("<3e", 7, -7, -7))["codes"]
    assert bytes(odd) == b"\x97\x09"


def zeros_keep_no_sign_but_that_of_the_code(ops: Ops) -> None:
    """QNT-5, QNT-12."""
    for data in (b"\0\x80" * 33, b"\x03\x80" + b"\x02\0" * 32):  # 3 · 2 ** -24 / 7 is less than half the least scale
        got = ops["quantize"](bits=4, source="f16", data=data)
        assert (bytes(got["codes"]), bytes(got["scale"])) == (bytes(17), bytes(4))
    given = {"bits": 8, "count": 3, "codes": b"\x00\xff\x01", "scale": b"\0\0"}
    assert bytes(ops["dequantize"](**given)["data"]) == struct.pack("<3H", 0, 0x8000, 0)
    assert model.product(-1, 0) == 0x8000


QUANT = (high_nibbles_and_least_codes, zeros_keep_no_sign_but_that_of_the_code)
CHECKS = (sparse_there_and_back, sparse_zeros_are_taken, *QUANT)


def golden(*profiles: str) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Id, op, input and expectation of each golden vector of these profiles whose op is one of tensors."""
    for path in sorted(path for profile in profiles for path in VECTORS.glob(f"{profile}/**/*.json")):
        file = json.loads(path.read_text("utf-8"))
        if file["op"] in OPS:
            for case in file["cases"]:
                yield f"{file['group']}/{case['id']}", file["op"], case["input"], case["expect"]


def agrees(implementation: Implementation, op: str, given: Mapping[str, Any], expect: Mapping[str, Any]) -> None:
    """The op does what a golden vector says."""
    parsed = members("input", given, *OPS[op])
    if "reject" in expect:
        refused(implementation, op, parsed, expect["reject"])
        return
    got: dict[str, str] = {}
    for name, data in implementation.performers[op](**parsed).items():
        digest = name not in expect["ok"]  # long results are given by their hash
        text = data if isinstance(data, str) else hashlib.sha256(data).hexdigest() if digest else data.hex()
        got[f"{name}_sha256" if digest else name] = text
    assert got == expect["ok"]
