"""Values that a program may give by mistake, for whichever argument."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np
from resonant import Frame, RejectCode, ResonantError
from resonant.peer import Config

from reference.tests.calls import CONFIG, FRAME, TENSOR


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


VALUES: Mapping[str, Any] = {
    "None": None,
    "True": True,
    "-1": -1,
    "2**32": 2**32,
    "2**64": 2**64,
    "10**400": 10**400,
    "1.0": 1.0,
    "1e6": 1e6,
    "nan": float("nan"),
    "inf": float("inf"),
    "1j": 1j,
    "Decimal": Decimal(1),
    "date": datetime.date(2020, 1, 1),
    "str": "x",
    "empty str": "",
    "half a pair": "\ud800",
    "32 letters": "x" * 32,
    "bytes": b"x",
    "32 bytes": bytes(32),
    "bytearray": bytearray(4),
    "memoryview": memoryview(b"abcd")[::2],
    "list": [1, 2],
    "list of floats": [1.0, 2.0],
    "ragged": [[1], [1, 2]],
    "deep": nested(5_000),
    "tuple": (1, 2),
    "tuple of str": ("a", "b"),
    "tuple of None": (None,),
    "dict": {"a": 1},
    "dict of int": {1: {2}},
    "view": MappingProxyType({"a": 1}),
    "set": {1},
    "range": range(2),
    "generator": (one for one in ()),
    "object": object(),
    "type": int,
    "function": len,
    "numpy int": np.int64(1),
    "numpy uint8": np.uint8(4),
    "numpy bool": np.bool_(True),
    "numpy float": np.float32(1.5),
    "numpy str": np.str_("x"),
    "f2": np.ones(4, np.float16),
    "f8 too large": np.array([1e6]),
    "f8 nan": np.array([np.nan]),
    "big-endian": np.ones(4, ">f4"),
    "strided": np.ones((4, 4), np.float32)[::2, ::2],
    "no dims": np.array(1.0),
    "empty": np.ones((0, 3), np.float16),
    "64 dims": np.ones((1,) * 64, np.float16),
    "ints": np.array([300, -300]),
    "bools": np.ones(3, np.bool_),
    "complex": np.ones(3, np.complex64),
    "masked": np.ma.masked_array([1.0, 2.0], [True, False]),
    "objects": np.array([1, None], object),
    "strs": np.array(["a"]),
    "dates": np.array(["2020-01-01"], "datetime64[D]"),
    "records": np.zeros(2, [("a", "f4")]),
    "frame": Frame(**FRAME),
    "slice": FRAME["slices"][0],
    "tensor": TENSOR,
    "config": Config(**CONFIG),
    "error": ResonantError(RejectCode.BAD_TYPE, "FRM-3", ""),
}
