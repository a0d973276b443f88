"""Requests that need a profile, one for each, so that every testee can be asked something it claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from adapters.driver import Testee

Request = Mapping[str, Any]
Entry = TypeVar("Entry")
_FIELDS = {"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0}
_LONG = 40_000


def _request(op: str, **given: Any) -> Request:
    return {"op": op, "case": "", "profile": "", "input": given}


# profile -> two requests that are to be answered with ok, each differently
ASKS: Mapping[str, tuple[Request, Request]] = {
    "frame": (_request("tail_hash", data="00"), _request("tail_hash", data="01")),
    "quant": (_request("dequantize", bits=8, count=1, codes="00"), _request("dequantize", bits=8, count=1, codes="01")),
    "sparse": (_request("sparse_encode", dims=[1], dense="0000"), _request("sparse_encode", dims=[1], dense="003c")),
}

# profile -> a request that takes several pieces
LONG_REQUESTS: Mapping[str, Request] = {
    "frame": _request("tail_hash", data="00" * 100_000),
    "quant": _request("quantize", bits=8, source="f16", data="0000" * 50_000),
    "sparse": _request("sparse_encode", dims=[50_000], dense="0000" * 50_000),
}

# profile -> a request whose reply takes more than one piece
LONG_REPLIES: Mapping[str, Request] = {
    "frame": _request("encode", fields={**_FIELDS, "slices": [{"dtype": 2, "dims": [_LONG], "payload": "5a" * _LONG}]}),
    "quant": _request("dequantize", bits=8, count=_LONG, codes="01" * _LONG),
    "sparse": _request("sparse_decode", dims=[_LONG], values="", index_dims=[0, 1, 4], index=""),
}

# profile -> a request that is refused, and the code
REFUSED: Mapping[str, tuple[Request, str]] = {
    "frame": (_request("decode", frame=""), "FRAME_TOO_SHORT"),
    "quant": (_request("quantize", bits=8, source="f16", data="007c"), "NON_FINITE"),
    "sparse": (_request("sparse_decode", dims=[1], values="", index_dims=[1], index="00"), "BAD_INDEX"),
}

_PIECE = {"dtype": 2, "dims": [2**32], "payload": ""}
_BAD_FIELDS: Mapping[str, Any] = {
    "stream_id": 2**32,
    "space_hash32": -1,
    "type": 256,
    "flags": 65_536,
    "modality": "0",
    "frame_seq": 0,
    "slices": [_PIECE],
}
_BAD_SEQUENCES = ("", "01", "-1", "1.0", " 1", str(2**64), "1" * 25)
_CHANGES = {f"{name} {value!r}": {name: value} for name, value in _BAD_FIELDS.items()} | {
    f"frame_seq {text!r}": {"frame_seq": text} for text in _BAD_SEQUENCES
}

# profile -> requests that do not fit the schema of their op, by what is wrong with them
MALFORMED: Mapping[str, Mapping[str, Request]] = {
    "frame": {
        "a member missing": _request("tail_hash"),
        "an unknown member": _request("tail_hash", data="00", seed=1),
        "data a number": _request("tail_hash", data=0),
        "upper-case hex": _request("tail_hash", data="AB"),
        "half a byte": _request("tail_hash", data="0"),
        "no hex": _request("tail_hash", data="0g"),
        "a key of 31 bytes": _request("decode", frame="00", key="00" * 31),
        **{name: _request("encode", fields={**_FIELDS, "slices": [], **change}) for name, change in _CHANGES.items()},
    },
    "quant": {
        "bits 5": _request("quantize", bits=5, source="f16", data=""),
        "source f64": _request("quantize", bits=4, source="f64", data=""),
        "upper-case hex": _request("quantize", bits=4, source="f16", data="003C"),
        "count -1": _request("dequantize", bits=4, count=-1, codes=""),
        "count 2^32": _request("dequantize", bits=4, count=2**32, codes=""),
    },
    "sparse": {
        "dims empty": _request("sparse_encode", dims=[], dense=""),
        "a dim of 2^32": _request("sparse_encode", dims=[2**32], dense=""),
        "no index": _request("sparse_decode", dims=[1], values="", index_dims=[0, 1, 4]),
    },
    "message": {
        "no frame": _request("read_message"),
        "a key of 33 bytes": _request("read_message", frame="", key="0" * 66),
    },
}


def for_claims(testee: Testee, table: Mapping[str, Entry]) -> Entry:
    """The entry of the first profile in `table` that the testee claims; that of frame if it claims none of them."""
    return next((table[profile] for profile in table if profile in testee.hello.profiles), table["frame"])
